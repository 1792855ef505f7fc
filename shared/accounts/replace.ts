import type { Clock, Randomness } from '../clock.ts'
import { type Account, type AccountStore, allAccounts } from '../domain/account.ts'
import type { DefaultAccount, StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { Problem } from '../problems.ts'
import { newGeneration, sparedAfter } from './generation.ts'

/** What changing a tenant's accounts touches. */
export interface AccountsDependencies {
  readonly tenants: TenantStore
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
}

const commitTries = 8

/**
 * Replaces a tenant's accounts: a whole new generation is written, one conditional write of the tenant row names it,
 * then the old one goes. What others change in the row meanwhile, a lease included, stays; when others change the
 * accounts, the change is made anew from theirs.
 * @throws Problem `tenant_not_found`, `tenant_changed`, or what `change` throws.
 */
export async function replaceAccounts(
  dependencies: AccountsDependencies,
  name: TenantName,
  change: (tenant: Tenant, before: readonly Account[]) => AccountsChange,
): Promise<StoredTenant> {
  const { accounts, clock, randomness, tenants } = dependencies
  let written: { basis: string | undefined; before: readonly Account[]; generation: string } | undefined
  for (let tries = 0; tries < commitTries; tries++) {
    const stored = await tenants.read(name)
    if (!stored) throw new Problem('tenant_not_found')
    const basis = stored.tenant.accountsGeneration
    const isCurrent = written !== undefined && written.basis === basis
    const before = isCurrent && written ? written.before : await allAccounts(accounts, name, basis)
    const next = change(stored.tenant, before)
    if (!isCurrent || !written) {
      written = { basis, before, generation: newGeneration(clock.now(), randomness) }
      await accounts.write(name, written.generation, next.accounts)
    }
    const { generation } = written
    const committed = await tenants.replace(
      stored,
      withAccounts(stored.tenant, next, generation),
      next.events,
    )
    if (committed === 'conflict') continue
    await accounts
      .removeOthers(name, generation, sparedAfter(stored.tenant, clock.now()))
      .catch(() => undefined)
    return committed
  }
  throw new Problem('tenant_changed')
}

function withAccounts(tenant: Tenant, change: AccountsChange, accountsGeneration: string): Tenant {
  const { defaultAccount: _before, ...rest } = tenant
  const { defaultAccount, discoveredAt } = change
  return {
    ...rest,
    accountsGeneration,
    ...(defaultAccount && { defaultAccount }),
    ...(discoveredAt && { discoveredAt }),
  }
}
