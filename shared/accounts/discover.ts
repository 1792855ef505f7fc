import * as z from 'zod'
import type { Answer } from '../advertising/client.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import { isWithoutReason } from '../advertising/developerTokenProofs.ts'
import type { Discovery } from '../advertising/discover.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { secondsAfter } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Account } from '../domain/account.ts'
import { carrySelection, defaultAccountOf, isSameDefault } from '../domain/selectAccounts.ts'
import { isSameConsent, type Tenant, type TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import { noteAdvertisingAnswer } from '../tenants/advertisingAnswer.ts'
import { cutMeaning } from '../tenants/view.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { explainNotObtained } from '../vend/explain.ts'
import type { NotObtained, Obtained } from '../vend/obtained.ts'
import { isRecentlyReplaced } from '../vend/recentlyReplaced.ts'
import { type DiscoverForDependencies, discoverFor } from './discoverFor.ts'
import { discoveryEvents } from './events.ts'
import { explainDiscoveryFault } from './explainFault.ts'
import { type AccountsChange, type AccountsDependencies, replaceAccounts } from './replace.ts'

/** Dependencies of repeating a discovery. */
export interface DiscoverDependencies extends AccountsDependencies, DiscoverForDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
}

/** The part of an account by which people recognize it. */
export const namedAccount = z.object({ accountId: z.string(), number: z.string(), name: z.string() })

/**
 * A discovery's result and its differences from the previous one. Lists have at most 100 entries; counts have no limit.
 */
export const discoveryAnswer = z.object({
  accounts: z.int().describe('How many accounts the tenant now has access to.'),
  discoveredAt: z.iso.datetime(),
  counts: z.object({ appeared: z.int(), vanished: z.int(), changed: z.int() }),
  appeared: z.array(namedAccount),
  vanished: z.array(namedAccount),
  changed: z.array(namedAccount.extend({ properties: z.array(z.string()) })),
  defaultAccountId: z.string().optional(),
  defaultChanged: z.boolean(),
  cut: z.literal(true).describe(cutMeaning).optional(),
})

/** A {@link discoveryAnswer}'s value. */
export type DiscoveryAnswer = z.infer<typeof discoveryAnswer>

/** The committed change and its starting point. */
interface Told {
  readonly tenant: Tenant
  readonly before: readonly Account[]
  readonly change: AccountsChange
}

/** A younger access token wasn't refused because of its age. */
const freshSeconds = 300

/** The most accounts of each kind in the answer. */
const mostListed = 100

/**
 * Discovers a tenant's accounts again: the choice and the default stay if they can still be reached, and changes
 * become events. A fault along the way changes nothing.
 * @throws Problem that says who must act.
 */
export async function rediscoverAccounts(
  dependencies: DiscoverDependencies,
  name: TenantName,
): Promise<DiscoveryAnswer> {
  const { clock, accessTokens } = dependencies
  const obtained = assertObtained(dependencies, await accessTokens.obtain(name))
  const discovery = await discover(dependencies, name, obtained)
  const discoveredAt = clock.now()
  let told: Told | undefined
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
  return toAnswer(told, discoveredAt)
}

/** Replaces once an access token that Microsoft Advertising calls expired, or refuses without a reason. */
async function discover(
  dependencies: DiscoverDependencies,
  name: TenantName,
  obtained: Obtained,
): Promise<Discovery> {
  const first = await ask(dependencies, obtained)
  const now = dependencies.clock.now()
  if (first.ok || !isTokenDoubted(first.fault, obtained.tenant, now))
    return settle(dependencies, obtained, first)
  const seen = obtained.tenant.accessToken?.refreshedAt ?? now
  const renewed = assertObtained(dependencies, await dependencies.accessTokens.replace(name, seen))
  return settle(dependencies, renewed, await ask(dependencies, renewed))
}

/** Whether a new access token could help a discovery: after 109, or after a 105 that an older token may have caused. */
export function isTokenDoubted(fault: AdvertisingFault, { accessToken }: Tenant, now: Date): boolean {
  if (isRecentlyReplaced(accessToken, now)) return false
  if (fault.class === 'expiredToken') return true
  const isAged = !accessToken || secondsAfter(accessToken.refreshedAt, freshSeconds) <= now
  return isAged && isWithoutReason(fault)
}

async function settle(
  dependencies: DiscoverDependencies,
  { tenant }: Obtained,
  answer: Answer<Discovery>,
): Promise<Discovery> {
  await noteAdvertisingAnswer(dependencies, tenant, answer.ok ? undefined : answer.fault)
  if (answer.ok) return answer.value
  throw explainDiscoveryFault(dependencies.config, tenant, answer.fault)
}

async function ask(
  dependencies: DiscoverDependencies,
  { tenant: { environment, grant }, accessToken }: Obtained,
): Promise<Answer<Discovery>> {
  const { identityProvider = 'microsoft' } = grant ?? {}
  const found = await discoverFor(dependencies, { environment, identityProvider }, accessToken)
  if ('unarmed' in found) throw explainNoDeveloperToken(found.unarmed)
  return found
}

function assertObtained({ config, clock }: DiscoverDependencies, obtained: Obtained | NotObtained): Obtained {
  if (!obtained.ok) throw explainNotObtained(config, obtained, clock.now())
  return obtained
}

/** One person's accounts are never written to a tenant that another person has connected, or that was disconnected. */
function assertSameGrant(tenant: Tenant, seen: Tenant): void {
  if (tenant.status !== 'connected' || !isSameConsent(tenant, seen)) throw new Problem('tenant_changed')
}

function toAnswer({ tenant, before, change }: Told, discoveredAt: Date): DiscoveryAnswer {
  const { accounts, defaultAccount } = change
  const { appeared, vanished, changed } = compareAccounts(before, accounts)
  return {
    accounts: accounts.length,
    discoveredAt: discoveredAt.toISOString(),
    counts: { appeared: appeared.length, vanished: vanished.length, changed: changed.length },
    appeared: appeared.slice(0, mostListed).map(toNamed),
    vanished: vanished.slice(0, mostListed).map(toNamed),
    changed: changed
      .slice(0, mostListed)
      .map(({ after, properties }) => ({ ...toNamed(after), properties: [...properties] })),
    ...(defaultAccount && { defaultAccountId: defaultAccount.accountId }),
    defaultChanged: !isSameDefault(tenant.defaultAccount, defaultAccount),
    ...(change.isCut && { cut: true as const }),
  }
}

/** An account as a {@link namedAccount}. */
export function toNamed({ accountId, number, name }: Pick<Account, 'accountId' | 'number' | 'name'>) {
  return { accountId, number, name }
}
