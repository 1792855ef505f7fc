import type { EnvironmentConfig } from '../config.ts'
import type { IdentityProvider } from '../environment.ts'
import type { Secret } from '../secret.ts'

/** One of Microsoft Advertising's web services. */
export interface Service {
  /** The value for `{host}` in an environment's host pattern. */
  readonly host: string
  /** The REST base path, with the version and without a trailing slash. */
  readonly path: string
  /** Whether every call needs `CustomerId` and `CustomerAccountId`. */
  readonly needsIds: boolean
}

/**
 * The six services with REST host and path, by their names in the broker's routes and answers
 * (every reference page of `advertising/bingads-13`; id headers: each service's `includes/request-header-rest.md`).
 */
export const services = {
  customerManagement: { host: 'clientcenter', path: '/CustomerManagement/v13', needsIds: false },
  customerBilling: { host: 'clientcenter', path: '/CustomerBilling/v13', needsIds: false },
  campaignManagement: { host: 'campaign', path: '/CampaignManagement/v13', needsIds: true },
  reporting: { host: 'reporting', path: '/Reporting/v13', needsIds: true },
  bulk: { host: 'bulk', path: '/Bulk/v13', needsIds: true },
  adInsight: { host: 'adinsight', path: '/AdInsight/v13', needsIds: true },
} as const satisfies Record<string, Service>

/** A service's name: a key of {@link services}. */
export type ServiceName = keyof typeof services

/** All of {@link services}' names. */
export const serviceNames = Object.keys(services) as readonly ServiceName[]

/** Whether a word, for example from a request's path, names a service. */
export function isServiceName(word: string): word is ServiceName {
  return Object.hasOwn(services, word)
}

/** One service's REST base URL in an environment, without a trailing slash. */
export function serviceUrl(config: Pick<EnvironmentConfig, 'advertisingUrl'>, service: ServiceName): string {
  const { host, path } = services[service]
  return `${config.advertisingUrl.replace('{host}', host).replace(/(?<!\/)\/+$/, '')}${path}`
}

/** Every service's REST base URL in an environment. */
export function serviceUrls(config: Pick<EnvironmentConfig, 'advertisingUrl'>): Record<ServiceName, string> {
  return Object.fromEntries(serviceNames.map((name) => [name, serviceUrl(config, name)])) as Record<
    ServiceName,
    string
  >
}

/** The credentials of a call to Microsoft Advertising. */
export interface Credentials {
  readonly accessToken: Secret
  readonly developerToken: Secret
  readonly identityProvider: IdentityProvider
  /** The customer through which the user reaches the account. */
  readonly customerId?: string
  readonly accountId?: string
  /** Aborts the call, in addition to the call's own limit. */
  readonly signal?: AbortSignal
}

/**
 * The headers of a REST call, ready to be spread into it.
 * Unknown ids are left out. Google access tokens need `IdentityProvider`
 * (guides/authentication-oauth.md); Microsoft's don't.
 */
export function requestHeaders(credentials: Credentials): Record<string, string> {
  const { accessToken, developerToken, identityProvider, customerId, accountId } = credentials
  return {
    Authorization: `Bearer ${accessToken.expose()}`,
    DeveloperToken: developerToken.expose(),
    ...(customerId && { CustomerId: customerId }),
    ...(accountId && { CustomerAccountId: accountId }),
    ...(identityProvider === 'google' && { IdentityProvider: 'Google' }),
  }
}
