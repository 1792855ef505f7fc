import { dueRowOf } from '../domain/due.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { GrantKeeping } from './connectGrant.ts'
import { withLeftovers } from './leftovers.ts'

const commitTries = 8

/**
 * Ends a tenant: nothing is vended or refreshed from the commit on, and the grant is forgotten at once.
 * Links, sign-ins and choices that were made before it are void. A second disconnect is no error and finishes what a
 * dead process left behind.
 * @returns undefined when there is no such tenant, `conflict` when others keep changing it.
 */
export async function disconnectTenant(
  keeping: Pick<GrantKeeping, 'tenants' | 'due' | 'grants' | 'clock' | 'log'>,
  name: TenantName,
): Promise<StoredTenant | 'conflict' | undefined> {
  for (let tries = 0; tries < commitTries; tries++) {
    const stored = await keeping.tenants.read(name)
    if (!stored) return undefined
    const { tenant: before } = stored
    const named = [before.grant?.reference, before.pendingGrant?.grant.reference]
    const references = [...named, ...(before.leftovers ?? [])].filter((r) => r !== undefined)
    // The row names the grant until it is destroyed, and remembers a consent that waits as left over, so that nobody
    // confirms it any more: a death in between is mended by the next call.
    const ended = await keeping.tenants.replace(
      stored,
      endedButNamed(keeping, before),
      endEvents(before, keeping.clock.now()),
    )
    if (ended === 'conflict') continue
    logEnd(keeping, before)
    if (before.dueAt && before.grant) await keeping.due.remove(dueRowOf(before, before.grant, before.dueAt))
    for (const reference of references) await keeping.grants.forget(reference)
    if (references.length === 0) return ended
    const { grant: _grant, leftovers: _leftovers, ...bare } = ended.tenant
    const cleared = await keeping.tenants.replace(ended, bare, [])
    return cleared === 'conflict' ? await keeping.tenants.read(name) : cleared
  }
  return 'conflict'
}

function endedButNamed({ grants }: Pick<GrantKeeping, 'grants'>, before: Tenant): Tenant {
  const {
    accessToken: _token,
    lease: _lease,
    trouble: _trouble,
    dueAt: _due,
    reauthorizationReason: _reason,
    advertisingRefusal: _refusal,
    confirmed: _confirmed,
    pendingGrant,
    ...rest
  } = before
  const disconnectCount = (before.disconnectCount ?? 0) + 1
  const ended: Tenant = { ...rest, status: 'disconnected', disconnectCount }
  return withLeftovers(grants, ended, [pendingGrant?.grant.reference])
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
