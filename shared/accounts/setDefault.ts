import * as z from 'zod'
import { accountName } from '../domain/account.ts'
import { findAccount } from '../domain/findAccount.ts'
import { isSameDefault } from '../domain/selectAccounts.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import type { ChooseDependencies } from './choose.ts'
import { defaultEvents } from './events.ts'

/** The account to vend when the app names none. */
export const defaultAccountBody = z.strictObject({
  /** Its id, or the number that people see in Microsoft's pages. */
  accountId: accountName,
  /** Needed only where the account is reached through several customers; otherwise the direct way is taken. */
  customerId: z
    .string()
    .regex(/^\d{1,20}$/, 'must be a number')
    .optional(),
})

/** A parsed {@link defaultAccountBody}. */
export type DefaultAccountWish = z.infer<typeof defaultAccountBody>

const commitTries = 8

/**
 * Sets the default account. The same default again is no change and no event.
 * @throws Problem `tenant_not_found`, `account_not_found` by name, or `tenant_changed`.
 */
export async function setDefaultAccount(
  dependencies: ChooseDependencies,
  name: TenantName,
  wish: DefaultAccountWish,
): Promise<Tenant> {
  const { accounts, clock, obtain, tenants } = dependencies
  for (let tries = 0; tries < commitTries; tries++) {
    const stored = await tenants.read(name)
    if (!stored) throw new Problem('tenant_not_found')
    const { accountId, customerId } = await findAccount(
      accounts,
      stored.tenant,
      wish.accountId,
      wish.customerId,
    )
    const defaultAccount = { accountId, customerId }
    if (isSameDefault(stored.tenant.defaultAccount, defaultAccount)) return stored.tenant
    const events = defaultEvents(stored.tenant.defaultAccount, defaultAccount, clock.now(), '')
    const written = await tenants.replace(stored, { ...stored.tenant, defaultAccount }, events)
    if (written === 'conflict') continue
    obtain.forget(name)
    return written.tenant
  }
  throw new Problem('tenant_changed')
}
