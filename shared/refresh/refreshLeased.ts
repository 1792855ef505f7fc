import { grantOwnerOf } from '../domain/grants.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Leased } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenAnswer } from '../domain/tokenEndpoint.ts'
import { askWithNamedOrNewer } from './askProvider.ts'
import { commitHold, commitRefreshed, commitVerdict, countSuspect } from './commit.ts'
import { isNewSuspect, judgeRefusal, type RefreshWish } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { adoptNewer, giveBack, type Held } from './lease.ts'
import { createLeaseTime, type LeaseTime } from './leaseTime.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { Suspects } from './suspects.ts'

/** Dependencies of refreshing, and what this process has seen. */
export interface Refreshing extends RefreshDependencies {
  readonly suspects: Suspects
}

/** Reads the grant, asks, keeps what comes and commits it; all within the lease. */
export async function refreshLeased(
  dependencies: Refreshing,
  held: Held,
  wish: RefreshWish,
): Promise<RefreshOutcome> {
  const { clock, config, suspects } = dependencies
  const startedAt = clock.now()
  const time = createLeaseTime(clock, config, held.leased.lease.until)
  const leased = held.leftBehind ? await adoptNewer(dependencies, held.leased, time) : held.leased
  if (!leased) return { outcome: 'passed_on', stored: held.leased, reason: 'lease_lost' }
  const giveUp = async (error: unknown): Promise<never> => {
    await giveBack(dependencies, leased, time)
    throw error
  }
  // Only a failure before the answer gives the lease up: after it, an expired lease is what tells the process that
  // comes next to look for the refresh token that we could not commit.
  const asked = await askWithNamedOrNewer(dependencies, leased, time).catch(giveUp)
  if (asked === 'no_time') {
    await giveBack(dependencies, leased, time)
    return { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
  }
  const { askedAt, answer, reference, refreshToken } = asked
  logRefresh(dependencies, leased, answer, startedAt)
  if (!answer.ok) return refuse(dependencies, leased, answer.refusal, time).catch(giveUp)
  suspects.clear(leased.tenant.environment, leased.grant.identityProvider)
  const rotated = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken
  const next = rotated
    ? await writeGrant(dependencies, leased, answer.refreshToken, reference, time)
    : reference
  return commitRefreshed(dependencies, leased, wish, { ...answer, askedAt }, next, time)
}

/** A new refresh token is worth every try that the lease has time for: a strict provider has no other. */
async function writeGrant(
  { grants }: RefreshDependencies,
  leased: Leased,
  refreshToken: string,
  previous: string,
  time: LeaseTime,
): Promise<string> {
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const write = () => grants.write(refreshToken, owner, previous)
  return time.insist('writing the grant', write, isGone)
}

/** Somebody has just forgotten the grant: the secret takes no new version any more. */
function isGone(error: unknown): boolean {
  return error instanceof StorageUnavailableError && error.code === 'SecretDeleted'
}

async function refuse(
  dependencies: Refreshing,
  leased: Leased,
  refusal: TokenRefusal,
  time: LeaseTime,
): Promise<RefreshOutcome> {
  const { clock, randomness, suspects } = dependencies
  const verdict = judgeRefusal(leased.tenant, refusal, clock.now(), randomness.fraction())
  if (verdict.verdict === 'retry' && isNewSuspect(leased.tenant, refusal))
    await countSuspect(dependencies, leased, refusal, suspects, time)
  const stored =
    verdict.verdict === 'hold'
      ? await commitHold(dependencies, leased, refusal, time)
      : await commitVerdict(dependencies, leased, refusal, verdict, time)
  return stored
    ? { outcome: 'refused', stored, refusal }
    : { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
}

function logRefresh(
  { log, clock }: RefreshDependencies,
  leased: Leased,
  answer: TokenAnswer,
  startedAt: Date,
): void {
  log('refresh.ended', {
    tenantKey: tenantKey(leased.tenant),
    environment: leased.tenant.environment,
    identityProvider: leased.grant.identityProvider,
    outcome: answer.ok ? 'refreshed' : answer.refusal.class,
    reason: answer.ok ? '' : answer.refusal.reason,
    traceId: answer.ok ? '' : answer.refusal.traceId,
    durationMilliseconds: clock.now().getTime() - startedAt.getTime(),
  })
}
