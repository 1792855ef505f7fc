import type { CallResult } from '../advertising/client.ts'
import { isWithoutReason } from '../advertising/developerTokenProofs.ts'
import { type Discovery, discoverySeconds } from '../advertising/discover.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { addSeconds, secondsUntil } from '../clock.ts'
import type { Config } from '../config.ts'
import { listAllAccounts } from '../domain/account.ts'
import { carrySelection, defaultAccountOf } from '../domain/selectAccounts.ts'
import { isSameConsent, type Tenant, type TenantName } from '../domain/tenant.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import { recordAdvertisingResult } from '../tenants/recordAdvertisingResult.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import { isRecentlyReplaced } from '../vend/recentlyReplaced.ts'
import type { MissingToken, UsableToken } from '../vend/usableToken.ts'
import {
  type DiscoverWithTokenDependencies,
  type DiscoveryRequest,
  discoverWithToken,
} from './discoverWithToken.ts'
import { type CommittedDiscovery, type DiscoveryResponse, toDiscoveryResponse } from './discoveryResponse.ts'
import { discoveryEvents } from './events.ts'
import { explainDiscoveryFault } from './explainFault.ts'
import { marksOf } from './generation.ts'
import { keepUnread } from './keepUnread.ts'
import { type AccountsDependencies, replaceAccounts } from './replace.ts'

/** Dependencies of repeating a discovery. */
export interface DiscoverDependencies extends AccountsDependencies, DiscoverWithTokenDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
}

/** A younger access token wasn't refused because of its age. */
const freshSeconds = 300

/**
 * Discovers a tenant's accounts again: the choice and the default stay if they can still be reached, and changes
 * become events. A fault at the beginning changes nothing; a later one leaves the discovery unfinished, and what
 * couldn't be read stays as it was.
 * @throws Problem that says who must act.
 */
export async function rediscoverAccounts(
  dependencies: DiscoverDependencies,
  name: TenantName,
): Promise<DiscoveryResponse> {
  const { clock, accessTokens } = dependencies
  const obtained = assertToken(dependencies, await accessTokens.get(name))
  const discovery = await discover(dependencies, name, obtained)
  const discoveredAt = clock.now()
  let told: CommittedDiscovery | undefined
  await replaceAccounts(dependencies, name, (tenant, before) => {
    assertSameGrant(tenant, obtained.tenant)
    const accounts = carrySelection(before, keepUnread(before, discovery))
    const defaultAccount = defaultAccountOf(tenant, accounts)
    const story = { tenant, before, after: accounts, defaultAccount, discovery, at: discoveredAt }
    const marks = marksOf(discovery)
    const change = { accounts, defaultAccount, discoveredAt, marks, events: discoveryEvents(story) }
    told = { tenant, discovery, before, change }
    return change
  })
  accessTokens.forget(name)
  if (!told) throw new Problem('tenant_changed')
  return toDiscoveryResponse(told, discoveredAt)
}

/**
 * Replaces once an access token that Microsoft Advertising calls expired, or refuses without a reason. Both discoveries
 * share the limit: the platform ends an HTTP call that takes two of them.
 */
async function discover(
  dependencies: DiscoverDependencies,
  name: TenantName,
  obtained: UsableToken,
): Promise<Discovery> {
  const { clock } = dependencies
  const expectedAccountIds = await expectedAccounts(dependencies, obtained.tenant)
  const until = addSeconds(clock.now(), discoverySeconds)
  const first = await requestDiscovery(dependencies, obtained, { expectedAccountIds })
  const now = clock.now()
  const fault = first.ok ? first.value.unfinished?.fault : first.fault
  if (!fault || !isTokenDoubted(fault, obtained.tenant, now))
    return recordAndUnwrap(dependencies, obtained, first)
  const seen = obtained.tenant.accessToken?.refreshedAt ?? now
  const renewed = assertToken(dependencies, await dependencies.accessTokens.replace(name, seen))
  const limitSeconds = Math.max(secondsUntil(until, clock.now()), 1)
  const second = await requestDiscovery(dependencies, renewed, { expectedAccountIds, limitSeconds })
  return recordAndUnwrap(dependencies, renewed, second)
}

/** The ids of the accounts known so far, the default first. */
async function expectedAccounts(
  { accounts }: DiscoverDependencies,
  tenant: VendedTenant,
): Promise<readonly string[]> {
  const known = await listAllAccounts(accounts, tenant, tenant.accountsGeneration)
  const { defaultAccount } = tenant
  return [...(defaultAccount ? [defaultAccount.accountId] : []), ...known.map(({ accountId }) => accountId)]
}

/** Whether a new access token could help a discovery: after 109, or after a 105 that an older token may have caused. */
export function isTokenDoubted(fault: AdvertisingFault, { accessToken }: VendedTenant, now: Date): boolean {
  if (isRecentlyReplaced(accessToken, now)) return false
  if (fault.class === 'expiredToken') return true
  const isAged = !accessToken || addSeconds(accessToken.refreshedAt, freshSeconds) <= now
  return isAged && isWithoutReason(fault)
}

async function recordAndUnwrap(
  dependencies: DiscoverDependencies,
  { tenant }: UsableToken,
  result: CallResult<Discovery>,
): Promise<Discovery> {
  await recordAdvertisingResult(dependencies, tenant, result.ok ? undefined : result.fault)
  if (result.ok) return result.value
  throw explainDiscoveryFault(dependencies.config, tenant, result.fault)
}

async function requestDiscovery(
  dependencies: DiscoverDependencies,
  { tenant: { environment, grant }, accessToken }: UsableToken,
  request: DiscoveryRequest,
): Promise<CallResult<Discovery>> {
  const { identityProvider = 'microsoft' } = grant ?? {}
  const registration = { environment, identityProvider }
  const found = await discoverWithToken(dependencies, registration, accessToken, request)
  if ('noDeveloperToken' in found) throw explainNoDeveloperToken(found.noDeveloperToken)
  return found
}

function assertToken(
  { config, clock }: DiscoverDependencies,
  obtained: UsableToken | MissingToken,
): UsableToken {
  if (!obtained.ok) throw explainMissingToken(config, obtained, clock.now())
  return obtained
}

/** One person's accounts are never written to a tenant that another person has connected, or that was disconnected. */
function assertSameGrant(tenant: Tenant, seen: VendedTenant): void {
  if (tenant.status !== 'connected' || !isSameConsent(tenant, seen)) throw new Problem('tenant_changed')
}
