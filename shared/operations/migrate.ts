import { grantOwnerOf } from '../domain/grants.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import { withGrantReference, withoutLease } from '../domain/transitions.ts'
import { type Attempt, beginAttempt } from '../refresh/attempt.ts'
import { createLeaseTaker, isLeased, releaseLease } from '../refresh/lease.ts'
import { stepOutsideLease } from '../refresh/leaseTime.ts'
import { writeLeased } from '../refresh/writeLeased.ts'
import { destroySecrets, destroyUncommitted, withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { migratePending } from './migratePending.ts'
import { type GrantStoreName, type MigrationDependencies, type NeedsMove, storeNameOf } from './migration.ts'

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
 * refreshes, so no refresh rotates the token in the meantime. The new copy is written first, then committed by a
 * conditional write, and the old one removed last: after a crash at any line, the row names a store that has the token.
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
  const pending = await migratePending(dependencies, stored, to, needsMove)
  // Moving the pending grant has changed the row and its ETag.
  const current = pending === 'nothing_to_move' ? stored : await read()
  const own = current ? await migrateOwn(dependencies, current, to, needsMove) : 'not_found'
  const isDone = own === 'moved' || own === 'already_there' || own === 'no_grant'
  return isDone && pending !== 'nothing_to_move' ? pending : own
}

async function migrateOwn(
  dependencies: MigrationDependencies,
  stored: StoredTenant,
  to: GrantStoreName,
  needsMove: NeedsMove,
): Promise<MigrationOutcome> {
  const { clock } = dependencies
  const { grant, status } = stored.tenant
  // A disconnected row that still names a grant is about to destroy it.
  if (!grant || status === 'disconnected') return 'no_grant'
  if (storeNameOf(grant.reference) === to && !needsMove(grant.reference)) return 'already_there'
  if (isLeased(stored, clock.now())) return 'leased'
  const taken = await createLeaseTaker(dependencies)(stored)
  if (!taken) return 'changed'
  const attempt = beginAttempt(dependencies, taken.leased)
  try {
    return await moveLeased(dependencies, attempt, to)
  } catch (error) {
    // An unreleased lease means that a newer token may exist, so this lease must expire.
    if (!taken.leftBehind) await releaseLease(dependencies, attempt)
    throw error
  }
}

async function moveLeased(
  dependencies: MigrationDependencies,
  attempt: Attempt,
  to: GrantStoreName,
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
  const reference = await time.step('writing the grant', () => stores[to].write(refreshToken, owner))
  return commit(dependencies, attempt, reference)
}

/**
 * Names the new place in the row, and lists the old one until it's destroyed. The row's final state decides
 * whether the new place is destroyed: a later refresh may have replaced its token.
 */
async function commit(
  dependencies: MigrationDependencies,
  attempt: Attempt,
  reference: string,
): Promise<'moved' | 'changed'> {
  const { leased } = attempt
  const { grants } = dependencies
  const written = await writeLeased(dependencies, attempt, (row) => ({
    next: withSecretsToDestroy(grants, withGrantReference(withoutLease(row), leased.grant, reference), [
      leased.grant.reference,
    ]),
  }))
  if ('lost' in written) {
    await destroyUncommitted(dependencies, reference, written.lost?.tenant)
    return 'changed'
  }
  await destroySecrets(dependencies, written.stored)
  return 'moved'
}
