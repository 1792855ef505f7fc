import type { Log } from '../domain/logEvents.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withoutDeadGrant } from '../domain/transitions.ts'
import { changeTenant } from '../tenants/changeTenant.ts'
import {
  type DestroyDependencies,
  destroySecrets,
  withSecretsToDestroy,
} from '../tenants/secretsToDestroy.ts'

/** Dependencies of ending a dead grant. */
export type EndGrantDependencies = DestroyDependencies & { readonly log: Log }

/**
 * Ends what is left of a dead grant: the row drops it first, with the person who gave it, and then its secret is
 * destroyed. What a vault refuses stays listed in the row, and the audit brings a sweep to it.
 */
export async function endDeadGrant(dependencies: EndGrantDependencies, stored: StoredTenant): Promise<void> {
  const { grants, log } = dependencies
  const { environment, grant } = stored.tenant
  const ended = await changeTenant(dependencies, stored, (row) =>
    row === stored.tenant
      ? { next: withSecretsToDestroy(grants, withoutDeadGrant(row), [grant?.reference]) }
      : undefined,
  )
  if (ended.outcome !== 'changed') return
  await destroySecrets(dependencies, ended.stored)
  log('grant.removed', { tenantKey: tenantKey(stored.tenant), environment })
}
