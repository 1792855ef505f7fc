import { TimeLimitError } from '../clock.ts'
import { grantOwnerOf } from '../domain/grants.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { isRefused, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenResult } from '../domain/tokenEndpoint.ts'
import { type Attempt, beginAttempt } from './attempt.ts'
import { commitLastInLine, commitRefreshed, commitUnchanged, commitVerdict } from './commit.ts'
import { judgeRefusal, type RefreshPurpose } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { endIfLost, kindScopeOf } from './endIfLost.ts'
import {
  holdFailingProvider,
  holdRefusedKind,
  holdRefusedRegistration,
  placeHold,
  registrationOf,
} from './holds.ts'
import { adoptNewerGrant, releaseLease, type TakenLease } from './lease.ts'
import { stepOutsideLease } from './leaseTime.ts'
import { leaveReadOnlyVault } from './leaveReadOnlyVault.ts'
import { moveToNewSecret } from './moveToNewSecret.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { ProvenKinds } from './provenKinds.ts'
import type { RefusedTenants } from './refusedTenants.ts'
import { requestTokensWithNewest, type TokenRequestResult } from './requestTokens.ts'
import { endRestoredRow } from './restoredRow.ts'

/** Dependencies of refreshing, and the refusals that this process has counted. */
export interface Refreshing extends RefreshDependencies {
  readonly refusedTenants: RefusedTenants
  readonly provenKinds: ProvenKinds
}

/** Reads the grant, calls the provider, stores and commits the answer; all within the lease. */
export async function refreshLeased(
  dependencies: Refreshing,
  taken: TakenLease,
  purpose: RefreshPurpose,
): Promise<RefreshOutcome> {
  const begun = beginAttempt(dependencies, taken.leased)
  const adopted = taken.leftBehind ? await adoptNewerGrant(dependencies, begun) : begun
  const release = async (error: unknown): Promise<never> => {
    if (adopted) await releaseLease(dependencies, adopted)
    throw error
  }
  const ended = adopted && (await endRestoredRow(dependencies, adopted).catch(release))
  if (ended) return ended
  const attempt = adopted && (await leaveReadOnlyVault(dependencies, adopted).catch(release))
  if (!attempt) return { outcome: 'passed_on', stored: taken.leased, reason: 'lease_lost' }
  const { leased } = attempt
  const giveUp = async (error: unknown): Promise<never> => {
    await releaseLease(dependencies, attempt)
    throw error
  }
  // Only a failure before the answer releases the lease. After the answer, an expired lease tells the next process to
  // look for the refresh token that we couldn't commit.
  const requested = await requestTokensWithNewest(dependencies, attempt).catch(giveUp)
  if (requested === 'no_time') {
    await releaseLease(dependencies, attempt)
    return { outcome: 'passed_on', stored: leased, reason: 'lease_lost' }
  }
  const { result } = requested
  try {
    const outcome = result.ok
      ? await storeTokens(dependencies, attempt, { ...requested, result, purpose })
      : await handleRefusal(dependencies, attempt, result.refusal).catch(giveUp)
    const notCommitted = outcome.outcome === 'passed_on' ? 'lease_lost' : undefined
    logRefresh(dependencies, attempt, { result, notCommitted })
    return outcome
  } catch (error) {
    logRefresh(dependencies, attempt, { result, notCommitted: 'not_committed' })
    // Where used tokens are accepted, nothing is lost that the next process would have to look for.
    if (result.ok && isRefused(error) && dependencies.config.usedRefreshTokens === 'accepted')
      await giveUp(error)
    throw error
  }
}

/** Stores the tokens of a successful answer, and commits them. */
async function storeTokens(
  dependencies: Refreshing,
  attempt: Attempt,
  { result, requestedAt, purpose, reference, refreshToken }: AcceptedRefresh,
): Promise<RefreshOutcome> {
  dependencies.refusedTenants.clear(registrationOf(attempt.leased))
  const isNew = result.refreshToken !== undefined && !result.refreshToken.equals(refreshToken)
  const stored = isNew
    ? await writeGrant(dependencies, attempt, { reference, refreshToken: result.refreshToken })
    : reference
  const token = { reference: stored ?? reference, refreshToken: result.refreshToken ?? refreshToken }
  const moved = isNew && stored ? await moveToNewSecret(dependencies, attempt, token) : undefined
  const outcome = await commitRefreshed(dependencies, moved?.attempt ?? attempt, {
    ...{ purpose, result: { ...result, requestedAt } },
    reference: token.reference,
    moved,
    isStored: stored !== undefined,
  })
  const record = () => dependencies.provenKinds.record(kindScopeOf(attempt.leased))
  await stepOutsideLease(dependencies.clock, 'recording what is proven', record).catch(() => undefined)
  return outcome
}

