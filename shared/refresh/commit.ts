import { secondsAfter } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
import { nextHold } from '../domain/holds.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { nextDueAt } from '../domain/schedule.ts'
import type { Leased, RefreshTrouble, StoredTenant, Tenant } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenAnswer } from '../domain/tokenEndpoint.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import { destroyLeftovers, destroyUncommitted, withLeftovers } from '../tenants/leftovers.ts'
import { type RefreshWish, type RefusalVerdict, suspectsThatHold } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { type LeaseTime, outsideLease } from './leaseTime.ts'
import type { RefreshOutcome } from './outcome.ts'
import type { Suspects } from './suspects.ts'

/** What a commit writes: the row without its lease, and what happened. */
interface Change {
  readonly next: Tenant
  readonly events: readonly TenantEvent[]
}

/** How a commit ended; `lost` is the row that another process has changed meanwhile. */
type Committed = { readonly stored: StoredTenant } | { readonly lost: StoredTenant | undefined }

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
  const { workspace, tenant, environment } = leased.tenant
  const now = clock.now()
  const expiresAt = secondsAfter(answer.askedAt, answer.expiresInSeconds)
  const context = { workspace, tenant, environment, use: 'access_token' } as const
  const sealed = await time.insist('sealing', () => sealer.seal(answer.accessToken, context))
  const replaced = wish.for === 'replacement' && ({ replaced: true } as const)
  const accessToken = { sealed, refreshedAt: answer.askedAt, expiresAt, ...replaced }
  const vended = wish.for === 'sweep' ? leased.tenant.lastVendedAt : now
  const dueAt = nextDueAt(
    withLastVended(leased.tenant, vended),
    accessToken,
    config,
    now,
    randomness.fraction(),
  )
  const committed = await commit(dependencies, leased, time, dueAt, (row) => {
    const { lease: _lease, trouble, ...rest } = withLastVended(row, vended)
    const next = { ...rest, grant: { ...leased.grant, reference }, accessToken, dueAt }
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
    const waiting = await commit(dependencies, leased, time, trouble.nextAttemptAt, (row) => ({
      next: { ...withoutLease(row), trouble, dueAt: trouble.nextAttemptAt },
      events,
    }))
    if ('lost' in waiting) return undefined
    if (isNews || isNewLoop(leased.tenant, trouble)) logNeedsOperator(dependencies, leased, trouble)
    return waiting.stored
  }
  const committed = await commit(dependencies, leased, time, undefined, (row) => {
    const { trouble: _trouble, dueAt: _dueAt, ...rest } = withoutLease(row)
    return {
      next: { ...rest, status: 'reauthorization_required', reauthorizationReason: verdict.reason },
      events: [
        { ...eventOf(refusal, at), type: 'tenant.reauthorization_required', detail: endOfGrant(verdict) },
      ],
    }
  })
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
    next: withoutLease(row),
    events: [],
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
 * at any line leaves at least one. Another writer's harmless change (our lease still stands) is written over its
 * result; a lease that was taken over ends the commit without effect. What fails is repeated while the lease lasts.
 */
async function commit(
  dependencies: RefreshDependencies,
  leased: Leased,
  time: LeaseTime,
  dueAt: Date | undefined,
  change: (row: Tenant) => Change,
): Promise<Committed> {
  const { clock, due, tenants } = dependencies
  const previousDueAt = leased.tenant.dueAt
  const moved = dueAt?.getTime() !== previousDueAt?.getTime()
  const dueRow = (at: Date) => dueRowOf(leased.tenant, leased.grant, at)
  if (dueAt && moved) await time.insist('inserting the due row', () => due.insert(dueRow(dueAt)))
  let current: StoredTenant = leased
  for (let tries = 0; ; tries++) {
    const { next, events } = change(current.tenant)
    try {
      const written = await time.step('committing the tenant row', () =>
        tenants.replace(current, next, events),
      )
      if (written !== 'conflict') {
        if (previousDueAt && moved)
          await outsideLease(clock, 'removing the due row', () => due.remove(dueRow(previousDueAt))).catch(
            () => undefined,
          )
        return { stored: written }
      }
      const reread = await time.step('reading the row', () => tenants.read(leased.tenant))
      if (reread && isOurs(reread.tenant, next, leased.tenant)) return { stored: reread }
      if (reread?.tenant.lease?.id !== leased.lease.id) return { lost: reread }
      current = reread
    } catch (error) {
      if (!(await time.pause(tries))) throw error
    }
  }
}

/**
 * Whether a write whose answer was lost did take effect: the row has our access token, no two of which are sealed
 * alike, whatever a vend or a migration has changed since; or, of a refusal, it says all that we meant to write.
 */
function isOurs(row: Tenant, next: Tenant, before: Tenant): boolean {
  if (row.lease !== undefined || row.status !== next.status) return false
  const sealed = next.accessToken?.sealed
  if (sealed !== before.accessToken?.sealed) return row.accessToken?.sealed === sealed
  return isSame(marksOf(row), marksOf(next))
}

/** What a commit changes; another process that gave our lease's successor back changes none of it. */
function marksOf({ status, reauthorizationReason, accessToken, trouble, dueAt, grant }: Tenant) {
  const times = [dueAt, trouble?.nextAttemptAt].map((time) => time?.getTime())
  return [status, reauthorizationReason, accessToken?.sealed, grant?.reference, trouble?.attempts, ...times]
}

function isSame(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.every((mark, index) => mark === other[index])
}

function withoutLease(row: Tenant): Tenant {
  const { lease: _lease, ...rest } = row
  return rest
}

function withLastVended(row: Tenant, lastVendedAt: Date | undefined): Tenant {
  return lastVendedAt ? { ...row, lastVendedAt } : row
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
