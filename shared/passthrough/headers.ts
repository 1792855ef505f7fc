/** What concerns one connection only (RFC 9110, section 7.6.1); `Connection` itself may name more. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/**
 * The caller's headers that go along: what says how the body is written and which answer is understood, as Microsoft's
 * own SDKs send it (NETSDK RestServiceClient.cs; services-protocol.md, "compression"), and who calls. A list of what is
 * allowed: whatever else an app, its proxies or the platform put in may be a credential. `x-ms-*` is the platform's.
 */
const passed: readonly string[] = [
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-type',
  'user-agent',
]

/** What an answer may not set at the broker's own address. */
const ofTheirSite: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'set-cookie',
  'strict-transport-security',
])

/**
 * The headers of the call to Microsoft Advertising: the caller's that go along, then the broker's own.
 * `Content-Length` is left to the sender, which knows the body.
 */
export function toRequestHeaders(
  received: Pick<Headers, 'get'>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = namedByConnection(received)
  const kept = passed.flatMap((name) => {
    const value = named.has(name) ? null : received.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { ...Object.fromEntries(kept), ...own }
}

/** The headers of the answer to the caller: Microsoft's without hop-by-hop ones and those of its own site. */
export function toResponseHeaders(answered: Headers): Record<string, string> {
  const named = namedByConnection(answered)
  const isPassed = (name: string) => !hopByHop.has(name) && !named.has(name) && !ofTheirSite.has(name)
  return Object.fromEntries(
    [...answered].filter(([name]) => isPassed(name)).map(([name, value]) => [name, toAscii(value)]),
  )
}

/** The host can't send other characters: it would turn the answer into an empty 500. */
function toAscii(value: string): string {
  return value.replace(/[^\t\x20-\x7e]/g, '?')
}

function namedByConnection(headers: Pick<Headers, 'get'>): ReadonlySet<string> {
  const names = (headers.get('connection') ?? '').split(',')
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))
}
