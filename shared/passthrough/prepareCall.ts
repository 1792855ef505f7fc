import { requestHeaders, type ServiceName, services, serviceUrl } from '../advertising/services.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { type DeveloperTokens, explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import type { UsableToken } from '../vend/usableToken.ts'
import type { Vend } from '../vend/vend.ts'

/** Dependencies of preparing a call. */
export interface PrepareDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
  readonly vend: Vend
  readonly developerTokens: Pick<DeveloperTokens, 'find'>
  readonly clock: Clock
}

/** The service and the account of a call. */
export interface CallTarget {
  readonly service: ServiceName
  /** Id or number. Default is the tenant's default account. */
  readonly accountId?: string
  /** The customer through which to reach the account. For a linked account, it may also be the owner. */
  readonly customerId?: string
}

/** Everything that a call needs: its address and its credentials. */
export interface PreparedCall {
  readonly tenant: VendedTenant
  /** The service's base URL in the tenant's own environment. */
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly customerId?: string
  readonly accountId?: string
  /** When the access token was issued. */
  readonly refreshedAt: Date
}

/**
 * Prepares a call as a vend would. A tenant without a default account can call the services that need no ids.
 * @throws Problem that says who must act.
 */
export async function prepareCall(
  dependencies: PrepareDependencies,
  name: TenantName,
  wanted: CallTarget,
): Promise<PreparedCall> {
  const { config, clock, accessTokens } = dependencies
  const obtained = await accessTokens.get(name)
  if (!obtained.ok) throw explainMissingToken(config, obtained, clock.now())
  const { tenant } = obtained
  const settings = config.environments.get(tenant.environment)
  if (!settings) {
    throw new Problem('environment_on_hold', { members: { reason: 'environment_not_served' } })
  }
  const withIds = wanted.accountId ?? tenant.defaultAccount ?? services[wanted.service].needsIds
  return {
    tenant,
    baseUrl: serviceUrl(settings, wanted.service),
    refreshedAt: tenant.accessToken?.refreshedAt ?? clock.now(),
    ...(withIds
      ? await withAccount(dependencies, name, wanted)
      : { headers: await withoutAccount(dependencies, obtained) }),
  }
}

async function withAccount(
  { vend }: PrepareDependencies,
  name: TenantName,
  { accountId, customerId }: CallTarget,
) {
  const vended = await vend.vend(name, { accountId, customerId, acceptsOwner: true })
  return { headers: vended.headers, customerId: vended.customerId, accountId: vended.accountId }
}

async function withoutAccount(
  { developerTokens }: PrepareDependencies,
  { tenant, accessToken }: UsableToken,
): Promise<Record<string, string>> {
  const developerToken = await developerTokens.find(tenant.environment)
  if (!developerToken.ok) throw explainNoDeveloperToken(developerToken)
  return requestHeaders({
    accessToken,
    developerToken: developerToken.value,
    identityProvider: tenant.grant?.identityProvider ?? 'microsoft',
  })
}
