import { dueRowOf } from '../domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { bare, disconnected } from '../domain/transitions.ts'
import { changeTenant } from './changeTenant.ts'
import type { GrantKeeping } from './connectGrant.ts'
import { withLeftovers } from './leftovers.ts'

/**
 * Ends a tenant: nothing is vended or refreshed from the commit on, and the grant is forgotten at once.
 * Links, sign-ins and choices that were made before it are void. A second disconnect is no error and finishes what a
 * dead process left behind.
 * @returns undefined when there is no such tenant, `conflict` when others keep changing it.
 */
export async function disconnectTenant(
  keeping: Pick<GrantKeeping, 'tenants' | 'due' | 'grants' | 'clock' | 'log' | 'randomness'>,
  name: TenantName,
): Promise<StoredTenant | 'conflict' | undefined> {
  // The row names the grant until it is destroyed, and remembers a consent that waits as left over, so that nobody
  // confirms it any more: a death in between is fixed by the next call.
  const ended = await changeTenant(keeping, name, (row) => ({
    next: withLeftovers(keeping.grants, disconnected(row), [row.pendingGrant?.grant.reference]),
    events: endEvents(row, keeping.clock.now()),
  }))
  if (ended.outcome === 'not_found') return undefined
  if (ended.outcome !== 'changed') return 'conflict'
  const { before, stored } = ended
  logEnd(keeping, before)
  if (before.dueAt && before.grant) await keeping.due.remove(dueRowOf(before, before.grant, before.dueAt))
  const references = referencesOf(before)
  for (const reference of references) await keeping.grants.forget(reference)
  if (references.length === 0) return stored
  const cleared = await changeTenant(keeping, stored, (row) =>
    isSameEnd(row, stored.tenant) ? { next: bare(row) } : undefined,
  )
  return 'stored' in cleared ? cleared.stored : await keeping.tenants.read(name)
}

/** Everything of a row whose secret is to be destroyed. */
function referencesOf({ grant, pendingGrant, leftovers = [] }: Tenant): string[] {
  return [grant?.reference, pendingGrant?.grant.reference, ...leftovers].filter((each) => each !== undefined)
}

/** Whether nobody has connected or disconnected the tenant since. */
function isSameEnd(row: Tenant, ended: Tenant): boolean {
  return row.status === 'disconnected' && row.disconnectCount === ended.disconnectCount
}

function endEvents(before: Tenant, at: Date) {
  if (before.status === 'disconnected') return []
  const detail = 'The app disconnected the tenant; its grant is destroyed.'
  return [{ type: 'tenant.disconnected' as const, at, detail }]
}

function logEnd({ log }: Pick<GrantKeeping, 'log'>, before: Tenant): void {
  const { environment, status: from } = before
  if (from === 'disconnected') return
  log('tenant.status_changed', {
    tenantKey: tenantKey(before),
    environment,
    from,
    to: 'disconnected',
    reason: 'app',
  })
}
