import * as z from 'zod'
import type { CallResult } from '../advertising/client.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import { isWithoutReason } from '../advertising/developerTokenProofs.ts'
import type { Discovery } from '../advertising/discover.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { addSeconds } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Account } from '../domain/account.ts'
import { carrySelection, defaultAccountOf, isSameDefault } from '../domain/selectAccounts.ts'
import { isSameConsent, type Tenant, type TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import { recordAdvertisingResult } from '../tenants/recordAdvertisingResult.ts'
import { cutMeaning } from '../tenants/view.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import { isRecentlyReplaced } from '../vend/recentlyReplaced.ts'
import type { MissingToken, UsableToken } from '../vend/usableToken.ts'
import { type DiscoverWithTokenDependencies, discoverWithToken } from './discoverWithToken.ts'
import { discoveryEvents } from './events.ts'
import { explainDiscoveryFault } from './explainFault.ts'
import { type AccountsChange, type AccountsDependencies, replaceAccounts } from './replace.ts'

/** Dependencies of repeating a discovery. */
export interface DiscoverDependencies extends AccountsDependencies, DiscoverWithTokenDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
}

/** The part of an account by which people recognize it. */
export const accountSummary = z.object({ accountId: z.string(), number: z.string(), name: z.string() })

/**
 * A discovery's result and its differences from the previous one. Lists have at most 100 entries; counts have no limit.
 */
export const discoveryResponse = z.object({
  accounts: z.int().describe('How many accounts the tenant now has access to.'),
  discoveredAt: z.iso.datetime(),
  counts: z.object({ appeared: z.int(), vanished: z.int(), changed: z.int() }),
  appeared: z.array(accountSummary),
  vanished: z.array(accountSummary),
  changed: z.array(accountSummary.extend({ properties: z.array(z.string()) })),
  defaultAccountId: z.string().optional(),
  defaultChanged: z.boolean(),
  cut: z.literal(true).describe(cutMeaning).optional(),
})

/** A {@link discoveryResponse}'s value. */
export type DiscoveryResponse = z.infer<typeof discoveryResponse>

/** The committed change and its starting point. */
interface CommittedDiscovery {
  readonly tenant: Tenant
  readonly before: readonly Account[]
  readonly change: AccountsChange
}

/** A younger access token wasn't refused because of its age. */
const freshSeconds = 300

/** The most accounts of each kind in the answer. */
const maxListed = 100

/**
 * Discovers a tenant's accounts again: the choice and the default stay if they can still be reached, and changes
 * become events. A fault along the way changes nothing.
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
    const accounts = carrySelection(before, discovery.accounts)
    const defaultAccount = defaultAccountOf(tenant, accounts)
    const story = { tenant, before, after: accounts, defaultAccount, at: discoveredAt }
    const isCut = discovery.isCut === true
    const change = { accounts, defaultAccount, discoveredAt, isCut, events: discoveryEvents(story) }
    told = { tenant, before, change }
    return change
  })
  accessTokens.forget(name)
  if (!told) throw new Problem('tenant_changed')
  return toResponse(told, discoveredAt)
}

/** Replaces once an access token that Microsoft Advertising calls expired, or refuses without a reason. */
async function discover(
  dependencies: DiscoverDependencies,
  name: TenantName,
  obtained: UsableToken,
): Promise<Discovery> {
  const first = await requestDiscovery(dependencies, obtained)
  const now = dependencies.clock.now()
  if (first.ok || !isTokenDoubted(first.fault, obtained.tenant, now))
    return recordAndUnwrap(dependencies, obtained, first)
  const seen = obtained.tenant.accessToken?.refreshedAt ?? now
  const renewed = assertToken(dependencies, await dependencies.accessTokens.replace(name, seen))
  return recordAndUnwrap(dependencies, renewed, await requestDiscovery(dependencies, renewed))
}

/** Whether a new access token could help a discovery: after 109, or after a 105 that an older token may have caused. */
export function isTokenDoubted(fault: AdvertisingFault, { accessToken }: Tenant, now: Date): boolean {
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
): Promise<CallResult<Discovery>> {
  const { identityProvider = 'microsoft' } = grant ?? {}
  const found = await discoverWithToken(dependencies, { environment, identityProvider }, accessToken)
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
function assertSameGrant(tenant: Tenant, seen: Tenant): void {
  if (tenant.status !== 'connected' || !isSameConsent(tenant, seen)) throw new Problem('tenant_changed')
}

function toResponse({ tenant, before, change }: CommittedDiscovery, discoveredAt: Date): DiscoveryResponse {
  const { accounts, defaultAccount } = change
  const { appeared, vanished, changed } = compareAccounts(before, accounts)
  return {
    accounts: accounts.length,
    discoveredAt: discoveredAt.toISOString(),
    counts: { appeared: appeared.length, vanished: vanished.length, changed: changed.length },
    appeared: appeared.slice(0, maxListed).map(toAccountSummary),
    vanished: vanished.slice(0, maxListed).map(toAccountSummary),
    changed: changed
      .slice(0, maxListed)
      .map(({ after, properties }) => ({ ...toAccountSummary(after), properties: [...properties] })),
    ...(defaultAccount && { defaultAccountId: defaultAccount.accountId }),
    defaultChanged: !isSameDefault(tenant.defaultAccount, defaultAccount),
    ...(change.isCut && { cut: true as const }),
  }
}

/** An account as a {@link accountSummary}. */
export function toAccountSummary({
  accountId,
  number,
  name,
}: Pick<Account, 'accountId' | 'number' | 'name'>) {
  return { accountId, number, name }
}
