import type { Clock, Randomness } from '../clock.ts'
import type { DueIndex, DueRow } from '../domain/due.ts'
import { type EnvironmentHold, nameOfScope } from '../domain/holds.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { Refresher } from './refreshTenant.ts'

/** Dependencies of probing holds. */
export interface ProbeDependencies {
  readonly due: Pick<DueIndex, 'due' | 'shardCount'>
  readonly refresher: Refresher
  readonly clock: Pick<Clock, 'now'>
  readonly randomness: Pick<Randomness, 'fraction'>
}

/** Tenants that are looked at to find one that the hold affects and that can be refreshed now. */
const maxCandidates = 20

/** Later than every due time. */
const everDue = new Date('9999-12-31T00:00:00Z')

/**
 * Probes each hold that is over and that no due tenant has probed, with a tenant that isn't due. Otherwise, a hold
 * would last until a tenant is due, which takes days if all of them are idle. A random tenant, because the grant of any
 * one may have ended. A hold without a tenant that can be refreshed stays until someone signs in.
 * @param until no probe starts later.
 */
export async function probeHolds(
  dependencies: ProbeDependencies,
  holds: readonly EnvironmentHold[],
  until: Date,
): Promise<void> {
  const { clock } = dependencies
  for (const hold of holds)
    if (hold.until <= clock.now() && clock.now() < until) await probe(dependencies, hold)
}

async function probe(dependencies: ProbeDependencies, hold: EnvironmentHold): Promise<void> {
  const { refresher } = dependencies
  let candidates = 0
  for await (const row of rowsOf(dependencies, hold)) {
    if (++candidates > maxCandidates) return
    if (isProbe(await refresher.refresh(row, { for: 'sweep', isProbe: true }), hold)) return
  }
}

/** Whether a refresh asked the provider, or can't: another process probes this hold, or the instance ends. */
function isProbe(outcome: RefreshOutcome, hold: EnvironmentHold): boolean {
  if (outcome.outcome === 'refreshed' || outcome.outcome === 'refused') return true
  if (outcome.outcome !== 'passed_on') return false
  if (outcome.reason === 'environment_on_hold')
    return outcome.hold !== undefined && nameOfScope(outcome.hold) === nameOfScope(hold)
  return outcome.reason === 'instance_ending' || outcome.reason === 'lease_lost'
}

/** The due rows of a registration, from a random shard on, and from a random row on within each first page. */
async function* rowsOf(
  { due, randomness }: ProbeDependencies,
  { environment, identityProvider }: EnvironmentHold,
): AsyncGenerator<DueRow> {
  const registration = nameOfScope({ environment, identityProvider })
  const first = Math.floor(randomness.fraction() * due.shardCount)
  for (let index = 0; index < due.shardCount; index++) {
    const page = await firstPage(due.due((first + index) % due.shardCount, everDue))
    const rows = page.filter((row) => nameOfScope(row) === registration)
    const start = Math.floor(randomness.fraction() * rows.length)
    yield* [...rows.slice(start), ...rows.slice(0, start)]
  }
}

async function firstPage(pages: AsyncIterable<readonly DueRow[]>): Promise<readonly DueRow[]> {
  for await (const page of pages) return page
  return []
}
