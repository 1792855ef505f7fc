import { services } from '../advertising/services.ts'
import { addressOf, type CalledAddress, serviceOfAddress } from './addresses.ts'

/** Microsoft's services besides the six, by host and path; the broker doesn't pass calls through to them. */
const otherServices: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^content\.api\.(?:sandbox\.)?(?:bing)?ads\.microsoft\.com\//, 'the Shopping Content API'],
  [/^hotels?\.api\.(?:sandbox\.)?(?:bing)?ads\.microsoft\.com\//, 'the Hotel API'],
  [/^adlibrary\.api\.(?:bing)?ads\.microsoft\.com\//, 'the Ad Library API'],
  [/^partner\.api\.(?:sandbox\.)?bingads\.microsoft\.com\/ext\/mcp/i, 'Microsoft’s MCP server'],
  [/^partner\.api\.(?:sandbox\.)?bingads\.microsoft\.com\//, 'Microsoft’s partner API'],
]

/** Sign-in hosts: Entra, personal accounts, the sandbox's older host, and Google. */
const signInHosts: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.microsoft.com',
  'login.windows.net',
  'login.windows-ppe.net',
  'sts.windows.net',
  'accounts.google.com',
  'oauth2.googleapis.com',
])

/** One of the six services' own hosts, in either environment (guides/web-service-addresses.md). */
const serviceHost = /^([a-z]+)\.(api(?:\.sandbox)?\.bingads\.microsoft\.com)$/
const knownHosts: ReadonlySet<string> = new Set(Object.values(services).map(({ host }) => host))

/** The name of the Microsoft service that an address belongs to, if it isn't one of the six. */
export function findOtherService(sent: CalledAddress): string | undefined {
  const { host, path } = addressOf(sent)
  return otherServices.find(([pattern]) => pattern.test(`${host}/${path.replace(/^\//, '')}`))?.[1]
}

/** Whether an address belongs to an identity provider. */
export function isSignInAddress(sent: CalledAddress): boolean {
  return signInHosts.has(addressOf(sent).host)
}

/** The right host for a path that was called at another service's host; undefined if they match. */
export function findExpectedHost(sent: CalledAddress): string | undefined {
  const { host, path } = addressOf(sent)
  const [, label = '', domain] = host.match(serviceHost) ?? []
  if (!domain || !knownHosts.has(label)) return undefined
  const service = path === '' ? undefined : serviceOfAddress({ path })
  return service && services[service].host !== label ? `${services[service].host}.${domain}` : undefined
}
