import { once } from 'node:events'
import { Agent, type IncomingMessage, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppFolder, type HostProcess, spawnHost, writeFixtureApp } from './host-app/fixture.ts'

const hostJson = { extensions: { http: { routePrefix: '' } } }
const maxBodyBytes = 2 * 1024 * 1024
/** Less than a body held whole, more than the garbage of its passing. */
const heldBytes = 90 * 1024 * 1024

describe.each(['no', 'yes'])('the Functions host, HTTP streams: %s', (STREAM) => {
  let folder: AppFolder
  let host: HostProcess
  const get = (path: string, init?: RequestInit) =>
    fetch(`${host.origin}/${path}`, { redirect: 'manual', ...init })
  const json = async (path: string) => (await get(path)).json()

  beforeAll(async () => {
    folder = await writeFixtureApp({ ...hostJson, functionTimeout: '00:00:01' })
    const env = { STREAM, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(maxBodyBytes) }
    host = await spawnHost(folder.path, env, ['--function-key', 'f-key', '--master-key', 'm-key'])
  })

  afterAll(async () => {
    await host?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test('routes reach their functions with decoded parameters', async () => {
    expect(await json('v1/tenants/a%20b')).toEqual({ name: 'tenant', params: { tenant: 'a b' } })
    // `tenant` stands before `tenants`, whose route is the literal one.
    expect(await json('V1/Tenants/LIST')).toEqual({ name: 'tenant', params: { tenant: 'LIST' } })
    expect(await json('v1/tenants/17')).toEqual({ name: 'numbered', params: { id: '17' } })
    expect(await json('v1/a/../tenants/%2e%2e/b')).toEqual({ name: 'z_everything', params: { rest: 'b' } })
    expect(await json('v1/tenants/t/ads/s/p/q?x=1')).toEqual({
      name: 'service',
      params: { tenant: 't', service: 's', path: 'p/q' },
    })
  })

  test('a method that a route does not name is 404, also HEAD on a GET function', async () => {
    expect((await get('v1/tenants/list', { method: 'DELETE' })).status).toBe(404)
    expect((await get('v1/tenants/list', { method: 'HEAD' })).status).toBe(404)
    expect((await get('nowhere')).status).toBe(404)
  })

  test('HEAD is answered without a body where a function takes it', async () => {
    const answer = await get('named', { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test.each([
    ['guarded', undefined, 401],
    ['guarded', 'wrong', 401],
    ['guarded', 'f-key', 200],
    ['guarded', 'm-key', 200],
    ['operated', 'f-key', 401],
    ['operated', 'm-key', 200],
  ])('%s with the key %s is %d, in the header and in the query alike', async (path, key, status) => {
    expect((await get(path, key ? { headers: { 'x-functions-key': key } } : {})).status).toBe(status)
    expect((await get(key ? `${path}?code=${key}` : path)).status).toBe(status)
  })

  test('binary bodies and headers pass unchanged both ways', async () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const answer = await get('echo', { method: 'POST', body, headers: { 'x-sent': 'kept' } })
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body)
    expect(answer.headers.get('x-seen')).toBe('kept')
  })

  test('an answer carries several cookies', async () => {
    const answer = await get('cookies')
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/elsewhere'])
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^a=1; (?=.*Path=\/)(?=.*HttpOnly)(?=.*SameSite=Lax)/),
      expect.stringMatching(/^b=2; Max-Age=60/),
    ])
  })

  test('the function sees the address that was called', async () => {
    expect(await json('query?q=a%20b')).toEqual({ url: `${host.origin}/query?q=a%20b`, q: 'a b' })
  })

  test('a handler that throws is 500 with an empty body, and its error is in the log', async () => {
    const answer = await get('failing')
    expect([answer.status, await answer.text()]).toEqual([500, ''])
    expect(await host.line('on purpose')).toContain('failing')
  })

  test('a handler that returns nothing is 204', async () => {
    expect((await get('nothing')).status).toBe(204)
  })

  test('an invocation beyond functionTimeout is 500', async () => {
    expect((await get('slow')).status).toBe(500)
    expect(await host.line('FunctionTimeoutError')).toContain('slow')
  })

  test('hooks run: at app start, and around invocations, where they may replace the result', async () => {
    expect(host.lines).toContain('hook: app started')
    expect(await json('hooked')).toEqual({ hook: 'answered' })
  })

  test('the context carries invocation id, log levels and the trace of the caller', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`
    const seen = (await (await get('context', { headers: { traceparent } })).json()) as Record<string, string>
    expect(seen.functionName).toBe('context')
    expect(seen.traceParent).toMatch(new RegExp(`^00-${traceId}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`))
    const line = await host.line('a warning from the app')
    expect(line).toContain('warning: context')
    expect(line).toContain(seen.invocationId)
  })

  test('a function cannot be registered after startup', async () => {
    expect((await get('late')).status).toBe(500)
    await host.line('A function can only be registered during app startup.')
  })

  test('a connection serves more than one request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = []
    for (const path of ['failing', 'named', 'v1/tenants/list']) ports.push(await portUsedFor(path, agent))
    agent.destroy()
    expect(new Set(ports).size).toBe(1)
  })

  async function portUsedFor(path: string, agent: Agent) {
    const [answer] = (await once(send(`${host.origin}/${path}`, { agent }).end(), 'response')) as [
      IncomingMessage,
    ]
    const { localPort } = answer.socket
    await answer.resume().toArray()
    return localPort
  }

  test('a body over the limit is 413, by its length and, without one, as it comes', async () => {
    const refused = send(`${host.origin}/echo`, {
      method: 'POST',
      headers: { 'content-length': maxBodyBytes + 1 },
    })
    refused.on('error', () => {})
    refused.flushHeaders()
    const [answer] = (await once(refused, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    refused.destroy()
    expect(await statusOfUpload(maxBodyBytes + 65_536)).toBe(413)
  })

  async function statusOfUpload(bytes: number) {
    const upload = send(`${host.origin}/echo`, { method: 'POST' })
    // The host closes the connection on whoever goes on sending.
    upload.on('error', () => {})
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    Readable.from(zeros(bytes)).pipe(upload)
    const [answer] = await answered
    return answer.resume().statusCode
  }
})

describe('the Functions host with HTTP streams', () => {
  let folder: AppFolder
  let host: HostProcess
  const residentBytes = async () => (await (await fetch(`${host.origin}/memory`)).json()) as number

  beforeAll(async () => {
    folder = await writeFixtureApp(hostJson)
    host = await spawnHost(folder.path, { STREAM: 'yes' })
  })

  afterAll(async () => {
    await host?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test('an app that paces its answer learns of a client that does not read, and of one that leaves', async () => {
    const before = await residentBytes()
    const download = send(`${host.origin}/ads/flood?chunks=3200`).end()
    const [answer] = (await once(download, 'response')) as [IncomingMessage]
    await once(answer, 'readable')
    expect((await residentBytes()) - before).toBeLessThan(heldBytes)
    answer.destroy()
    expect(await host.line('the source is ended')).toContain('flood')
  })

  test('100 MB pass through in both directions at once without being held', async () => {
    const before = await residentBytes()
    const upload = send(`${host.origin}/ads/pipe`, { method: 'POST' })
    Readable.from(zeros(100 * 1024 * 1024)).pipe(upload)
    const [answer] = (await once(upload, 'response')) as [IncomingMessage]
    let bytes = 0
    for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length
    expect(bytes).toBe(100 * 1024 * 1024)
    expect((await residentBytes()) - before).toBeLessThan(heldBytes)
  })
})

function* zeros(bytes: number) {
  const chunk = Buffer.alloc(65_536)
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk
}
