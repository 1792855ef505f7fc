import { grantOwnerOf } from '../domain/grants.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenAnswer } from '../domain/tokenEndpoint.ts'
import { type Asked, askWithNamedOrNewer } from './askProvider.ts'
import { type Attempt, beginAttempt } from './attempt.ts'
import { commitHold, commitRefreshed, commitVerdict, countRefusal } from './commit.ts'
import { isFirstRefusal, judgeRefusal, type RefreshPurpose } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { adoptNewer, releaseLease, type TakenLease } from './lease.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { RefusedTenants } from './refusedTenants.ts'

/** Dependencies of refreshing, and what this process has seen. */
export interface Refreshing extends RefreshDependencies {
  readonly refusedTenants: RefusedTenants
}

/** Reads the grant, asks, keeps what comes and commits it; all within the lease. */
export async function refreshLeased(
  dependencies: Refreshing,
  taken: TakenLease,
  purpose: RefreshPurpose,
): Promise<RefreshOutcome> {
  const begun = beginAttempt(dependencies, taken.leased)
  const attempt = taken.leftBehind ? await adoptNewer(dependencies, begun) : begun
  if (!attempt) return { outcome: 'passed_on', stored: taken.leased, reason: 'lease_lost' }
  const { leased } = attempt
  const giveUp = async (error: unknown): Promise<never> => {
    await releaseLease(dependencies, attempt)
    throw error
  }
  // Only a failure before the answer gives the lease up: after it, an expired lease is what tells the process that
  // comes next to look for the refresh token that we could not commit.
  const asked = await askWithNamedOrNewer(dependencies, attempt).catch(giveUp)
  if (asked === 'no_time') {
    await releaseLease(dependencies, attempt)
    return { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
  }
  const { askedAt, answer, reference, refreshToken } = asked
  logRefresh(dependencies, attempt, answer)
  if (!answer.ok) return refuse(dependencies, attempt, answer.refusal).catch(giveUp)
  dependencies.refusedTenants.clear(leased.tenant.environment, leased.grant.identityProvider)
  const rotated = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken
  const next = rotated
    ? await writeGrant(dependencies, attempt, { reference, refreshToken: answer.refreshToken })
    : reference
  return commitRefreshed(dependencies, attempt, { purpose, answer: { ...answer, askedAt }, reference: next })
}

/** A new refresh token is worth every try that the lease has time for: a strict provider has no other. */
async function writeGrant(
  { grants }: RefreshDependencies,
  { leased, time }: Attempt,
  { reference, refreshToken }: Pick<Asked, 'reference' | 'refreshToken'>,
): Promise<string> {
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const write = () => grants.write(refreshToken, owner, reference)
  return time.repeat('writing the grant', write, isGone)
}

/** Somebody has just forgotten the grant: the secret takes no new version any more. */
function isGone(error: unknown): boolean {
  return error instanceof StorageUnavailableError && error.code === 'SecretDeleted'
}

async function refuse(
  dependencies: Refreshing,
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<RefreshOutcome> {
  const { leased } = attempt
  const { clock, randomness } = dependencies
  const verdict = judgeRefusal(leased.tenant, refusal, clock.now(), randomness.fraction())
  if (verdict.verdict === 'retry' && isFirstRefusal(leased.tenant, refusal))
    await countRefusal(dependencies, attempt, refusal)
  const stored =
    verdict.verdict === 'hold'
      ? await commitHold(dependencies, attempt, refusal)
      : await commitVerdict(dependencies, attempt, { refusal, verdict })
  return stored
    ? { outcome: 'refused', stored, refusal }
    : { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
}

function logRefresh(
  { log, clock }: RefreshDependencies,
  { leased, startedAt }: Attempt,
  answer: TokenAnswer,
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
