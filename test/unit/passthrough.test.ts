import { once } from 'node:events'
import { createServer, IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, createServer as createRawServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readFault } from '../../shared/advertising/faults.ts'
import { decideRepeat } from '../../shared/passthrough/decideRepeat.ts'
import { toRequestHeaders, toResponseHeaders } from '../../shared/passthrough/headers.ts'
import { readBeginning } from '../../shared/passthrough/readBeginning.ts'
import { createUpstreamSender } from '../../shared/passthrough/send.ts'
import { targetUrl } from '../../shared/passthrough/target.ts'
import { Problem } from '../../shared/problems.ts'

const base = 'https://bulk.api.bingads.microsoft.com/Bulk/v13'

describe('a target', () => {
  test('is the path below the service’s base, with the original query', () => {
    expect(targetUrl(base, 'Campaigns/QueryByAccountId', '?a=1&a=%2F').href).toBe(
      `${base}/Campaigns/QueryByAccountId?a=1&a=%2F`,
    )
  })

  test('reads %2F as a slash, as clients that follow OpenAPI write it', () => {
    expect(targetUrl(base, 'Campaigns%2FQueryByAccountId', '').href).toBe(
      `${base}/Campaigns/QueryByAccountId`,
    )
  })

  test('drops Microsoft’s own path in front, which SDKs with a base address of ours keep', () => {
    for (const path of ['Bulk/v13/Campaigns/Query', 'Bulk%2fv13%2fCampaigns%2fQuery'])
      expect(targetUrl(base, path, '').href).toBe(`${base}/Campaigns/Query`)
    expect(targetUrl(base, 'Reporting/v13/x', '').href).toBe(`${base}/Reporting/v13/x`)
  })

  test.each([
    'a%2F..%2Fb',
    'a%2F%2Fb',
    'a%252Fb',
    'Bulk/v13/',
    'Bulk/v13/../x',
    '',
    '..',
    '../x',
    'a/../b',
    './a',
    'a//b',
    '/a',
    'a/',
    '%2e%2e/a',
    'a\\b',
    'user@evil.example',
    'https://evil.example',
    'a;b',
    'a?b',
    'a#b',
    'a b',
    'ä',
    'a\r\nb',
    'x'.repeat(501),
  ])('cannot be a path that could lead elsewhere: %j', (path) => {
    expect(() => targetUrl(base, path, '')).toThrow(Problem)
  })
})

describe('headers', () => {
  test('of the caller are passed through if they describe body, answer, or client', () => {
    const received = new Headers({
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'accept-language': 'de',
      'api-key': 'k',
      authorization: 'Bearer caller',
      connection: 'close, Accept-Language',
      'content-length': '5',
      'content-type': 'application/json',
      developertoken: 'theirs',
      host: 'broker.example',
      'transfer-encoding': 'chunked',
      'x-arr-ssl': 'x',
      'x-forwarded-for': '203.0.113.9',
      'x-functions-key': 'k',
      'ocp-apim-subscription-key': 'k',
      'user-agent': 'their-app/1',
      'x-custom': 'may be anything',
      'x-ms-client-principal': 'p',
    })
    expect(toRequestHeaders(received, { Authorization: 'Bearer ours' })).toEqual({
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': 'application/json',
      'user-agent': 'their-app/1',
      Authorization: 'Bearer ours',
    })
  })

  test('of the answer are passed through if they describe the body or the call', () => {
    const answered = new Headers({
      connection: 'keep-alive, x-hop',
      'content-encoding': 'gzip',
      'content-length': '20',
      'keep-alive': 'timeout=5',
      'set-cookie': 'a=b',
      trackingid: 't',
      'x-hop': '1',
      ...{ 'access-control-allow-origin': '*', 'content-security-policy': 'x', 'alt-svc': 'x', link: 'x' },
      ...{ 'clear-site-data': '"*"', location: 'https://other.example/', 'www-authenticate': 'Basic' },
      ...{ 'strict-transport-security': 'max-age=0', 'x-diagnosis': 'ours', 'x-powered-by': 'x', nel: '{}' },
      ...{
        'cache-control': 'public',
        'x-frame-options': 'ALLOWALL',
        server: 'x',
        'service-worker-allowed': '/',
      },
    })
    expect(toResponseHeaders(answered)).toEqual({
      'content-encoding': 'gzip',
      'content-length': '20',
      trackingid: 't',
    })
  })

  test('of the answer are ASCII, because the Functions host can send nothing else', () => {
    expect(toResponseHeaders(new Headers({ trackingid: 'Köln\u00a0\u007f' }))).toMatchObject({
      trackingid: 'K?ln??',
    })
  })

  test('of the answer don’t include an allowed one that belongs to the connection', () => {
    expect(toResponseHeaders(new Headers({ connection: 'ETag', etag: 'x' }))).toEqual({})
  })
})

