import * as z from 'zod'
import { accountSummary, toAccountSummary } from '../accounts/discoveryResponse.ts'
import { personChange } from '../accounts/events.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import type { Clock } from '../clock.ts'
import { type AccountStore, listAllAccounts } from '../domain/account.ts'
import type { PendingGrant, Tenant } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { Problem } from '../problems.ts'
import { connectionView, toConnectionView } from '../tenants/view.ts'

/** The changes that confirming a consent would make. */
export const pendingView = z.object({
  expiresAt: z.iso.datetime().describe('The app can confirm until then.'),
  connection: connectionView,
  userChanged: z.boolean().describe('Whether a different person consented than before.'),
  previousUser: z.string().describe('Who consented before, masked.').optional(),
  accountsOutstanding: z
    .literal(true)
    .describe('The accounts aren’t all stored yet, so they can’t be compared; the counts are missing.')
    .optional(),
  accounts: z.int().describe('How many accounts the tenant would have access to.').optional(),
  counts: z.object({ appeared: z.int(), lost: z.int() }).optional(),
  lost: z.array(accountSummary).describe('One page of the accounts that would be lost.').optional(),
  continuation: z.string().optional(),
})

/** Dependencies of reading a pending consent. */
export interface PendingDependencies {
  readonly tenants: TenantStore
  readonly accounts: AccountStore
  readonly clock: Clock
}

/** Shows the changes that a pending consent would make, before anything is marked. */
export async function viewPendingGrant(
  { accounts }: Pick<PendingDependencies, 'accounts'>,
  { pending, tenant }: { readonly tenant: Tenant; readonly pending: PendingGrant },
  { limit, continuation }: { readonly limit: number; readonly continuation?: string | undefined },
): Promise<z.infer<typeof pendingView>> {
  const person = personChange(tenant, pending.grant)
  const consent = {
    expiresAt: pending.expiresAt.toISOString(),
    connection: toConnectionView(pending.grant),
    userChanged: person !== undefined,
    ...(person && { previousUser: person.previousUser }),
  }
  if (pending.accountsOutstanding) return { ...consent, accountsOutstanding: true }
  const before = await listAllAccounts(accounts, tenant, tenant.accountsGeneration)
  const after = await listAllAccounts(accounts, tenant, pending.accountsGeneration)
  const { appeared, vanished } = compareAccounts(before, after)
  const begin = Number(continuation ?? 0) || 0
  const end = begin + limit
  return {
    ...consent,
    accounts: after.length,
    counts: { appeared: appeared.length, lost: vanished.length },
    lost: vanished.slice(begin, end).map(toAccountSummary),
    ...(end < vanished.length && { continuation: String(end) }),
  }
}

/** @throws Problem `connect_session_not_found`. */
export function assertPendingGrant(
  pending: PendingGrant | undefined,
  sessionId: string,
  now: Date,
): PendingGrant {
  if (pending?.sessionId !== sessionId || pending.expiresAt <= now) {
    throw new Problem('connect_session_not_found')
  }
  return pending
}
