import { oddNames } from './oddUpstream.ts'
import type { RawOptions } from './rawCall.ts'
import { fill, operations } from './routeCases.ts'

/** A request through the forwarder to the built broker. */
export interface ForwardCase extends RawOptions {
  readonly name: string
  readonly line: string
  /** The expected parts of the answer. Without it, the local host's answer must be the same, and neither may hang. */
  readonly expected?: {
    readonly outcome?: 'answered' | 'cut'
    readonly status?: number
    readonly code?: string
  }
  /**
   * The worker's server or the forwarder refuses it, so its invocation finds no request; it ends when the broker gives
   * up.
   */
  readonly unpaired?: true
  /** Why the platform may let it hang, regardless of the broker; if it doesn't, both sides must agree. */
  readonly mayHang?: string
  /** Why the local host can't give the same answer. */
  readonly onlyReal?: string
}

/** The caller and the tenant. */
export interface ForwardGround {
  readonly token: string
  /** A tenant that is connected. */
  readonly tenant: string
}

/** The broker's wait for a request's invocation, plus the forwarder's ten attempts, with room for a busy machine. */
const unpairedSeconds = 25
const plainId = '0f8fad5b-d9cb-469f-a165-70867728950e'
const unpaired = (name: string, headers: readonly string[], status: number): ForwardCase[] => [
  {
    name,
    line: 'GET /health',
    headers,
    unpaired: true,
    deadlineSeconds: unpairedSeconds,
    expected: { status },
    onlyReal: 'Node’s own server refuses it before the local host sees it',
  },
]
/** Kestrel's `MaxRequestBodySize` as set by the host. */
const limit = 104_857_600
/** Kestrel also counts the framing of chunks. */
const framing = 4096
const mebibyte = Buffer.alloc(1_048_576, 'a')

/**
 * The forwarder's client reads no answer before it has sent the whole request (.NET's `HttpConnection.SendAsync`), and
 * Kestrel ends a body that stalls after 5 s (`MinRequestBodyDataRate`).
 */
const noEarlyAnswer = 'the broker’s answer waits for the body in the forwarder'

