/** Headers that concern only one connection (RFC 9110, section 7.6.1); `Connection` itself may name more. */
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
 * The caller's headers that are passed through: the format of the body and the accepted answers, as Microsoft's
 * own SDKs send it (NETSDK RestServiceClient.cs; services-protocol.md, "compression"), and the calling software. This
 * is an allowlist: any other header from an app, its proxies, or the platform may be a credential. `x-ms-*` belongs to
 * the platform.
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

/** Headers that an answer must not set at the broker's own address. */
const ofTheirSite: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'set-cookie',
  'strict-transport-security',
])

/**
 * The headers of the call to Microsoft Advertising: the caller's allowed ones, then the broker's own.
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

/**
 * The headers of the answer to the caller: Microsoft's, without hop-by-hop headers and those that concern Microsoft's
 * site. Nothing between here and the caller may keep an advertiser's data, even if Microsoft says nothing about it
 * (RFC 9111, section 3.5).
 */
export function toResponseHeaders(answered: Headers): Record<string, string> {
  const named = namedByConnection(answered)
  const isPassed = (name: string) => !hopByHop.has(name) && !named.has(name) && !ofTheirSite.has(name)
  const passed = [...answered]
    .filter(([name]) => isPassed(name))
    .map(([name, value]) => [name, toAscii(value)])
  return { ...Object.fromEntries(passed), 'cache-control': 'no-store' }
}

/** The host can't send other characters: it would turn the answer into an empty 500. */
function toAscii(value: string): string {
  return value.replace(/[^\t\x20-\x7e]/g, '?')
}

function namedByConnection(headers: Pick<Headers, 'get'>): ReadonlySet<string> {
  const names = (headers.get('connection') ?? '').split(',')
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))
}
