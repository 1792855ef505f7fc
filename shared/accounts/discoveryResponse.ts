import * as z from 'zod'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import type { Discovery } from '../advertising/discover.ts'
import {
  faultReason,
  type PassedOverCustomer,
  type Unfinished,
  unfinishedReasons,
} from '../advertising/unfinished.ts'
import type { Account } from '../domain/account.ts'
import { isSameDefault } from '../domain/selectAccounts.ts'
import type { Tenant } from '../domain/tenant.ts'
import { cutMeaning, readSoFarMeaning } from '../tenants/view.ts'
import type { AccountsChange } from './replace.ts'

/** The part of an account by which people recognize it. */
export const accountSummary = z
  .object({ accountId: z.string(), number: z.string(), name: z.string() })
  .meta({ id: 'AccountSummary', description: 'What people recognize an account by.' })

/**
 * A discovery's result and its differences from the previous one. Lists have at most 100 entries; counts have no limit.
 */
export const discoveryResponse = z
  .object({
    accounts: z.int().describe('How many accounts the tenant now has access to.'),
    discoveredAt: z.iso.datetime(),
    counts: z.object({ appeared: z.int(), vanished: z.int(), changed: z.int() }),
    appeared: z.array(accountSummary),
    vanished: z.array(accountSummary),
    changed: z.array(accountSummary.extend({ properties: z.array(z.string()) })),
    defaultAccountId: z.string().optional(),
    defaultChanged: z.boolean(),
    cut: z.literal(true).describe(cutMeaning).optional(),
    reachUnknown: z
      .int()
      .describe('How many accounts can’t be vended, because no path to them is known.')
      .optional(),
    readSoFar: z.int().describe(readSoFarMeaning).optional(),
    unfinished: z
      .object({
        because: z.enum(unfinishedReasons),
        reason: z.string(),
        retryAfterSeconds: z.int().optional(),
      })
      .describe(
        'Why the discovery ended early. Discover the accounts again, after `retryAfterSeconds` if set.',
      )
      .optional(),
    passedOver: z
      .array(z.object({ customerId: z.string(), reason: z.string() }))
      .describe('Customers whose accounts Microsoft Advertising didn’t list, 100 at most.')
      .optional(),
  })
  .meta({
    id: 'Discovery',
    description:
      'The accounts that a discovery found, compared with those before. Lists have at most 100 entries; counts have no limit.',
  })

/** A {@link discoveryResponse}'s value. */
export type DiscoveryResponse = z.infer<typeof discoveryResponse>

/** A committed discovery and its starting point. */
export interface CommittedDiscovery {
  readonly tenant: Tenant
  readonly discovery: Discovery
  readonly before: readonly Account[]
  readonly change: AccountsChange
}

/** The most accounts of each kind in the answer. */
const maxListed = 100

/** Shows a committed discovery to apps. */
export function toDiscoveryResponse(
  { tenant, before, change, discovery }: CommittedDiscovery,
  discoveredAt: Date,
): DiscoveryResponse {
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
    ...toLimits(discovery, accounts),
  }
}

/** What the discovery couldn't find out. */
function toLimits(
  { isCut, passedOver, unfinished, accounts: read }: Discovery,
  accounts: readonly Account[],
): Partial<DiscoveryResponse> {
  const reachUnknown = accounts.filter((account) => account.reachUnknown).length
  return {
    ...(isCut && { cut: true as const }),
    ...(reachUnknown > 0 && { reachUnknown }),
    ...(passedOver.length > 0 && { passedOver: passedOver.slice(0, maxListed).map(toPassedOver) }),
    ...(unfinished && { readSoFar: read.length, unfinished: toReason(unfinished) }),
  }
}

function toPassedOver({ customerId, reason }: PassedOverCustomer) {
  return { customerId, reason }
}

function toReason({ because, fault }: Unfinished): DiscoveryResponse['unfinished'] {
  const { retryAfterSeconds } = fault
  return {
    because,
    reason: faultReason(fault),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
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
