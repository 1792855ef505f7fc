import { type Clock, withTimeLimit } from '../clock.ts'
import type { GrantStore } from '../domain/grants.ts'
import type { Log } from '../domain/logEvents.ts'
import type { StoredTenant, Tenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withListedSecrets, withoutDestroyed } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'

/** Dependencies of destroying secrets. */
export interface DestroyDependencies extends ChangeDependencies {
  readonly grants: GrantStore
  readonly clock: Clock
  readonly log: Log
}

/** Destroying delays its caller by at most this time. The row lists what is left. */
const destroySeconds = 5

/**
 * Adds to the row the references of `superseded` that it no longer needs, in the commit that supersedes them. So no
 * later crash or failure loses track of a refresh token in a vault. An uncommitted secret stays listed, too, until its
 * time is over: a write to another vault that hasn't been answered may still take effect, and a sweep destroys the secret
 * once more.
 */
export function withSecretsToDestroy(
  grants: Pick<GrantStore, 'isUnneeded'>,
  next: Tenant,
  superseded: readonly (string | undefined)[],
): Tenant {
  const left = new Set(
    [...(next.secretsToDestroy ?? []), ...superseded].filter((reference) => reference !== undefined),
  )
  const unneeded = [...left].filter((reference) => !isNamedBy(grants, next, reference))
  return withListedSecrets(next, unneeded)
}

/**
 * Destroys the leftovers that the row lists, and removes them from the row. A reference that can't be destroyed now
 * stays for the tenant's next commit.
 * @returns the current row.
 */
export async function destroySecrets(
  dependencies: DestroyDependencies,
  stored: StoredTenant,
): Promise<StoredTenant> {
  const { clock, grants, log } = dependencies
  const { tenant } = stored
  const { environment, secretsToDestroy } = tenant
  if (!secretsToDestroy) return stored
  const report = (secrets: number) =>
    log('grant.left_over', { tenantKey: tenantKey(tenant), environment, secrets })
  try {
    const unneeded = secretsToDestroy.filter((reference) => !isNamedBy(grants, tenant, reference))
    const survivors: string[] = []
    const forget = (reference: string) => grants.forget(reference).catch(() => void survivors.push(reference))
    const destroy = () => Promise.all(unneeded.map(forget))
    await withTimeLimit(clock, destroySeconds, 'destroying what is left over', destroy)
    if (survivors.length > 0) report(survivors.length)
    const destroyed = secretsToDestroy.filter((reference) => !survivors.includes(reference))
    if (destroyed.length === 0) return stored
    // If another process has changed the row, its next commit does this.
    const strike = () =>
      changeTenant(dependencies, stored, (row) =>
        row === tenant ? { next: withoutDestroyed(row, destroyed) } : undefined,
      )
    const struck = await withTimeLimit(clock, destroySeconds, 'striking what is left over', strike)
    return struck.outcome === 'changed' ? struck.stored : stored
  } catch {
    report(secretsToDestroy.length)
    return stored
  }
}

/** Whether the row's grant, or its pending one, needs the secret of a reference. */
export function isNamedBy(
  grants: Pick<GrantStore, 'isUnneeded'>,
  { grant, pendingGrant }: Tenant,
  reference: string,
): boolean {
  const named = [grant?.reference, pendingGrant?.grant.reference].filter((each) => each !== undefined)
  return !grants.isUnneeded(reference, named)
}
