import { isDamaged } from '../domain/damagedRow.ts'
import { type DueRow, dueRowOf } from '../domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { bare, disconnected } from '../domain/transitions.ts'
import { changeTenant } from './changeTenant.ts'
import type { GrantServices } from './connectGrant.ts'
import { writeOwedMark } from './owedMark.ts'
import { destroySecrets, withSecretsToDestroy } from './secretsToDestroy.ts'

/**
 * Ends a tenant: nothing is vended or refreshed from the commit on, the disconnect is marked in the vault, and the grant
 * is destroyed at once. The row remembers a mark that can't be written and a secret that can't be destroyed, with a due
 * row by which sweeps come back for them.
 * Links, sign-ins and choices that were made before it are void. A row that cannot be read is ended as well.
 * @returns undefined when there is no such tenant, `conflict` when others keep changing it.
 */
export async function disconnectTenant(
  grantServices: Pick<GrantServices, 'tenants' | 'due' | 'grants' | 'marks' | 'clock' | 'log' | 'randomness'>,
  name: TenantName,
): Promise<StoredTenant | 'conflict' | undefined> {
  const found = await grantServices.tenants.inspect(name)
  if (!found) return undefined
  const row = isDamaged(found) ? { tenant: found.remains, etag: found.etag } : found
  const ended = await changeTenant(grantServices, row, async (each) => {
    const now = grantServices.clock.now()
    const next = withSecretsToDestroy(grantServices.grants, bare(disconnected(each, now)), referencesOf(each))
    if (next.secretsToDestroy || next.owesMark) await grantServices.due.insert(cleanUpOf(each, now))
    return { next, events: endEvents(each, now) }
  })
  if (ended.outcome !== 'changed') return ended.outcome === 'not_found' ? undefined : 'conflict'
  const { before, stored } = ended
  logEnd(grantServices, before)
  if (before.dueAt && before.grant)
    await grantServices.due.remove(dueRowOf(before, before.grant, before.dueAt))
  return destroySecrets(grantServices, await writeOwedMark(grantServices, stored))
}

/** The references in a row whose secrets must be destroyed. */
function referencesOf({ grant, pendingGrant, secretsToDestroy = [] }: Tenant): string[] {
  return [grant?.reference, pendingGrant?.grant.reference, ...secretsToDestroy].filter(
    (each) => each !== undefined,
  )
}

/** Due at once: the next sweep that finds nothing left removes it. */
function cleanUpOf(row: Tenant, now: Date): DueRow {
  const grant = row.grant ?? row.pendingGrant?.grant ?? { identityProvider: 'microsoft' as const }
  return dueRowOf(row, grant, now)
}

function endEvents(before: Tenant, at: Date) {
  if (before.status === 'disconnected') return []
  const detail = 'The app disconnected the tenant. Its grant is destroyed.'
  return [{ type: 'tenant.disconnected' as const, at, detail }]
}

function logEnd({ log }: Pick<GrantServices, 'log'>, before: Tenant): void {
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
