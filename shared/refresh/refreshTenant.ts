import { secondsAfter, secondsUntil, within } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import { noAnswer, type TokenRefusal } from '../identity/refusal.ts'
import { tenantKey } from '../tenants/key.ts'
import {
  grantOwnerOf,
  type Lease,
  type Leased,
  type StoredTenant,
  type TenantName,
} from '../tenants/tenant.ts'
import { commitHold, commitRefreshed, commitVerdict, countSuspect } from './commit.ts'
import {
  decideRefresh,
  isNewSuspect,
  judgeRefusal,
  type RefreshDecision,
  type RefreshWish,
} from './decide.ts'
import type { RefreshDependencies, TokenAnswer } from './dependencies.ts'
import type { EnvironmentHold } from './environments.ts'
import { createSuspects, type Suspects } from './suspects.ts'

/** How a refresh ended. `stored` is the tenant row as last seen. */
export type RefreshOutcome =
  | { readonly outcome: 'refreshed' | 'fresh'; readonly stored: StoredTenant; readonly accessToken?: string }
  | { readonly outcome: 'refused'; readonly stored: StoredTenant; readonly refusal: TokenRefusal }
  | {
      readonly outcome: 'passed_on'
      readonly stored: StoredTenant
      readonly reason: PassedOnReason
      readonly hold?: EnvironmentHold
    }
  | { readonly outcome: 'not_found' }

/** Why a tenant that wanted a refresh got none from us. */
export type PassedOnReason =
  | Exclude<Extract<RefreshDecision, { refresh: false }>['reason'], 'fresh'>
  | 'leased_elsewhere'
  | 'lease_lost'

/** Refreshes one tenant under its lease; N callers of one process share one refresh. */
export interface Refresher {
  refresh(name: TenantName, wish: RefreshWish): Promise<RefreshOutcome>
}

/** The secret that the row names is gone from its vault; it can be recovered while soft-deleted. */
const grantMissing: TokenRefusal = noAnswer('grant_missing')

const firstPollMilliseconds = 40
const longestPollMilliseconds = 800

/** Creates the one path that vend, sweep and pass-through refresh through. */
export function createRefresher(given: RefreshDependencies): Refresher {
  const dependencies: Refreshing = { ...given, suspects: createSuspects() }
  const coalesce = createCoalesce<RefreshOutcome>()
  return {
    refresh: (name, wish) =>
      coalesce(`${wish.for}:${tenantKey(name)}`, () => refreshUnderLease(dependencies, name, wish)),
  }
}

/** What refreshing touches, and what this process has seen while it did. */
interface Refreshing extends RefreshDependencies {
  readonly suspects: Suspects
}

/** Check, lock, act, record: the row's ETag makes the check and the lock one. */
async function refreshUnderLease(
  dependencies: Refreshing,
  name: TenantName,
  wish: RefreshWish,
): Promise<RefreshOutcome> {
  const { tenants, clock } = dependencies
  const giveUpAt = secondsAfter(clock.now(), wish.for === 'sweep' ? 0 : dependencies.vendWaitSeconds)
  for (let poll = 0; ; poll++) {
    const stored = await tenants.read(name)
    if (!stored) return { outcome: 'not_found' }
    const decided = await decide(dependencies, stored, wish)
    if (decided) return decided
    const leased = isLeased(stored, clock.now()) ? undefined : await takeLease(dependencies, stored)
    if (leased) return await refreshLeased(dependencies, leased, wish, stored.tenant.lease)
    if (clock.now() >= giveUpAt) return { outcome: 'passed_on', stored, reason: 'leased_elsewhere' }
    await clock.sleep(Math.min(longestPollMilliseconds, firstPollMilliseconds * 2 ** Math.min(poll, 6)))
  }
}

