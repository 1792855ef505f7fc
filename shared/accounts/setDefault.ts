import * as z from 'zod'
import { accountName, idOfCustomer } from '../domain/account.ts'
import { findAccount } from '../domain/findAccount.ts'
import { isSameDefault } from '../domain/selectAccounts.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { withDefaultAccount } from '../domain/transitions.ts'
import { Problem } from '../problems.ts'
import { changeTenant } from '../tenants/changeTenant.ts'
import type { ChooseDependencies } from './choose.ts'
import { defaultEvents } from './events.ts'

/** The account to vend when the app names none. */
export const defaultAccountBody = z
  .strictObject({
    /** Its id, or the number shown on Microsoft's pages. */
    accountId: accountName,
    /** One of the account's `ways`. Default is the one with the strongest role. */
    customerId: idOfCustomer.optional(),
  })
  .meta({ id: 'DefaultAccount', description: 'The account to vend when the app doesn’t name one.' })

/** A parsed {@link defaultAccountBody}. */
export type DefaultAccountRequest = z.infer<typeof defaultAccountBody>

/**
 * Sets the default account. Setting the same default again changes nothing and adds no event.
 * @throws Problem `tenant_not_found`, `account_not_found` by name, or `tenant_changed`.
 */
export async function setDefaultAccount(
  dependencies: ChooseDependencies,
  name: TenantName,
  request: DefaultAccountRequest,
): Promise<Tenant> {
  const { accounts, clock, accessTokens } = dependencies
  const changed = await changeTenant(dependencies, name, async (row) => {
    const { accountId, customerId } = await findAccount(accounts, row, request.accountId, request)
    const defaultAccount = { accountId, customerId }
    if (isSameDefault(row.defaultAccount, defaultAccount)) return undefined
    const events = defaultEvents(row.defaultAccount, defaultAccount, clock.now(), '')
    return { next: withDefaultAccount(row, defaultAccount), events }
  })
  if (changed.outcome === 'not_found') throw new Problem('tenant_not_found')
  if (changed.outcome === 'conflict') throw new Problem('tenant_changed')
  if (changed.outcome === 'changed') accessTokens.forget(name)
  return changed.stored.tenant
}
