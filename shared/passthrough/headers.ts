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

/** Where a caller may have put credentials or ids: the broker adds its own. */
const credentials: ReadonlySet<string> = new Set([
  'authorization',
  'authenticationtoken',
  'cookie',
  'customeraccountid',
  'customerid',
  'developertoken',
  'identityprovider',
  'password',
  'username',
  'x-account-id',
])

/** What tells who stands between caller and broker, or is answered here already. */
const ofThisHop: ReadonlySet<string> = new Set([
  'content-length',
  'expect',
  'forwarded',
  'host',
  'origin',
  'referer',
  'via',
])

/** The platform's own: its key, its proxies' traces, its sign-in, its invocation. */
const ofThePlatform =
  /^(x-functions-|x-forwarded-|x-original-|x-azure-|x-arr-|x-appservice-|x-ms-|x-site-|x-waws-|x-client-|x-zumo-|was-|disguised-host|client-ip|max-forwards)/

/** What an answer may not set at the broker's own address. */
const ofTheirSite: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'set-cookie',
  'strict-transport-security',
])

/**
 * The headers of the call to Microsoft Advertising: the caller's without hop-by-hop, credential and platform
 * ones, then the broker's own. `Content-Length` is left to the sender, which knows the body.
 */
export function toSentHeaders(
  received: Headers,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const named = namedByConnection(received)
  const isPassed = (name: string) =>
    !hopByHop.has(name) &&
    !named.has(name) &&
    !credentials.has(name) &&
    !ofThisHop.has(name) &&
    !ofThePlatform.test(name)
  return { ...Object.fromEntries([...received].filter(([name]) => isPassed(name))), ...own }
}

/** The headers of the answer to the caller: Microsoft's without hop-by-hop ones and those of its own site. */
export function toAnsweredHeaders(answered: Headers): Record<string, string> {
  const named = namedByConnection(answered)
  const isPassed = (name: string) => !hopByHop.has(name) && !named.has(name) && !ofTheirSite.has(name)
  return Object.fromEntries([...answered].filter(([name]) => isPassed(name)))
}

function namedByConnection(headers: Headers): ReadonlySet<string> {
  const names = (headers.get('connection') ?? '').split(',')
  return new Set(names.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''))
}
