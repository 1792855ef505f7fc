import { grantOwnerOf } from '../domain/grants.ts'
import type { Secret } from '../secret.ts'
import { announceUncommitted, isListFull, withUncommitted } from '../tenants/uncommittedSecrets.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { writeLeased } from './writeLeased.ts'

/** A new secret that the row lists and doesn't name yet, for a refresh token. */
export interface MovedToken {
  /** The attempt with the row that lists it. A lease is shorter than the time in which it can be committed. */
  readonly attempt: Attempt
  readonly reserved: string
  /** Where the token is; undefined if its write failed. The row lists the secret nevertheless, and has a new ETag. */
  readonly reference: string | undefined
}

/** Dependencies of listing a secret under a lease. */
export type ListLeasedDependencies = Pick<RefreshDependencies, 'tenants' | 'randomness' | 'due' | 'clock'>

/**
 * Copies a refresh token that has just been stored to a new secret, if its own is full. The old secret has the token,
 * so a failure costs nothing: the grant stays there, and the next rotation tries again.
 * @returns undefined if the token stays where it is, and the row as it was.
 */
export async function moveToNewSecret(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  { reference, refreshToken }: { readonly reference: string; readonly refreshToken: Secret },
): Promise<MovedToken | undefined> {
  const { grants } = dependencies
  const { leased, time } = attempt
  const reserved = grants.reserve(reference)
  if (!reserved) return undefined
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const write = () => grants.write(refreshToken, owner, reserved)
  // Nothing is repeated: the lease's time belongs to the commit.
  const once = { ...attempt, time: { ...time, pause: async () => false } }
  try {
    const listed = await listLeased(dependencies, once, reserved)
    if (!listed) return undefined
    const written = await time.step('writing the grant', write).catch(() => undefined)
    return { attempt: { ...listed, time }, reserved, reference: written }
  } catch {
    return undefined
  }
}

/**
 * Lists a reserved secret under a lease, before it's written.
 * @returns the attempt with the row as written; undefined if the lease was taken over.
 * @throws StorageUnavailableError, and an error if the row lists 100 secrets already.
 */
export async function listLeased(
  dependencies: ListLeasedDependencies,
  attempt: Attempt,
  reserved: string,
): Promise<Attempt | undefined> {
  const { leased, time } = attempt
  const { tenant, grant, lease } = leased
  if (isListFull(tenant)) throw new Error('The row lists 100 secrets that no commit has named.')
  const announce = () => announceUncommitted(dependencies, tenant, grant, reserved)
  const secret = await time.step('inserting the due row', announce)
  const written = await writeLeased(dependencies, attempt, (row) => ({ next: withUncommitted(row, secret) }))
  return 'stored' in written ? { ...attempt, leased: { ...written.stored, grant, lease } } : undefined
}
