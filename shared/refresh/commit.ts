import { secondsAfter } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
import { nextHold } from '../domain/holds.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { nextDueAt } from '../domain/schedule.ts'
import { sealContextOf } from '../domain/sealer.ts'
import type { Leased, RefreshTrouble, StoredTenant, Tenant } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenAnswer } from '../domain/tokenEndpoint.ts'
import { dead, refreshed, unleased, vended, waiting } from '../domain/transitions.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import type { TenantChange } from '../tenants/changeTenant.ts'
import { destroyLeftovers, destroyUncommitted, withLeftovers } from '../tenants/leftovers.ts'
import { type RefreshWish, type RefusalVerdict, suspectsThatHold } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { type LeaseTime, outsideLease } from './leaseTime.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { Suspects } from './suspects.ts'
import { type LeasedWrite, writeLeased } from './writeLeased.ts'

/** Commits a good answer: reference, sealed access token, next due time; the lease ends with it. */
export async function commitRefreshed(
  dependencies: RefreshDependencies,
  leased: Leased,
  wish: RefreshWish,
  answer: Extract<TokenAnswer, { ok: true }> & { readonly askedAt: Date },
  reference: string,
  time: LeaseTime,
): Promise<RefreshOutcome> {
  const { clock, config, grants, randomness, sealer } = dependencies
  const { environment } = leased.tenant
  const now = clock.now()
  const expiresAt = secondsAfter(answer.askedAt, answer.expiresInSeconds)
  const context = sealContextOf(leased.tenant, leased.grant.id, 'access_token')
  const sealed = await time.insist('sealing', () => sealer.seal(answer.accessToken, context))
  const replaced = wish.for === 'replacement' && ({ replaced: true } as const)
  const accessToken = { sealed, refreshedAt: answer.askedAt, expiresAt, ...replaced }
  const lastVendedAt = wish.for === 'sweep' ? leased.tenant.lastVendedAt : now
  const seen = lastVendedAt ? vended(leased.tenant, lastVendedAt, undefined) : leased.tenant
  const dueAt = nextDueAt(seen, accessToken, config, now, randomness.fraction())
  const committed = await commit(dependencies, leased, time, dueAt, (row) => {
    const { trouble } = row
    const grant = { ...leased.grant, reference }
    const next = refreshed(row, { grant, accessToken, dueAt, lastVendedAt })
    return {
      next: withLeftovers(grants, next, [row.grant?.reference, leased.grant.reference]),
      events: trouble && trouble.attempts > 1 ? [recovered(trouble.attempts, now)] : [],
    }
  })
  if ('lost' in committed) {
    await destroyUncommitted(dependencies, reference, committed.lost?.tenant)
    return { outcome: 'passed_on', stored: committed.lost ?? leased, reason: 'lease_lost' }
  }
  const stored = await destroyLeftovers(dependencies, committed.stored)
  await release(dependencies, environment, leased.grant.identityProvider).catch(() => undefined)
  return { outcome: 'refreshed', stored, accessToken: answer.accessToken, dueBefore: leased.tenant.dueAt }
}

/** What was the operator's trouble is over: a refresh has just worked. */
async function release(
  { clock, environments, log }: RefreshDependencies,
  environment: Environment,
  identityProvider: IdentityProvider,
): Promise<void> {
  const end = () => environments.release(environment, identityProvider)
  const wasHeld = await outsideLease(clock, 'ending the hold', end)
  if (wasHeld) log('environment.released', { environment, identityProvider })
}

/** Commits a refusal that is the tenant's own: a later attempt, or the end of the grant. */
export async function commitVerdict(
  dependencies: RefreshDependencies,
  leased: Leased,
  refusal: TokenRefusal,
  verdict: Exclude<RefusalVerdict, { verdict: 'hold' }>,
  time: LeaseTime,
): Promise<StoredTenant | undefined> {
  const at = dependencies.clock.now()
  if (verdict.verdict === 'retry') {
    const { trouble } = verdict
    const isNews = trouble.actor === 'operator' && leased.tenant.trouble?.actor !== 'operator'
    const events = isNews
      ? [needsOperator(refusal, at)]
      : trouble.attempts === 2
        ? [failing(refusal, at)]
        : []
    const committed = await commit(dependencies, leased, time, trouble.nextAttemptAt, (row) => ({
      next: waiting(row, trouble),
      events,
    }))
    if ('lost' in committed) return undefined
    if (isNews || isNewLoop(leased.tenant, trouble)) logNeedsOperator(dependencies, leased, trouble)
    return committed.stored
  }
  const committed = await commit(dependencies, leased, time, undefined, (row) => ({
    next: dead(row, verdict.reason),
    events: [
      { ...eventOf(refusal, at), type: 'tenant.reauthorization_required', detail: endOfGrant(verdict) },
    ],
  }))
  if ('lost' in committed) return undefined
  logStatus(dependencies, leased, verdict.reason)
  return committed.stored
}

