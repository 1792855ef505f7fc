import { addSeconds } from '../clock.ts'
import { grantOwnerOf } from '../domain/grants.ts'
import type { Lease, Leased, StoredTenant } from '../domain/tenant.ts'
import { withGrantReference, withLease, withoutLease } from '../domain/transitions.ts'
import type { ChangeDependencies } from '../tenants/changeTenant.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { stepOutsideLease } from './leaseTime.ts'
import { writeLeased } from './writeLeased.ts'

/** A lease that this process holds, and the earlier one on the row if its holder never released it. */
export interface TakenLease {
  readonly leased: Leased
  readonly leftBehind: Lease | undefined
}

/**
 * Takes a free lease, with the same id on every attempt.
 * @returns undefined when another process changed the row first.
 */
export type TakeLease = (stored: StoredTenant) => Promise<TakenLease | undefined>

/** Creates the function that takes the lease for one refresh. */
export function createLeaseTaker({
  tenants,
  clock,
  randomness,
  config,
}: Pick<RefreshDependencies, 'tenants' | 'clock' | 'randomness' | 'config'>): TakeLease {
  const id = randomness.identifier()
  return async (stored) => {
    const { grant, lease: leftBehind } = stored.tenant
    if (!grant) return undefined
    const lease = { id, until: addSeconds(clock.now(), config.leaseSeconds) }
    const write = () => tenants.replace(stored, withLease(stored.tenant, lease), [])
    const readOwnLease = async (): Promise<TakenLease | undefined> => {
      const row = await stepOutsideLease(clock, 'reading the row', () => tenants.read(stored.tenant))
      return row && ownOf(row, id, clock.now(), leftBehind)
    }
    // The write may have taken effect although its answer was lost, and the client that repeats it meets its own ETag.
    // Without this check, no process could refresh before our own lease ends.
    const taken = await stepOutsideLease(clock, 'taking the lease', write).catch(async (error) => {
      const own = await readOwnLease()
      if (!own) throw error
      return own
    })
    if (taken === 'conflict') return readOwnLease()
    return 'leased' in taken ? taken : { leased: { ...taken, lease, grant }, leftBehind }
  }
}

function ownOf(
  stored: StoredTenant,
  id: string,
  now: Date,
  leftBehind: Lease | undefined,
): TakenLease | undefined {
  const { lease, grant } = stored.tenant
  if (!grant || lease?.id !== id || lease.until <= now) return undefined
  return { leased: { ...stored, lease, grant }, leftBehind }
}

/** Whether the tenant's lease is held. */
export function isLeased(stored: StoredTenant, now: Date): boolean {
  return stored.tenant.lease !== undefined && stored.tenant.lease.until > now
}

/**
 * Handles an unreleased lease: its holder crashed or failed, possibly after writing a newer refresh token than the
 * row names. The row must name the newer one before the provider is called, because a strict provider ends the whole
 * grant when it receives a used token (RFC 9700, section 4.14.2).
 * @returns undefined when another process changed the row at the same time.
 */
export async function adoptNewerGrant(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<Attempt | undefined> {
  const { grants } = dependencies
  const { leased, time } = attempt
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const newer = await time.step('looking for a grant left behind', () =>
    grants.readNewer(leased.grant.reference, owner),
  )
  if (!newer) return attempt
  const grant = { ...leased.grant, reference: newer.reference }
  const adopted = await writeLeased(dependencies, attempt, (row) => ({
    next: withGrantReference(row, leased.grant, newer.reference),
  }))
  if ('lost' in adopted) return undefined
  return { ...attempt, leased: { ...adopted.stored, lease: leased.lease, grant } }
}

/**
 * Releases a lease without a result, so other processes don't wait for a refresh that isn't running. The row may have
 * changed since the attempt read it, also by the attempt's own writes.
 */
export async function releaseLease(dependencies: ChangeDependencies, attempt: Attempt): Promise<void> {
  const { leased, time } = attempt
  const giveUp = () => dependencies.tenants.replace(leased, withoutLease(leased.tenant), [])
  const released = await time.step('giving up the lease', giveUp).catch(() => undefined)
  if (released !== 'conflict') return
  // A failed write isn't repeated: the lease ends by itself.
  const once = { ...attempt, time: { ...time, pause: async () => false } }
  await writeLeased(dependencies, once, (row) => ({ next: withoutLease(row) })).catch(() => undefined)
}