async function decide(
  dependencies: RefreshDependencies,
  stored: StoredTenant,
  wish: RefreshWish,
): Promise<RefreshOutcome | undefined> {
  const { environment, grant } = stored.tenant
  const hold = grant && (await dependencies.environments.read(environment, grant.identityProvider))
  const decision = decideRefresh(stored.tenant, wish, hold, dependencies.clock.now())
  if (decision.refresh) return undefined
  if (decision.reason === 'fresh') return { outcome: 'fresh', stored }
  return { outcome: 'passed_on', stored, reason: decision.reason, ...(hold && { hold }) }
}

function isLeased(stored: StoredTenant, now: Date): boolean {
  return stored.tenant.lease !== undefined && stored.tenant.lease.until > now
}

async function takeLease(
  dependencies: RefreshDependencies,
  stored: StoredTenant,
): Promise<Leased | undefined> {
  const { tenants, clock, randomness, config } = dependencies
  const { grant } = stored.tenant
  if (!grant) return undefined
  const lease = { id: randomness.identifier(), until: secondsAfter(clock.now(), config.leaseSeconds) }
  const taken = await tenants.replace(stored, { ...stored.tenant, lease }, [])
  return taken === 'conflict' ? undefined : { ...taken, lease, grant }
}

async function refreshLeased(
  dependencies: Refreshing,
  taken: Leased,
  wish: RefreshWish,
  leftBehind: Lease | undefined,
): Promise<RefreshOutcome> {
  const startedAt = dependencies.clock.now()
  const leased = leftBehind ? await adoptNewer(dependencies, taken) : taken
  if (!leased) return { outcome: 'passed_on', stored: taken, reason: 'lease_lost' }
  // Only a failure before the answer gives the lease up: after it, a lease that runs out is what tells whoever
  // comes next to look for the refresh token that we could not commit.
  const asked = await askWithNamedOrNewer(dependencies, leased).catch((error) =>
    abandon(dependencies, leased, error),
  )
  if (asked === 'lease_lost') return { outcome: 'passed_on', stored: leased, reason: asked }
  if (asked === 'grant_missing') return refuse(dependencies, leased, grantMissing)
  const { askedAt, answer, reference, refreshToken } = asked
  logRefresh(dependencies, leased, answer, startedAt)
  if (!answer.ok) return refuse(dependencies, leased, answer.refusal)
  dependencies.suspects.clear(leased.tenant.environment, leased.grant.identityProvider)
  const rotated = answer.refreshToken !== undefined && answer.refreshToken !== refreshToken
  const next = rotated ? await writeGrant(dependencies, leased, answer.refreshToken, reference) : reference
  return commitRefreshed(dependencies, leased, wish, { ...answer, askedAt }, next)
}

/**
 * A lease that nobody gave back: its holder died, or failed, after it may have written a newer refresh token than the
 * row names. The row is made to name that one before anybody is asked, since a strict provider ends the whole grant
 * when a used token is shown to it (RFC 9700, section 4.14.2).
 * @returns undefined when another process changed the row meanwhile.
 */
async function adoptNewer(dependencies: RefreshDependencies, leased: Leased): Promise<Leased | undefined> {
  const { grants, tenants } = dependencies
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const newer = await step(dependencies, 'looking for a grant left behind', () =>
    grants.readNewer(leased.grant.reference, owner),
  )
  if (!newer) return leased
  const grant = { ...leased.grant, reference: newer.reference }
  const adopted = await step(dependencies, 'adopting the newer grant', () =>
    tenants.replace(leased, { ...leased.tenant, grant }, []),
  )
  return adopted === 'conflict' ? undefined : { ...adopted, lease: leased.lease, grant }
}

interface Asked {
  /** When it was asked for: the access token's life counts from here, however long the answer took. */
  readonly askedAt: Date
  readonly answer: TokenAnswer
  readonly reference: string
  readonly refreshToken: string
}

/**
 * Redeems the refresh token that the row names. When it is refused as invalid and the store holds a newer one
 * (a process died between writing and committing it), that one is tried before anything is concluded.
 */
