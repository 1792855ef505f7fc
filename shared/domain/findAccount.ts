import { Problem } from '../problems.ts'
import { type Account, type AccountStore, type AccountWay, waysOf } from './account.ts'
import { isSelected } from './selectAccounts.ts'
import type { Tenant } from './tenant.ts'

/** Through which customer to reach an account. */
export interface WantedWay {
  /** Default is the customer with the strongest role. */
  readonly customerId?: string | undefined
  /**
   * Whether the owner of a linked account counts, too: Microsoft's guide names the agency
   * (guides/account-hierarchy-permissions.md), and its samples send the owner (Python SDK, auth_helper.py).
   */
  readonly acceptsOwner?: boolean | undefined
}

type TenantWithAccounts = Pick<Tenant, 'workspace' | 'tenant' | 'accountsGeneration'>

/**
 * Finds an account by its id, otherwise by its number in upper or lower case, reached through the customer with the
 * strongest role, unless `customerId` names another one.
 * @throws Problem `account_not_found` with the name: the tenant can't reach it, or it wasn't chosen.
 */
export async function findAccount(
  store: AccountStore,
  tenant: TenantWithAccounts,
  wanted: string,
  { customerId, acceptsOwner }: WantedWay = {},
): Promise<Account> {
  const entries = await findEntries(store, tenant, wanted)
  const directFirst = entries.toSorted((a, b) => Number(a.linked) - Number(b.linked))
  const account = directFirst
    .flatMap((entry) => throughEachCustomer(entry, acceptsOwner ? [entry.ownerCustomerId] : []))
    .find((through) => !customerId || through.customerId === customerId)
  if (!account)
    throw accountNotReachable(tenant, customerId ? `${wanted} through customer ${customerId}` : wanted)
  if (!isSelected(account)) throw accountNotSelected(tenant, wanted)
  if (account.reachUnknown) throw accountReachUnknown(tenant, account)
  return account
}

/** The account with this id, otherwise those with this number, selected or not. Several only in old generations. */
export async function findEntries(
  store: AccountStore,
  tenant: TenantWithAccounts,
  wanted: string,
): Promise<readonly Account[]> {
  const { accountsGeneration: generation } = tenant
  if (!generation) return []
  const byId = await store.findById(tenant, generation, wanted)
  return byId.length > 0 ? byId : store.findByNumber(tenant, generation, wanted)
}

function throughEachCustomer(account: Account, moreCustomerIds: readonly string[]): readonly Account[] {
  const { roleId: _role, ...bare } = account
  const more = moreCustomerIds.filter((id) => id !== '').map((id): AccountWay => ({ customerId: id }))
  const through = [...waysOf(account), ...more].map(({ customerId, roleId }) => ({
    ...bare,
    customerId,
    ...(roleId && { roleId }),
    linked: customerId !== account.ownerCustomerId,
  }))
  return account.reachUnknown ? [account] : through
}

/** The tenant's user has no access to the account, or there is none. */
export function accountNotReachable({ tenant }: Pick<Tenant, 'tenant'>, wanted: string): Problem {
  return new Problem('account_not_found', {
    detail: `Tenant ${tenant} doesn’t have access to the account ${wanted}.`,
  })
}

/** A guessed customer id would fail at Microsoft and look like missing rights. */
function accountReachUnknown({ tenant }: Pick<Tenant, 'tenant'>, { accountId, note }: Account): Problem {
  return new Problem('account_not_found', {
    detail: `Tenant ${tenant} has no known path to the account ${accountId}. ${note ?? ''}`.trim(),
    members: { reason: 'account_reach_unknown' },
  })
}

/** The tenant can reach the account, but it wasn't chosen. */
export function accountNotSelected({ tenant }: Pick<Tenant, 'tenant'>, wanted: string): Problem {
  return new Problem('account_not_found', {
    detail: `The account ${wanted} isn’t one of the accounts chosen for tenant ${tenant}.`,
    members: { reason: 'account_not_selected' },
  })
}
