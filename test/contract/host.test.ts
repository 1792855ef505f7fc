import { once } from 'node:events'
import { Agent, type IncomingMessage, request as send } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppFolder, type HostProcess, raw, spawnHost, writeFixtureApp } from './host-app/fixture.ts'

const hostJson = { extensions: { http: { routePrefix: '' } } }
const maxBodyBytes = 2 * 1024 * 1024

describe.each(['no', 'yes'])('the Functions host, HTTP streams: %s', (STREAM) => {
  let folder: AppFolder
  let host: HostProcess
  const get = (path: string, init?: RequestInit) =>
    fetch(`${host.origin}/${path}`, { redirect: 'manual', ...init })
  const json = async (path: string, init?: RequestInit) => (await get(path, init)).json()

  beforeAll(async () => {
    folder = await writeFixtureApp(hostJson)
    const env = { STREAM, FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(maxBodyBytes) }
    host = await spawnHost(folder.path, env, ['--function-key', 'f-key', '--master-key', 'm-key'])
  })

  afterAll(async () => {
    await host?.stop()
    await folder?.[Symbol.asyncDispose]()
  })

  test('routes reach their functions with decoded parameters', async () => {
    expect(await json('v1/tenants/a%20b')).toEqual({ name: 'tenant', params: { tenant: 'a b' } })
    // `tenant` precedes `tenants`, which has the literal route.
    expect(await json('V1/Tenants/LIST')).toEqual({ name: 'tenant', params: { tenant: 'LIST' } })
    expect(await json('v1/tenants/17')).toEqual({ name: 'numbered', params: { id: '17' } })
    expect(await json('v1/a/../tenants/%2e%2e/b')).toEqual({ name: 'z_everything', params: { rest: 'b' } })
    expect(await json('v1/tenants/t/ads/s/p/q')).toEqual({
      name: 'service',
      params: { tenant: 't', service: 's', path: 'p/q' },
    })
  })

  test('a method that a route does not name is 404, also HEAD on a GET function', async () => {
    expect((await get('v1/tenants/list', { method: 'DELETE' })).status).toBe(404)
    expect((await get('v1/tenants/list', { method: 'HEAD' })).status).toBe(404)
    expect((await get('nowhere')).status).toBe(404)
  })

  test('HEAD is answered without a body if a function accepts it', async () => {
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

  test('binary bodies and headers pass unchanged in both directions', async () => {
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

  test('a connection serves more than one request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = []
    for (const path of ['query', 'named', 'v1/tenants/list']) ports.push(await portUsedFor(path, agent))
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

  test('a body over the limit gets 500, immediately if its length is declared', async () => {
    const refused = send(`${host.origin}/echo`, {
      method: 'POST',
      headers: { 'content-length': maxBodyBytes + 1 },
    })
    refused.on('error', () => {})
    refused.flushHeaders()
    const [answer] = (await once(refused, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(500)
    refused.destroy()
  })

  test('a client that leaves in the middle of its body ends only its own call', async () => {
    for (const headers of [{}, { 'content-length': 1000 }]) {
      const upload = send(`${host.origin}/echo`, { method: 'POST', headers })
      upload.on('error', () => {})
      await new Promise<void>((resolve) => void upload.write('half', () => resolve()))
      // The next call proves that the host has received the first half.
      await get('query')
      upload.destroy()
    }
    expect((await get('query')).status).toBe(200)
  })

  test('the page at the root is the host’s own', async () => {
    expect((await get('')).headers.get('content-type')).toBe('text/html')
  })

  test.each([
    ['an escaped NUL', 400, 'GET /%00 HTTP/1.1\r\nHost: a'],
    ['no host', 400, 'GET /query HTTP/1.1'],
    ['two hosts', 400, 'GET /query HTTP/1.1\r\nHost: a\r\nHost: a'],
    ['a host with a blank', 400, 'GET /query HTTP/1.1\r\nHost: a b'],
    ['a Latin-1 byte', 400, 'GET /query HTTP/1.1\r\nHost: a\r\nX-Latin: \xe9'],
    ['another host in the target', 400, 'GET http://other/query HTTP/1.1\r\nHost: a'],
    ['a target with its host', 200, 'GET http://a/query HTTP/1.1\r\nHost: a:80'],
    ['two slashes', 404, 'GET // HTTP/1.1\r\nHost: a'],
    ['an unknown method', 404, 'BREW /query HTTP/1.1\r\nHost: a'],
    ['101 headers', 431, `GET /query HTTP/1.1\r\nHost: a${'\r\nX: y'.repeat(100)}`],
    ['33 KB of headers', 431, `GET /query HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(33_000)}`],
    ['a target of 9 KB', 414, `GET /?${'y'.repeat(9000)} HTTP/1.1\r\nHost: a`],
    [
      'a length together with chunks',
      200,
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0',
    ],
  ])('%s gets the answer of Kestrel and the host: %d', async (_, status, head) => {
    expect(await rawStatus(head)).toBe(status)
  })

  async function rawStatus(head: string) {
    const answer = await raw(host.origin, `${head.replace('\r\n', '\r\nConnection: close\r\n')}\r\n\r\n`)
    return Number(answer.split(' ')[1])
  }

  const mirror = async (path: string, init?: RequestInit) =>
    (await json(`mirror/${path}`, init)) as {
      url: string
      params: object
      headers: Record<string, string>
      body: string[]
    }

  test('an encoded slash is encoded twice in a forwarded address and once in the parameters', async () => {
    const { url, params } = await mirror('a%2Fb/c%20d?q=%2F')
    const path = STREAM === 'yes' ? 'a%252Fb/c%20d' : 'a%2Fb/c%20d'
    expect(url).toBe(`${host.origin}/mirror/${path}?q=%2F`)
    expect(params).toMatchObject({ tenant: 'a%2Fb', rest: 'c d' })
  })

  test('duplicate headers are joined with a comma, including Authorization and Cookie', async () => {
    const headers = ['Authorization: one', 'Cookie: a=1', 'Authorization: two', 'cookie: b=2'].join('\r\n')
    const answer = await raw(
      host.origin,
      `GET /mirror/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${headers}\r\n\r\n`,
    )
    expect(answer).toContain('"authorization":"one,two"')
    expect(answer).toContain('"cookie":"a=1,b=2"')
  })
})

describe('a handler that fails, without HTTP streams', () => {
  let folder: AppFolder
  let host: HostProcess

  beforeAll(async () => {
    folder = await writeFixtureApp(hostJson)
    host = await spawnHost(folder.path, { STREAM: 'no', AzureWebJobsDisableHomepage: 'True' })
  })

  afterAll(async () => {
    expect(await host?.stop()).toBe(0)
    await folder?.[Symbol.asyncDispose]()
  })

  const get = (path: string, init?: RequestInit) => fetch(`${host.origin}/${path}`, init)

  test.each(['failing', 'odd', 'broken'])('%s is 500 with an empty body', async (path) => {
    const answer = await get(path)
    expect([answer.status, await answer.text()]).toEqual([500, ''])
    expect(await host.line('failed after')).toContain('failing')
  })

  test('a function cannot be registered after startup', async () => {
    expect((await get('late')).status).toBe(500)
    await host.line('A function can only be registered during app startup.')
  })

  test('a handler that returns nothing gives 204, and so does a disabled home page', async () => {
    expect((await get('nothing')).status).toBe(204)
    expect((await get('')).status).toBe(204)
  })

  test('a chunked body arrives empty, and repeated query names are joined', async () => {
    const upload = send(`${host.origin}/echo`, { method: 'POST' })
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    upload.write('some')
    upload.end('thing')
    const [answer] = await answered
    expect((await answer.toArray()).join('')).toBe('')
    expect(await (await get('query?q=1&q=2')).json()).toMatchObject({ q: '1,2' })
  })
})
