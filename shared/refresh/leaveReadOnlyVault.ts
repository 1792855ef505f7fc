import { grantOwnerOf } from '../domain/grants.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { withGrantReference } from '../domain/transitions.ts'
import { withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { abandonUncommitted } from '../tenants/uncommittedSecrets.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { moveToNewSecret } from './moveToNewSecret.ts'
import { writeLeased } from './writeLeased.ts'

/**
 * Moves a grant out of a read-only vault before the provider is called, so that its answer has a place and a crash at
 * any line loses nothing. The row names the new secret, and lists the old one until its vault lets go of it. If the
 * grant can't move, the refresh continues with the old secret, unless the provider revokes used tokens.
 * @returns undefined when another process changed the row at the same time.
 * @throws StorageUnavailableError with the code `VaultReadOnly` if a new refresh token would be lost.
 */
export async function leaveReadOnlyVault(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<Attempt | undefined> {
  const { config, grants } = dependencies
  const { leased, time } = attempt
  const { reference } = leased.grant
  if (!grants.mustMove(reference)) return attempt
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  // A row that is older than its vault, as after a failover of the tables, names a token that was used since.
  const newer = await time.step('looking for a newer grant', () => grants.readNewer(reference, owner))
  const refreshToken =
    newer?.refreshToken ?? (await time.step('reading the grant', () => grants.read(reference, owner)))
  if (!refreshToken) return attempt
  const moved = await moveToNewSecret(dependencies, attempt, { reference, refreshToken })
  const movedTo = moved?.reference
  if (!moved || !movedTo) {
    if (config.usedRefreshTokens === 'revoked')
      throw new StorageUnavailableError('vault', 403, 'VaultReadOnly')
    return moved?.attempt ?? attempt
  }
  const written = await writeLeased(dependencies, moved.attempt, (row) => ({
    next: withSecretsToDestroy(grants, withGrantReference(row, leased.grant, movedTo), [reference]),
  }))
  if ('lost' in written) {
    await abandonUncommitted(dependencies, leased.tenant, moved.reserved)
    return undefined
  }
  const grant = { ...leased.grant, reference: movedTo }
  return { ...attempt, leased: { ...written.stored, lease: leased.lease, grant } }
}
