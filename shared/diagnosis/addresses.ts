import { type ServiceName, serviceNames, services, serviceUrl } from '../advertising/services.ts'
import type { EnvironmentConfig } from '../config.ts'
import { type Environment, environments } from '../environment.ts'

/** A call's address, as its sender reports it. */
export interface CalledAddress {
  /** A host, with or without a port, or a whole URL. */
  readonly host?: string
  readonly path?: string
}

/** The owner of the address: one environment, both, or none. Undefined when the call has no address. */
export type AddressOwner = Environment | 'both' | 'nobody' | undefined

/** Judges addresses by the configured hosts and Microsoft's documented ones. */
export type FindAddressOwner = (sent: CalledAddress) => AddressOwner

/** The documented hosts (every REST reference page), recognized even if settings name others. */
const documented: Readonly<Record<Environment, string>> = {
  production: 'https://{host}.api.bingads.microsoft.com',
  sandbox: 'https://{host}.api.sandbox.bingads.microsoft.com',
}

/** Hosts for downloading and uploading reports and bulk files; the addresses come from Reporting and Bulk answers. */
const transferHosts = ['download', 'fileupload'] as const

/**
 * The host of finished reports. This is inferred, not documented: public connectors show it in live `ReportDownloadUrl`
 * values, and no source shows a different one for either environment.
 */
const reportStorageHost = 'bingadsappsstorageprod.blob.core.windows.net'

/** Indexes the API hosts of all environments; a local stack keeps them apart by path, below one host. */
export function createAddressOwnerFinder(
  configs: ReadonlyMap<Environment, Pick<EnvironmentConfig, 'advertisingUrl'>>,
): FindAddressOwner {
  const known = environments.flatMap((environment) =>
    [documented[environment], configs.get(environment)?.advertisingUrl ?? []]
      .flat()
      .flatMap((advertisingUrl) =>
        serviceNames.map((name) => ({
          environment,
          ...originOf(serviceUrl({ advertisingUrl }, name), name),
        })),
      ),
  )
  return (sent) => {
    const { host, path } = addressOf(sent)
    if (host === '') return undefined
    const transfer = transferOwner(host)
    if (transfer) return transfer
    const here = known.filter((one) => one.host === host)
    const owners = new Set(
      here.filter((one) => path === '' || path.startsWith(one.prefix)).map((one) => one.environment),
    )
    if (owners.size === 2) return 'both'
    return [...owners][0] ?? (here.length > 0 ? 'both' : 'nobody')
  }
}

/** The service that an address belongs to, by its path first, then by its host; undefined if neither identifies it. */
export function serviceOfAddress(sent: CalledAddress): ServiceName | undefined {
  const { host, path } = addressOf(sent)
  const folder = (name: ServiceName) => services[name].path.split('/')[1]!.toLowerCase()
  const segments = path.toLowerCase().split('/')
  const byPath = serviceNames.find((name) => segments.includes(folder(name)))
  const byHost = serviceNames.filter((name) => host.startsWith(`${services[name].host}.`))
  return byPath ?? (byHost.length === 1 ? byHost[0] : undefined)
}

/** Whether reports or bulk files are downloaded or uploaded at this address. */
export function isTransferAddress(sent: CalledAddress): boolean {
  return transferOwner(addressOf(sent).host) !== undefined
}

/** Whether bulk files are uploaded at this address. */
export function isUploadAddress(sent: CalledAddress): boolean {
  return isTransferAddress(sent) && addressOf(sent).host.startsWith('fileupload.')
}

function transferOwner(host: string): Environment | 'both' | undefined {
  if (host === reportStorageHost) return 'both'
  return environments.find((environment) =>
    transferHosts.some((name) => host === new URL(documented[environment].replace('{host}', name)).host),
  )
}

/** Whether it is an address of the SOAP services (guides/web-service-addresses.md). */
export function isSoapAddress(sent: CalledAddress): boolean {
  return /\/Api\/.{1,200}\.svc\b/i.test(addressOf(sent).path)
}

/** Whether a host belongs to Microsoft Advertising, even if no known service is there. */
export function isMicrosoftAddress(sent: CalledAddress): boolean {
  return /(?:^|\.)(?:bing)?ads\.microsoft\.com$/.test(addressOf(sent).host)
}

/**
 * The hosts before bingads.microsoft.com, up to version 8: `adcenterapi`, `sharedservices.adcenterapi`,
 * `sandboxapi.adcenter`.
 */
const formerHost = /(?:^|\.)adcenter(?:api)?\.microsoft\.com$/

/**
 * Whether an address belongs to something that Microsoft has retired: an API version other than v13, also of a service
 * that is gone, the hosts of such versions, or Live Connect's sign-in (guides/authentication-oauth-mfa.md).
 * @param owner as {@link FindAddressOwner} says: a stranger's versions aren't Microsoft's.
 */
export function isRetiredAddress(sent: CalledAddress, owner: AddressOwner): boolean {
  const { host, path } = addressOf(sent)
  if (host === 'login.live.com' || formerHost.test(host)) return true
  const version = path.match(/\/v(\d{1,2})(?:\/|$)/i)?.[1]
  if (version === undefined || version === '13') return false
  if (owner === 'nobody' && !isMicrosoftAddress(sent)) return false
  return serviceOfAddress(sent) !== undefined || isSoapAddress(sent)
}

/** Host and path of an address; the host is in lower case. */
export function addressOf({ host = '', path = '' }: CalledAddress): { host: string; path: string } {
  const url = URL.parse(host.includes('://') ? host : `https://${host}`)
  if (!url) return { host: host.toLowerCase(), path }
  return { host: url.host.toLowerCase(), path: path || url.pathname.replace(/^\/$/, '') }
}

function originOf(url: string, name: ServiceName): { host: string; prefix: string } {
  const { host, pathname } = new URL(url)
  return { host, prefix: pathname.slice(0, -services[name].path.length) }
}
