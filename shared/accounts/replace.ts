import type { Clock, Randomness } from '../clock.ts'
import { type Account, type AccountStore, isCutGeneration, listAllAccounts } from '../domain/account.ts'
import type { DefaultAccount, StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { withAccounts } from '../domain/transitions.ts'
import { Problem } from '../problems.ts'
import { type ChangeDependencies, changeTenant } from '../tenants/changeTenant.ts'
import { isGenerationKept, newGeneration } from './generation.ts'

/** Dependencies of changing a tenant's accounts. */
export interface AccountsDependencies extends ChangeDependencies {
  readonly accounts: AccountStore
  readonly clock: Clock
  readonly randomness: Randomness
}

/** What a change makes of a tenant's accounts. */
export interface AccountsChange {
  /** Depends on the accounts before alone: it is written once and committed against a row that others may change. */
  readonly accounts: readonly Account[]
  readonly defaultAccount: DefaultAccount | undefined
  /** When it comes from a discovery. */
  readonly discoveredAt?: Date
  readonly events: readonly TenantEvent[]
  /** Whether there are more accounts. Default is as before. */
  readonly isCut?: boolean
}

/**
 * Replaces a tenant's accounts: a whole new generation is written, one conditional write of the tenant row names it,
 * then the old one goes. What others change in the row in the meantime, a lease included, stays; when others change the
 * accounts, the change is made again from theirs.
 * @throws Problem `tenant_not_found`, `tenant_changed`, or what `change` throws.
 */
export async function replaceAccounts(
  dependencies: AccountsDependencies,
  name: TenantName,
  change: (tenant: Tenant, before: readonly Account[]) => AccountsChange,
): Promise<StoredTenant> {
  const { accounts, clock, randomness } = dependencies
  let written: { basis: string | undefined; before: readonly Account[]; generation: string } | undefined
  const changed = await changeTenant(dependencies, name, async (row) => {
    const basis = row.accountsGeneration
    const isCurrent = written !== undefined && written.basis === basis
    const before = isCurrent && written ? written.before : await listAllAccounts(accounts, name, basis)
    const { events, ...next } = change(row, before)
    if (!isCurrent || !written) {
      const isCut = next.isCut ?? isCutGeneration(basis)
      written = { basis, before, generation: newGeneration(clock.now(), randomness, isCut) }
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