/** Every case; `ads/bulk/_echo` returns a body unchanged. */
export function forwardCases({ token, tenant }: ForwardGround): ForwardCase[] {
  const bearer = `Authorization: Bearer ${token}`
  const vend = `GET /v1/tenants/${tenant}/token`
  const ads = `/v1/tenants/${tenant}/ads/bulk`
  const echo = `POST ${ads}/_echo`
  /** Read completely, then answered with few bytes. */
  const taken = `POST ${ads}/_odd/status299`
  const long = { deadlineSeconds: 30 }
  const failed = { outcome: 'answered', status: 500 } as const
  const ok = { outcome: 'answered', status: 200 } as const
  return [
    ...operations.map(({ id, method, path }) => ({
      name: `operation ${id}, without credentials`,
      line: `${method} ${fill(path)}`,
      // A request without a form is no token request (RFC 6749, section 5.2).
      ...(path.startsWith('/v1/') && {
        expected: { outcome: 'answered', status: path.endsWith('/oauth/token') ? 400 : 401 } as const,
      }),
    })),
    { name: 'a vend', line: vend, headers: [bearer], expected: ok },
    {
      name: 'a vend, method in lower case',
      line: vend.replace('GET', 'get'),
      headers: [bearer],
      expected: ok,
      onlyReal: 'Node’s parser',
    },
    { name: 'HEAD', line: vend.replace('GET', 'HEAD'), headers: [bearer], expected: ok },
    { name: 'a question mark and a fragment', line: `${vend}?#x`, headers: [bearer] },

    { name: 'two Authorization headers', line: vend, headers: [bearer, bearer], expected: { status: 401 } },
    { name: 'an Authorization header and an empty one', line: vend, headers: [bearer, 'Authorization:'] },
    { name: 'two Cookie headers', line: 'GET /oauth/accounts', headers: ['Cookie: a=1', 'Cookie: b=2'] },
    {
      name: 'two Content-Type headers',
      line: echo,
      headers: [bearer, 'Content-Type: text/plain', 'Content-Type: text/html', 'Content-Length: 1'],
      body: ['x'],
    },
    { name: 'a header without a value', line: vend, headers: [bearer, 'X-Empty:'], expected: ok },
    {
      name: 'many headers',
      line: vend,
      headers: [bearer, ...Array.from({ length: 80 }, (_, i) => `X-${i}: y`)],
      expected: ok,
    },
    {
      name: 'too many headers',
      line: vend,
      headers: [bearer, ...Array.from({ length: 120 }, (_, i) => `X-${i}: y`)],
      expected: { status: 431 },
    },
    {
      name: 'a header of 8,000 bytes',
      line: vend,
      headers: [bearer, `X-Long: ${'y'.repeat(8000)}`],
      expected: ok,
    },
    {
      name: 'hop-by-hop headers',
      line: vend,
      headers: [bearer, 'TE: trailers', 'Upgrade: websocket', 'Proxy-Authorization: x', 'Keep-Alive: 5'],
    },
    {
      name: 'forwarding headers of the client',
      line: vend,
      headers: [bearer, 'X-Forwarded-Host: evil.example', 'X-Forwarded-Proto: ftp', 'Forwarded: host=x'],
      expected: ok,
    },
    {
      name: 'a traceparent',
      line: vend,
      headers: [bearer, 'traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      expected: ok,
    },
    {
      name: 'a lone Latin-1 byte in a header',
      line: vend,
      headers: [bearer, Buffer.from('X-Odd: \xe9', 'latin1')],
      expected: { status: 400 },
    },

    { name: '%2F in a tenant', line: 'GET /v1/tenants/a%2Fb/token', headers: [bearer] },
    { name: '%252F in a tenant', line: 'GET /v1/tenants/a%252Fb/token', headers: [bearer] },
    { name: 'an encoded umlaut in a tenant', line: 'GET /v1/tenants/Z%C3%BCrich/token', headers: [bearer] },
    { name: '%2F in a passed-on path', line: `POST ${ads}/a%2Fb`, headers: [bearer, 'Content-Length: 0'] },
    {
      name: 'dots in a passed-on path',
      line: `POST ${ads}/x/../_echo`,
      headers: [bearer, 'Content-Length: 1'],
      body: ['x'],
      expected: ok,
    },
    {
      name: 'a query with %2F and +',
      line: `${echo}?a=%2F+b&a=2`,
      headers: [bearer, 'Content-Length: 1'],
      body: ['x'],
      expected: ok,
    },
    { name: 'an unknown route', line: 'GET /v1/nothing', expected: { status: 404, code: 'route_not_found' } },
    {
      name: 'a method that the route does not take',
      line: vend.replace('GET', 'DELETE'),
      headers: [bearer],
      expected: { status: 405 },
    },

    {
      name: 'a body of a length',
      line: echo,
      headers: [bearer, 'Content-Type: text/plain', 'Content-Length: 5'],
      body: ['hello'],
      expected: ok,
    },
    {
      name: 'a chunked body',
      line: echo,
      headers: [bearer, 'Content-Type: text/plain', 'Transfer-Encoding: chunked'],
      body: ['5\r\nhello\r\n', '0\r\n\r\n'],
      expected: ok,
    },
    {
      name: 'a chunked body with a broken chunk',
      line: echo,
      headers: [bearer, 'Transfer-Encoding: chunked'],
      body: ['5\r\nhello\r\nzz\r\n'],
      onlyReal: 'Node’s parser answers 400',
      deadlineSeconds: 10,
    },
    {
      name: 'Expect: 100-continue',
      line: echo,
      headers: [bearer, 'Expect: 100-continue', 'Content-Length: 5'],
      body: ['hello'],
      deadlineSeconds: 10,
    },
    {
      name: 'a GET with a JSON body',
      line: vend,
      headers: [bearer, 'Content-Type: application/json', 'Content-Length: 2'],
      body: ['{}'],
    },
    {
      name: 'a client that leaves in the middle of its body',
      line: echo,
      headers: [bearer, 'Content-Length: 1000'],
      body: ['begun'],
      leaves: true,
      expected: { outcome: 'cut' },
    },
    {
      name: 'a client that leaves in the middle of its chunks',
      line: echo,
      headers: [bearer, 'Transfer-Encoding: chunked'],
      body: ['5\r\nbegun\r\n'],
      leaves: true,
      expected: { outcome: 'cut' },
    },
    {
      name: 'a stalled chunked body, without credentials',
      line: echo,
      headers: ['Transfer-Encoding: chunked'],
      body: ['5\r\nbegun\r\n'],
      expected: { outcome: 'answered', status: 500 },
      onlyReal: noEarlyAnswer,
    },
    {
      name: 'a stalled chunked body, for a page',
      line: 'POST /oauth/nothing',
      headers: ['Transfer-Encoding: chunked'],
      body: ['5\r\nbegun\r\n'],
      expected: { outcome: 'answered', status: 500 },
      onlyReal: noEarlyAnswer,
    },
    {
      name: 'a refused chunked body of 1 MiB, with bad credentials',
      line: echo,
      ...bodyOf('Authorization: Bearer x', mebibyte.length, true),
      expected: { outcome: 'answered', status: 401 },
    },
    {
      name: 'a refused chunked body of 1 MiB, where 64 KiB are allowed',
      line: `POST /v1/tenants/${tenant}/connect-sessions`,
      ...bodyOf(bearer, mebibyte.length, true),
      expected: { outcome: 'answered', status: 413 },
    },
    {
      name: 'a client that leaves before its answer',
      line: vend,
      headers: [bearer],
      leaves: true,
      expected: { outcome: 'cut' },
    },

    ...oddNames.map((name) => ({
      name: `upstream: ${name}`,
      line: `POST ${ads}/_odd/${name}`,
      headers: [bearer, 'Content-Length: 0'],
      ...upstreamExpected[name],
    })),

    {
      name: 'a body of 100 MiB',
      line: taken,
      ...bodyOf(bearer, limit, false),
      ...long,
      expected: { status: 299 },
    },
    {
      name: 'chunks of nearly 100 MiB',
      line: taken,
      ...bodyOf(bearer, limit - framing, true),
      ...long,
      expected: { status: 299 },
    },
    {
      // The body isn't sent: unread data would cause a reset before the answer arrives.
      name: 'a body of a byte more',
      line: taken,
      headers: [bearer, `Content-Length: ${limit + 1}`],
      expected: failed,
    },
    {
      name: 'chunks of a byte more',
      line: taken,
      ...bodyOf(bearer, limit + 1, true),
      ...long,
      expected: failed,
    },
    {
      name: 'a large body that nobody reads',
      line: 'POST /health',
      ...bodyOf(bearer, 60_000_000, false),
      ...long,
      onlyReal: 'the forwarder makes 500 of an answer that comes while it still sends much',
    },
    {
      name: 'an upstream that answers much while it is sent much',
      line: echo,
      ...bodyOf(bearer, 60_000_000, false),
      deadlineSeconds: 5,
      // How much fits into the sockets' buffers on the way differs from machine to machine.
      mayHang:
        'the forwarder reads an answer only once it has sent the whole body; its ActivityTimeout ends it',
    },

    ...unpaired('UTF-8 in a header', ['Cookie: a=Zürich'], 500),
    ...unpaired('an x-ms-invocation-id of the client', ['x-ms-invocation-id: theirs'], 400),
    ...unpaired('a GUID as x-ms-invocation-id of the client', [`x-ms-invocation-id: ${plainId}`], 400),
    ...unpaired('an empty x-ms-invocation-id', ['x-ms-invocation-id:'], 400),
    ...unpaired('a header of 17,000 bytes', [`X-Long: ${'y'.repeat(17_000)}`], 200),
    ...unpaired(
      'headers of 31,000 bytes',
      [1, 2, 3, 4].map((i) => `X-${i}: ${'y'.repeat(7700)}`),
      200,
    ),
    ...unpaired('Expect: anything', ['Expect: anything'], 200),
    ...unpaired('0x01 in a header', ['X-Odd: a\u0001b'], 500),
    ...unpaired('0x0b in a header', ['X-Odd: a\u000bb'], 500),
    ...unpaired('0x7f in a header', ['X-Odd: a\u007fb'], 500),
    ...unpaired('a Content-Type that is not ASCII', ['Content-Type: application/jsön'], 500),
  ]
}

const upstreamExpected: Record<string, Pick<ForwardCase, 'expected'>> = {
  ...Object.fromEntries(
    ['status099', 'status600', 'status999', 'switching', 'switchingCut', 'cut', 'cutInHead', 'noHttp'].map(
      (name) => [name, { expected: { outcome: 'answered', status: 503, code: 'advertising_unavailable' } }],
    ),
  ),
  ...Object.fromEntries(
    ['cutInBody', 'cutInChunks', 'badChunk'].map((name) => [name, { expected: { outcome: 'cut' } }]),
  ),
}

function bodyOf(bearer: string, bytes: number, chunked: boolean) {
  const type = 'Content-Type: application/octet-stream'
  const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`
  return { headers: [bearer, type, length], body: { [Symbol.iterator]: () => parts(bytes, chunked) } }
}

function* parts(bytes: number, chunked: boolean): Generator<Buffer | string> {
  for (let left = bytes; left > 0; left -= mebibyte.length) {
    const part = mebibyte.subarray(0, Math.min(left, mebibyte.length))
    if (chunked) yield `${part.length.toString(16)}\r\n`
    yield part
    if (chunked) yield '\r\n'
  }
  if (chunked) yield '0\r\n\r\n'
}