interface AcceptedRefresh extends Omit<TokenRequestResult, 'result'> {
  readonly result: Extract<TokenResult, { ok: true }>
  readonly purpose: RefreshPurpose
}

/** Seconds during which a failed write of the new refresh token is repeated, if the old one still works. */
const writeSeconds = 4

/**
 * Stores a new refresh token. If the used one is revoked, the write is repeated for as long as the lease allows: there
 * is no other token.
 * @returns undefined if the vault didn't take it and the used one still works.
 */
async function writeGrant(
  { config, grants, log }: RefreshDependencies,
  { leased, time }: Attempt,
  { reference, refreshToken }: Pick<TokenRequestResult, 'reference' | 'refreshToken'>,
): Promise<string | undefined> {
  const { tenant, grant } = leased
  const owner = grantOwnerOf(tenant, grant)
  const write = () => grants.write(refreshToken, owner, reference)
  if (config.usedRefreshTokens === 'revoked') return time.repeat('writing the grant', write)
  try {
    return await time.repeat('writing the grant', write, writeSeconds)
  } catch (error) {
    if (!isOutage(error)) throw error
    const [status, code] =
      error instanceof StorageUnavailableError ? [error.status, error.code] : [0, 'TimeLimitError']
    const { environment } = tenant
    const { identityProvider } = grant
    log('grant.not_stored', { tenantKey: tenantKey(tenant), environment, identityProvider, status, code })
    return undefined
  }
}

/** Whether the vault fails, or is read-only. A secret that was just deleted belongs to a consent that has ended. */
function isOutage(error: unknown): boolean {
  if (error instanceof StorageUnavailableError) return error.code !== 'SecretDeleted'
  return error instanceof TimeLimitError
}

async function handleRefusal(
  dependencies: Refreshing,
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<RefreshOutcome> {
  const stored = await commitRefusal(dependencies, attempt, refusal)
  return stored
    ? { outcome: 'refused', stored, refusal, dueBefore: attempt.leased.tenant.dueAt }
    : { outcome: 'passed_on', stored: attempt.leased, reason: 'lease_lost' }
}

async function commitRefusal(
  dependencies: Refreshing,
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<StoredTenant | undefined> {
  const { leased } = attempt
  const { clock, randomness } = dependencies
  const isHeld =
    (await holdRefusedKind(dependencies, attempt, refusal)) ||
    (await holdFailingProvider(dependencies, attempt, refusal)) ||
    (await holdRefusedRegistration(dependencies, attempt, refusal))
  if (isHeld) return commitLastInLine(dependencies, attempt)
  const judged = judgeRefusal(leased.tenant, refusal, clock.now(), randomness.fraction())
  const verdict = await endIfLost(dependencies, leased, judged)
  if (verdict.verdict === 'hold') {
    await placeHold(dependencies, attempt, { refusal, scope: registrationOf(leased) })
    return commitUnchanged(dependencies, attempt)
  }
  return commitVerdict(dependencies, attempt, { refusal, verdict })
}

interface RefreshLogEntry {
  readonly result: TokenResult
  readonly notCommitted: 'lease_lost' | 'not_committed' | undefined
}

function logRefresh(
  { log, clock }: RefreshDependencies,
  { leased, startedAt }: Attempt,
  { result, notCommitted }: RefreshLogEntry,
): void {
  log('refresh.ended', {
    tenantKey: tenantKey(leased.tenant),
    environment: leased.tenant.environment,
    identityProvider: leased.grant.identityProvider,
    outcome: notCommitted ?? (result.ok ? 'refreshed' : result.refusal.class),
    reason: result.ok ? '' : result.refusal.reason,
    traceId: result.ok ? '' : result.refusal.traceId,
    durationMilliseconds: clock.now().getTime() - startedAt.getTime(),
  })
}
