import { once } from 'node:events'
import { Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http'
import { createConnection } from 'node:net'
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
    // `tenant` stands before `tenants`, whose route is the literal one.
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

  test('a body over the limit is 500, at once by its length', async () => {
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

  test('a client that leaves in the middle of its body ends nothing but its own call', async () => {
    for (const headers of [{}, { 'content-length': 1000 }]) {
      const upload = send(`${host.origin}/echo`, { method: 'POST', headers })
      upload.on('error', () => {})
      await new Promise<void>((resolve) => void upload.write('half', () => resolve()))
      // The call after it proves that the host has seen the first half.
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
      'a length beside chunks',
      200,
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0',
    ],
  ])('%s is answered as Kestrel and the host answer it: %d', async (_, status, head) => {
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

  test('duplicate headers are joined by a comma, also Authorization and Cookie', async () => {
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

  test('a handler that returns nothing is 204, and so is a home page that is switched off', async () => {
    expect((await get('nothing')).status).toBe(204)
    expect((await get('')).status).toBe(204)
  })

  test('a chunked body arrives empty, and repeated query names are one', async () => {
    const upload = send(`${host.origin}/echo`, { method: 'POST' })
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    upload.write('some')
    upload.end('thing')
    const [answer] = await answered
    expect((await answer.toArray()).join('')).toBe('')
    expect(await (await get('query?q=1&q=2')).json()).toMatchObject({ q: '1,2' })
  })
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

  const raised = async (request: string) => {
    const before = host.lines.length
    const answer = await raw(host.origin, request)
    await expect.poll(() => host.lines.slice(before).join('\n')).toContain('left unanswered')
    return { answer, line: host.lines.slice(before).find((line) => line.includes('left unanswered')) }
  }
  const plain = (path: string, ...headers: string[]) =>
    `${['GET', path, 'HTTP/1.1\r\nHost: a'].join(' ')}${headers.map((each) => `\r\n${each}`).join('')}\r\n\r\n`

  test.each([
    ['failing', 'on purpose'],
    ['nothing', 'returned nothing'],
    ['odd', 'status'],
    ['late', 'during app startup'],
    ['ads/cut', 'before its head was sent'],
  ])('%s is not answered for the app: it is told, and the connection is cut', async (path, why) => {
    const { answer, line } = await raised(plain(`/${path}`))
    expect(answer).toBe('')
    expect(line).toContain('error:')
    expect(line).toContain(why)
  })

  test('an answer whose body fails is told and cut in the middle', async () => {
    const { answer, line } = await raised(plain('/broken'))
    expect(answer).toMatch(/^HTTP\/1\.1 200/)
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/)
    expect(line).toContain('the source broke off')
  })

  test('members of a JSON body and the query reach the parameters, and a `Headers` among them the headers', async () => {
    const mirrored = async (query: string, body: unknown) => {
      const init = { method: 'POST', body: JSON.stringify(body), headers: { 'x-sent': 'yes' } }
      return (await (await fetch(`${host.origin}/mirror/acme${query}`, init)).json()) as {
        params: object
        headers: Record<string, string>
      }
    }
    const merged = await mirrored('?Extra=query&code=no', { TENANT: 'body', extra: 'body', n: 1, list: [1] })
    expect(merged.params).toEqual({ TENANT: 'acme', extra: 'query', n: '1' })
    expect(merged.headers['x-sent']).toBe('yes')
    expect((await mirrored('?headers=x', {})).headers['x-sent']).toBeUndefined()
    expect((await mirrored('', { Headers: { 'x-sent': 'no' } })).headers).toEqual({ 'x-sent': 'no' })
  })

  test('a body with a length is read whole before the app is asked; a chunked one streams', async () => {
    const asked = () => host.lines.filter((line) => line.includes('mirror is asked')).length
    const before = asked()
    const begin = async (headers: Record<string, string | number>) => {
      const upload = send(`${host.origin}/mirror/x`, { method: 'POST', headers })
      await new Promise<void>((resolve) => void upload.write('{"some":', () => resolve()))
      return upload
    }
    const finish = async (upload: ClientRequest) => {
      const answered = once(upload.end('1}'), 'response') as Promise<[IncomingMessage]>
      const [answer] = await answered
      return JSON.parse((await answer.toArray()).join(''))
    }
    const measured = await begin({ 'content-length': 10 })
    // The call after it proves that the host has seen the first half.
    await residentBytes()
    expect(asked()).toBe(before)
    expect(await finish(measured)).toMatchObject({ body: ['{"some":1}'], params: { some: '1' } })
    const chunked = await begin({})
    await expect.poll(asked).toBe(before + 2)
    expect(await finish(chunked)).toMatchObject({ body: ['{"some":', '1}'], params: { tenant: 'x' } })
  })

  test('a chunked body that passes the limit is 500', async () => {
    await using limited = await writeFixtureApp(hostJson)
    const env = { STREAM: 'yes', FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(maxBodyBytes) }
    const other = await spawnHost(limited.path, env)
    const upload = send(`${other.origin}/echo`, { method: 'POST' })
    // The host closes the connection on whoever goes on sending.
    upload.on('error', () => {})
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    Readable.from(zeros(maxBodyBytes + 65_536)).pipe(upload)
    const [answer] = await answered
    expect(answer.resume().statusCode).toBe(500)
    expect(await other.stop()).toBe(0)
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

describe('a request that never meets its invocation', () => {
  test.each([
    ['a header in UTF-8', 'X-Text: \xc3\xa9', 'not ASCII'],
    ['a content type in UTF-8', 'Content-Type: application/js\xc3\xb6n', 'not ASCII'],
    ['an id of its own', 'X-Ms-Invocation-Id: 1', 'x-ms-invocation-id'],
    ['an empty id', 'x-ms-invocation-id:', 'x-ms-invocation-id'],
    ['17 KB of headers', `X-Long: ${'y'.repeat(17_000)}`, '16384 bytes'],
    ['an expectation', 'Expect: something', '100-continue'],
    ['a control byte', 'X-Control: a\x01b', 'control byte'],
    ['a DEL', 'X-Control: a\x7fb', 'control byte'],
  ])('waits until functionTimeout: %s', async (_, header, why) => {
    await using folder = await writeFixtureApp({ ...hostJson, functionTimeout: '00:00:01' })
    const host = await spawnHost(folder.path, { STREAM: 'yes' })
    expect(await raw(host.origin, `GET /query HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n`)).toBe('')
    expect(await host.ended).toBe(1)
    const line = host.lines.find((each) => each.includes('left unanswered'))
    expect(line).toContain('query')
    expect(line).toContain(why)
  })

  test('is answered where the app sees to it: its server takes the head, and its model fails what is not paired', async () => {
    await using folder = await writeFixtureApp(hostJson)
    const host = await spawnHost(folder.path, { STREAM: 'yes', GUARDED: 'yes' })
    const status = async (header: string) => {
      const head = `GET /query HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${header}\r\n\r\n`
      return (await raw(host.origin, head)).slice(9, 12)
    }
    expect(await status(`X-Long: ${'y'.repeat(17_000)}`)).toBe('200')
    expect(await status('Expect: something')).toBe('200')
    expect(await status('X-Text: \xc3\xa9')).toBe('500')
    expect(await host.stop()).toBe(0)
  })
})

/** Sends bytes as they are, in Latin-1, and gives what comes back until the connection ends. */
async function raw(origin: string, request: string): Promise<string> {
  const socket = createConnection(Number(new URL(origin).port), '127.0.0.1')
  socket.setEncoding('latin1').on('error', () => {})
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write(request, 'latin1')
  await once(socket, 'close')
  return answer
}

function* zeros(bytes: number) {
  const chunk = Buffer.alloc(65_536)
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk
}
