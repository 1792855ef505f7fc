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

/**
 * Microsoft's headers that are passed through: what describes the body, and the call's id (request-header-rest.md). This
 * is an allowlist, too: any other header would speak for the broker's own address, such as a cookie, a policy, or a
 * permission for other sites' scripts. `Retry-After` is the broker's, which knows Microsoft's.
 */
const passedBack: readonly string[] = [
  'accept-ranges',
  'allow',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'last-modified',
  'trackingid',
]

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

/** The headers of the answer to the caller: Microsoft's allowed ones. */
export function toResponseHeaders(answered: Headers): Record<string, string> {
  const named = namedByConnection(answered)
  const kept = passedBack.flatMap((name) => {
    const value = named.has(name) ? null : answered.get(name)
    return value === null ? [] : [[name, toAscii(value)]]
  })
  return Object.fromEntries(kept)
}

/** The host can't send other characters: it would turn the answer into an empty 500. */
function toAscii(value: string): string {
  return value.replace(/[^\t\x20-\x7e]/g, '?')
}

function namedByConnection(headers: Pick<Headers, 'get'>): ReadonlySet<string> {
  const names = (headers.get('connection') ?? '').split(',')
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))
}
