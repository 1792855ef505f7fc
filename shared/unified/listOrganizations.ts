import { type AccountStore, maxAccountPage } from '../domain/account.ts'
import { isSelected } from '../domain/selectAccounts.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { Problem } from '../problems.ts'
import type { Row } from './field.ts'
import { unifiedKinds } from './objects.ts'
import { toAccountRow } from './organization.ts'
import { readPage, type UnifiedPage } from './page.ts'

/**
 * Lists the accounts that can be vended, as organizations, as of the last discovery.
 * @throws Problem `tenant_not_found`.
 */
export async function listOrganizations(
  { tenants, accounts }: { readonly tenants: TenantStore; readonly accounts: AccountStore },
  name: TenantName,
  page: UnifiedPage,
): Promise<Record<string, unknown>[]> {
  const stored = await tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const rows = selectedRows(accounts, name, stored.tenant.accountsGeneration)
  return readPage(unifiedKinds.organizations, rows, { page, owner: { tenant: name.tenant, account: {} } })
}

async function* selectedRows(
  store: AccountStore,
  name: TenantName,
  generation: string | undefined,
): AsyncGenerator<Row> {
  if (generation === undefined) return
  let continuation: string | undefined
  do {
    const page = await store.list(name, generation, maxAccountPage, continuation)
    yield* page.accounts.filter(isSelected).map(toAccountRow)
    continuation = page.continuation
  } while (continuation)
}