/** Puts the environment on hold; the tenant only loses its lease. */
export async function commitHold(
  dependencies: RefreshDependencies,
  leased: Leased,
  refusal: TokenRefusal,
  time: LeaseTime,
): Promise<StoredTenant | undefined> {
  await holdEnvironment(dependencies, leased, refusal, time)
  const committed = await commit(dependencies, leased, time, leased.tenant.dueAt, (row) => ({
    next: unleased(row),
  }))
  return 'lost' in committed ? undefined : committed.stored
}

/** Refreshes of the environment rest for a while; a hold that has begun already goes on. */
async function holdEnvironment(
  { clock, environments, log }: RefreshDependencies,
  { tenant: { environment }, grant: { identityProvider } }: Leased,
  { reason, traceId }: TokenRefusal,
  time: LeaseTime,
): Promise<void> {
  const fault = { environment, identityProvider, reason, traceId }
  const previous = await time.step('reading the hold', () => environments.read(environment, identityProvider))
  const hold = nextHold(previous, fault, clock.now())
  await time.step('holding the environment', () => environments.hold(hold))
  if (!previous) log('environment.held', fault)
}

/**
 * One more tenant is refused for what may be our registration's fault. Enough of them in a row hold the environment,
 * and so does each new one while a hold has not been ended by a success.
 */
export async function countSuspect(
  dependencies: RefreshDependencies,
  leased: Leased,
  refusal: TokenRefusal,
  suspects: Suspects,
  time: LeaseTime,
): Promise<void> {
  const { environment } = leased.tenant
  const { identityProvider } = leased.grant
  const count = suspects.add(environment, identityProvider, tenantKey(leased.tenant))
  const isHeld = await time.step('reading the hold', () =>
    dependencies.environments.read(environment, identityProvider),
  )
  if (isHeld || count >= suspectsThatHold) await holdEnvironment(dependencies, leased, refusal, time)
}

/**
 * The conditional write that counts. The next due row is there before it and the old one goes after it, so a death
 * at any line leaves at least one.
 */
async function commit(
  dependencies: RefreshDependencies,
  leased: Leased,
  time: LeaseTime,
  dueAt: Date | undefined,
  change: (row: Tenant) => TenantChange,
): Promise<LeasedWrite> {
  const { clock, due } = dependencies
  const previousDueAt = leased.tenant.dueAt
  const moved = dueAt?.getTime() !== previousDueAt?.getTime()
  const dueRow = (at: Date) => dueRowOf(leased.tenant, leased.grant, at)
  if (dueAt && moved) await time.insist('inserting the due row', () => due.insert(dueRow(dueAt)))
  const written = await writeLeased(dependencies, leased, time, change)
  if ('stored' in written && previousDueAt && moved) {
    const remove = () => due.remove(dueRow(previousDueAt))
    await outsideLease(clock, 'removing the due row', remove).catch(() => undefined)
  }
  return written
}

function eventOf(refusal: TokenRefusal, at: Date) {
  return {
    at,
    data: {
      reason: refusal.reason,
      ...(refusal.traceId && { traceId: refusal.traceId }),
      ...(refusal.errorCodes.length > 0 && { errorCodes: refusal.errorCodes.join(',') }),
    },
  }
}

function failing(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing has failed twice (${refusal.reason}); it is tried again by itself.`
  return { ...eventOf(refusal, at), type: 'refresh.failing', detail }
}

function needsOperator(refusal: TokenRefusal, at: Date): TenantEvent {
  const detail = `Refreshing fails for what the operator must look at (${refusal.reason}); it is tried again by itself.`
  return { ...eventOf(refusal, at), type: 'refresh.failing', detail }
}

/** A loop passes by itself once it is left alone, but somebody made it: the operator is to know (facts, AADSTS50196). */
function isNewLoop({ trouble: before }: Tenant, { reason }: RefreshTrouble): boolean {
  return reason === 'loop_detected' && before?.reason !== reason
}

function logNeedsOperator(
  { log }: RefreshDependencies,
  { tenant, grant }: Leased,
  trouble: RefreshTrouble,
): void {
  const { attempts, reason, traceId } = trouble
  log('refresh.needs_operator', {
    tenantKey: tenantKey(tenant),
    environment: tenant.environment,
    identityProvider: grant.identityProvider,
    reason,
    traceId,
    attempts,
  })
}

function recovered(attempts: number, at: Date): TenantEvent {
  return {
    type: 'refresh.recovered',
    at,
    detail: `Refreshing works again after ${attempts} failed attempts.`,
  }
}

function endOfGrant(verdict: Extract<RefusalVerdict, { verdict: 'dead' }>): string {
  return verdict.adminMustAct
    ? `The advertiser's directory no longer allows the sign-in (${verdict.reason}); their administrator must act first.`
    : `The identity provider no longer accepts the grant (${verdict.reason}); the advertiser must sign in again.`
}

function logStatus({ log }: RefreshDependencies, { tenant }: Leased, reason: string): void {
  log('tenant.status_changed', {
    tenantKey: tenantKey(tenant),
    environment: tenant.environment,
    from: tenant.status,
    to: 'reauthorization_required',
    reason,
  })
}