async function askWithNamedOrNewer(
  dependencies: RefreshDependencies,
  leased: Leased,
): Promise<Asked | 'grant_missing' | 'lease_lost'> {
  const { grants } = dependencies
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const { reference } = leased.grant
  const named = await step(dependencies, 'reading the grant', () => grants.read(reference, owner))
  const asked = named === undefined ? undefined : await ask(dependencies, leased, reference, named)
  if (asked === 'lease_lost') return asked
  if (asked && !isRefusedGrant(asked.answer)) return asked
  const newer = await step(dependencies, 'looking for a newer grant', () =>
    grants.readNewer(reference, owner),
  )
  if (!newer) return asked ?? 'grant_missing'
  const retried = await ask(dependencies, leased, newer.reference, newer.refreshToken)
  return retried !== 'lease_lost' && !retried.answer.ok && asked ? asked : retried
}

function isRefusedGrant(answer: TokenAnswer): boolean {
  return !answer.ok && answer.refusal.class === 'advertiser' && answer.refusal.error === 'invalid_grant'
}

async function ask(
  dependencies: RefreshDependencies,
  leased: Leased,
  reference: string,
  refreshToken: string,
): Promise<Asked | 'lease_lost'> {
  const { clock, config, tokenEndpoint } = dependencies
  // The answer must be kept before the lease ends, or another process would redeem beside us.
  const neededSeconds = config.tokenEndpointSeconds + 2 * stepSeconds(dependencies)
  if (secondsUntil(leased.lease.until, clock.now()) < neededSeconds) return 'lease_lost'
  const { environment } = leased.tenant
  const { identityProvider, authorityTenant, scopes } = leased.grant
  const askedAt = clock.now()
  const answer = await tokenEndpoint.refresh({
    environment,
    identityProvider,
    authorityTenant,
    scopes,
    refreshToken,
  })
  return { askedAt, answer, reference, refreshToken }
}

/** Storage gets what the token endpoint's (at most two) calls leave of the lease: five steps share it. */
function stepSeconds({ config }: RefreshDependencies): number {
  return Math.max(2, Math.floor((config.leaseSeconds - 2 * config.tokenEndpointSeconds) / 5))
}

function step<T>(dependencies: RefreshDependencies, name: string, work: () => Promise<T>): Promise<T> {
  return within(dependencies.clock, stepSeconds(dependencies), name, work)
}

/** A new refresh token is worth a second try: once it is lost, a strict provider has no other. */
async function writeGrant(
  dependencies: RefreshDependencies,
  leased: Leased,
  refreshToken: string,
  previous: string,
): Promise<string> {
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const write = () =>
    step(dependencies, 'writing the grant', () => dependencies.grants.write(refreshToken, owner, previous))
  return write().catch(write)
}

/** A storage failure ends the lease early, so that nobody waits for a refresh that nobody does. */
async function abandon(dependencies: RefreshDependencies, leased: Leased, error: unknown): Promise<never> {
  const { lease: _lease, ...rest } = leased.tenant
  await step(dependencies, 'giving up the lease', () => dependencies.tenants.replace(leased, rest, [])).catch(
    () => undefined,
  )
  throw error
}

async function refuse(
  dependencies: Refreshing,
  leased: Leased,
  refusal: TokenRefusal,
): Promise<RefreshOutcome> {
  const { clock, randomness, suspects } = dependencies
  const verdict = judgeRefusal(leased.tenant, refusal, clock.now(), randomness.fraction())
  if (verdict.verdict === 'retry' && isNewSuspect(leased.tenant, refusal))
    await countSuspect(dependencies, leased, refusal, suspects)
  const stored =
    verdict.verdict === 'hold'
      ? await commitHold(dependencies, leased, refusal)
      : await commitVerdict(dependencies, leased, refusal, verdict)
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
