import { grantOwnerOf } from '../domain/grants.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import { withGrantReference, withoutLease } from '../domain/transitions.ts'
import { type Attempt, beginAttempt } from '../refresh/attempt.ts'
import { createLeaseTaker, isLeased, releaseLease } from '../refresh/lease.ts'
import { stepOutsideLease } from '../refresh/leaseTime.ts'
import { listLeased } from '../refresh/moveToNewSecret.ts'
import { writeLeased } from '../refresh/writeLeased.ts'
import { destroySecrets, withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { abandonUncommitted } from '../tenants/uncommittedSecrets.ts'
import { migratePending } from './migratePending.ts'
import {
  type GrantStoreName,
  type MigrationDependencies,
  type MigrationTarget,
  type NeedsMove,
  storeNameOf,
} from './migration.ts'

/**
 * The result of moving a grant. `leased` (a refresh is running) and `changed` (the tenant was reconnected or
 * disconnected in the meantime) need another run; `grant_missing`: the secret that the row names is missing from its
 * vault.
 */
export type MigrationOutcome =
  | 'moved'
  | 'already_there'
  | 'no_grant'
  | 'not_found'
  | 'leased'
  | 'changed'
  | 'grant_missing'

/**
 * Moves a tenant's grant, and its pending grant, to the other store while the broker is running. It takes the lease of
 * refreshes, so no refresh rotates the token in the meantime. The row lists the new copy, then it's written, then
 * committed by a conditional write, and the old one removed last: after a crash at any line, the row names a store that has the token.
 * A grant that is already there is skipped.
 * @throws if storage fails; the row then names the old place or the new one, and both have the token.
 */
export async function migrateGrant(
  dependencies: MigrationDependencies,
  name: TenantName,
  to: GrantStoreName,
  needsMove: NeedsMove = () => false,
): Promise<MigrationOutcome> {
  const { clock, tenants } = dependencies
  const read = () => stepOutsideLease(clock, 'reading the row', () => tenants.read(name))
  const stored = await read()
  if (!stored) return 'not_found'
  const pending = await migratePending(dependencies, stored, { to, needsMove })
  // Moving the pending grant has changed the row and its ETag.
  const current = pending === 'nothing_to_move' ? stored : await read()
  const own = current ? await migrateOwn(dependencies, current, { to, needsMove }) : 'not_found'
  const isDone = own === 'moved' || own === 'already_there' || own === 'no_grant'
  return isDone && pending !== 'nothing_to_move' ? pending : own
}

async function migrateOwn(
  dependencies: MigrationDependencies,
  stored: StoredTenant,
  { to, needsMove }: MigrationTarget,
): Promise<MigrationOutcome> {
  const { clock } = dependencies
  const { grant, status } = stored.tenant
  // A disconnected row that still names a grant is about to destroy it.
  if (!grant || status === 'disconnected') return 'no_grant'
  if (storeNameOf(grant.reference) === to && !needsMove(grant.reference)) return 'already_there'
  if (isLeased(stored, clock.now())) return 'leased'
  const taken = await createLeaseTaker(dependencies)(stored)
  if (!taken) return 'changed'
  const reserved = dependencies.stores[to].reserve()
  let attempt = beginAttempt(dependencies, taken.leased)
  try {
    const listed = reserved ? await listLeased(dependencies, attempt, reserved) : attempt
    if (!listed) return 'changed'
    attempt = listed
    return await moveLeased(dependencies, attempt, { to, reserved })
  } catch (error) {
    // An unreleased lease means that a newer token may exist, so this lease must expire.
    if (!taken.leftBehind) await releaseLease(dependencies, attempt)
    throw error
  }
}

/** The store to move to, and the secret that the row lists for it, if that store needs one. */
interface Destination {
  readonly to: GrantStoreName
  readonly reserved: string | undefined
}

async function moveLeased(
  dependencies: MigrationDependencies,
  attempt: Attempt,
  { to, reserved }: Destination,
): Promise<MigrationOutcome> {
  const { leased, time } = attempt
  const { stores } = dependencies
  const before = leased.grant.reference
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const from = stores[storeNameOf(before)]
  // A refresh that crashed before its commit left a newer token, the only one that a strict provider still accepts.
  const newer = await time.step('looking for a newer grant', () => from.readNewer(before, owner))
  const refreshToken =
    newer?.refreshToken ?? (await time.step('reading the grant', () => from.read(before, owner)))
  if (refreshToken === undefined) {
    await releaseLease(dependencies, attempt)
    return 'grant_missing'
  }
  const write = () => stores[to].write(refreshToken, owner, reserved)
  return commit(dependencies, attempt, { reserved, reference: await time.step('writing the grant', write) })
}

/**
 * Names the new place in the row, and lists the old one until it's destroyed. If the lease was taken over, the row
 * decides whether the new place is destroyed: the commit may have taken effect.
 */
async function commit(
  dependencies: MigrationDependencies,
  attempt: Attempt,
  { reserved, reference }: Pick<Destination, 'reserved'> & { readonly reference: string },
): Promise<'moved' | 'changed'> {
  const { leased } = attempt
  const { grants } = dependencies
  const written = await writeLeased(dependencies, attempt, (row) => ({
    next: withSecretsToDestroy(grants, withGrantReference(withoutLease(row), leased.grant, reference), [
      leased.grant.reference,
    ]),
  }))
  if ('lost' in written) {
    await abandonUncommitted(dependencies, leased.tenant, reserved)
    return 'changed'
  }
  await destroySecrets(dependencies, written.stored)
  return 'moved'
}