describe('reading ahead', () => {
  async function* chunks(count: number, onEnd = () => {}) {
    try {
      for (let index = 0; index < count; index++) yield Uint8Array.of(index)
    } finally {
      onEnd()
    }
  }

  test('of a small body returns all of it, repeatedly', async () => {
    const body = await readBeginning(chunks(3), 10)
    expect({ whole: body.isWhole, bytes: [...body.beginning] }).toEqual({ whole: true, bytes: [0, 1, 2] })
  })

  test('of a large body returns its beginning and streams all of it', async () => {
    const body = await readBeginning(chunks(9), 4)
    expect(body.isWhole).toBe(false)
    const all = []
    for await (const part of body.stream()) all.push(...part)
    expect(all).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test('ends its source when the reader stops, even before it has started', async () => {
    let ended = 0
    const body = await readBeginning(
      chunks(9, () => {
        ended++
      }),
      2,
    )
    await body.stream().return?.()
    expect(ended).toBe(1)
  })
})

describe('a refused call', () => {
  const now = new Date('2026-11-24T12:00:00Z')
  const call = (
    status: number,
    bodyText: string,
    minutesOld: number,
    { canRepeat = true, isRecentlyReplaced = false } = {},
  ) =>
    decideRepeat({
      fault: readFault({ service: 'bulk', status, bodyText }),
      refreshedAt: new Date(now.getTime() - minutesOld * 60_000),
      isRecentlyReplaced,
      canRepeat,
      now,
    })
  const error = (Code: number, Detail = '') => JSON.stringify({ Errors: [{ Code, Detail }] })

  test.each([
    ['109', call(401, error(109), 1), { repeat: true, reason: 'token_expired' }],
    ['a bare 401', call(401, '', 30), { repeat: true, reason: 'token_doubted' }],
    ['105 of an older token', call(401, error(105), 30), { repeat: true, reason: 'token_doubted' }],
    ['105 of a fresh token', call(401, error(105), 4), { repeat: false, reason: 'token_is_fresh' }],
    [
      '105 UserNotFound',
      call(401, error(105, 'UserNotFound'), 30),
      { repeat: false, reason: 'other_failure' },
    ],
    ['106', call(403, error(106), 30), { repeat: false, reason: 'other_failure' }],
    ['117', call(429, error(117), 30), { repeat: false, reason: 'other_failure' }],
    [
      '109 of a large body',
      call(401, error(109), 30, { canRepeat: false }),
      { repeat: false, reason: 'body_is_gone' },
    ],
    [
      '109 of a token that has just replaced another',
      call(401, error(109), 0, { isRecentlyReplaced: true }),
      { repeat: false, reason: 'token_is_fresh' },
    ],
  ])('with %s', (_what, decision, expected) => {
    expect(decision).toEqual(expected)
  })
})

describe('sending', () => {
  let server: Server | undefined

  afterEach(() => {
    vi.restoreAllMocks()
    server?.closeAllConnections()
    server?.close()
  })

  const listen = async (handler: Parameters<typeof createServer>[1]) => {
    server = createServer(handler)
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`)
  }
  const bare = { method: 'POST', headers: {}, body: undefined, signal: AbortSignal.timeout(20_000) }

  async function* twice(text: string) {
    yield Buffer.from(text)
    yield Buffer.from(text)
  }

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'GET', 'OPTIONS'])(
    'a streamed body is a single %s call, regardless of its contents',
    async (method) => {
      const seen: { method: string | undefined; bytes: number }[] = []
      const url = await listen(async (request, response) => {
        let bytes = 0
        for await (const chunk of request) bytes += chunk.length
        seen.push({ method: request.method, bytes })
        response.end()
      })
      const smuggled = 'POST /smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
      const answered = await createUpstreamSender()({ ...bare, url, method, body: twice(smuggled) })
      expect(answered.status).toBe(200)
      answered.body.resume()
      expect(seen).toEqual([{ method, bytes: 2 * smuggled.length }])
    },
  )

  test.each([
    ['longer', 5],
    ['shorter', 50],
  ])('a body that is %s than declared ends the call and its connection', async (_what, contentLength) => {
    const url = await listen((request, response) => request.on('end', () => response.end()).resume())
    const sent = createUpstreamSender()({
      ...bare,
      url,
      method: 'DELETE',
      body: twice('twelve bytes'),
      contentLength,
    })
    await expect(sent).rejects.toThrow()
  })

  test('follows no redirect', async () => {
    const url = await listen((_request, response) => response.writeHead(302, { location: '/y' }).end())
    const answered = await createUpstreamSender()({ ...bare, url })
    expect({ status: answered.status, location: answered.headers.get('location') }).toEqual({
      status: 302,
      location: '/y',
    })
    answered.body.resume()
  })

  test.each(['101 Switching Protocols', '099 Odd', '600 Odd', '999 Odd'])(
    'an answer with status %s is unusable, and ends immediately',
    async (status) => {
      const raw = openRaw((socket) =>
        socket.end(`HTTP/1.1 ${status}\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n`),
      )
      const { port } = (await raw).address() as AddressInfo
      const sent = createUpstreamSender()({ ...bare, url: new URL(`http://127.0.0.1:${port}/`) })
      await expect(sent).rejects.toThrow(/answered with status \d+|Invalid status|Parse Error/)
      ;(await raw).close()
    },
  )

  test('an answer that stops in the middle is given up after 120 s', async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200)
      response.write('half')
    })
    const { setTimeout: setOwn } = IncomingMessage.prototype
    const waits: number[] = []
    vi.spyOn(IncomingMessage.prototype, 'setTimeout').mockImplementation(function (
      this: IncomingMessage,
      milliseconds,
      onTimeout,
    ) {
      waits.push(milliseconds)
      return setOwn.call(this, milliseconds / 4000, onTimeout)
    })
    const { body } = await createUpstreamSender()({ ...bare, url })
    await expect(text(body)).rejects.toThrow('stopped responding')
    expect(waits).toEqual([120_000])
  })

  test('gives up when its time is over', async () => {
    const url = await listen(() => {})
    const sent = createUpstreamSender()({ ...bare, url, signal: AbortSignal.timeout(30) })
    await expect(sent).rejects.toThrow(/timeout/)
  })
})

/** A server that answers with raw bytes. */
async function openRaw(answer: (socket: Socket) => void) {
  const server = createRawServer((socket) => socket.once('data', () => answer(socket)).on('error', () => {}))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return server
}
