import type { Clock, Randomness } from '../clock.ts'
import {
  type Account,
  type AccountStore,
  type GenerationMarks,
  listAllAccounts,
  marksOfGeneration,
} from '../domain/account.ts'
import type { DefaultAccount, StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { withAccounts } from '../domain/transitions.ts'
import { Problem } from '../problems.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import { withPatientTenants } from '../tenants/patience.ts'
import { isGenerationKept, newGeneration } from './generation.ts'

/** Dependencies of changing a tenant's accounts. */
export interface AccountsDependencies extends ChangeDependencies {
  readonly accounts: AccountStore
  readonly clock: Clock
  readonly randomness: Randomness
}

/** The new state of a tenant's accounts. */
export interface AccountsChange {
  /**
   * Depends only on the previous accounts: it's written once and committed against a row that other processes may
   * change.
   */
  readonly accounts: readonly Account[]
  readonly defaultAccount: DefaultAccount | undefined
  /** Set if the change comes from a discovery. */
  readonly discoveredAt?: Date
  readonly events: readonly TenantEvent[]
  /** Whether accounts are missing. Default is as before. */
  readonly marks?: GenerationMarks
}

/**
 * Replaces a tenant's accounts: writes a whole new generation, names it in one conditional write of the tenant row,
 * then removes the old one. It's patient with storage. Other changes to the row, including a lease, are kept. If other processes change the
 * accounts, the change is computed again from theirs.
 * @throws Problem `tenant_not_found`, `tenant_changed`, and errors of `change`.
 */
export async function replaceAccounts(
  impatient: AccountsDependencies,
  name: TenantName,
  change: (tenant: Tenant, before: readonly Account[]) => AccountsChange,
): Promise<StoredTenant> {
  const dependencies = withPatientTenants(impatient)
  const { accounts, clock, randomness } = dependencies
  let written: { basis: string | undefined; before: readonly Account[]; generation: string } | undefined
  const changed = await changeTenant(dependencies, name, async (row) => {
    const basis = row.accountsGeneration
    const isCurrent = written !== undefined && written.basis === basis
    const before = isCurrent && written ? written.before : await listAllAccounts(accounts, name, basis)
    const { events, ...next } = change(row, before)
    if (!isCurrent || !written) {
      const marks = next.marks ?? marksOfGeneration(basis)
      written = { basis, before, generation: newGeneration(clock.now(), randomness, marks) }
      await accounts.write(name, written.generation, next.accounts)
    }
    return { next: withAccounts(row, { ...next, accountsGeneration: written.generation }), events }
  })
  if (changed.outcome === 'not_found') throw new Problem('tenant_not_found')
  if (changed.outcome !== 'changed' || !written) throw new Problem('tenant_changed')
  await accounts
    .removeOthers(name, written.generation, isGenerationKept(changed.before, clock.now()))
    .catch(() => undefined)
  return changed.stored
}
