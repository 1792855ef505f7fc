import { addSeconds, secondsUntil } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { nextDueAt } from '../domain/schedule.ts'
import { sealContextOf } from '../domain/sealer.ts'
import type { Leased, RefreshTrouble, StoredTenant, Tenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TokenResult } from '../domain/tokenEndpoint.ts'
import {
  withDeadGrant,
  withoutLease,
  withRefreshedGrant,
  withTrouble,
  withVend,
} from '../domain/transitions.ts'
import type { TenantChange } from '../tenants/changeTenant.ts'
import { destroySecrets, withSecretsToDestroy } from '../tenants/secretsToDestroy.ts'
import { abandonUncommitted } from '../tenants/uncommittedSecrets.ts'
import type { Attempt } from './attempt.ts'
import { type RefreshPurpose, type RefusalVerdict, tokenToKeep } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { endHolds } from './holds.ts'
import { stepOutsideLease } from './leaseTime.ts'
import type { MovedToken } from './moveToNewSecret.ts'
import type { RefreshOutcome } from './outcome.ts'
import {
  failureEvent,
  grantEndedEvent,
  isNewLoop,
  isNewsForOperator,
  notStoredEvent,
  recoveryEvents,
} from './refusalEvents.ts'
import { type LeasedWrite, writeLeased } from './writeLeased.ts'

/** A refresh's result, its tenant, and the place of its refresh token. */
export interface StoredRefresh {
  readonly purpose: RefreshPurpose
  readonly result: Extract<TokenResult, { ok: true }> & { readonly requestedAt: Date }
  readonly reference: string
  /** The same refresh token in a new secret, if the current one is full. */
  readonly moved: MovedToken | undefined
  /** Whether the new refresh token is stored. If not, the vault didn't take it, and the used one stays. */
  readonly isStored: boolean
}

/** A refusal, and its consequence for the tenant. */
export interface JudgedRefusal {
  readonly refusal: TokenRefusal
  readonly verdict: Exclude<RefusalVerdict, { verdict: 'hold' }>
}

/** Commits a good answer: reference, the longer-lived access token, next due time; the same write ends the lease. */
export async function commitRefreshed(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  { purpose, result, isStored, reference, moved }: StoredRefresh,
): Promise<RefreshOutcome> {
  const { leased, time } = attempt
  const { clock, config, grants, randomness, sealer } = dependencies
  const now = clock.now()
  const expiresAt = addSeconds(result.requestedAt, result.expiresInSeconds)
  const context = sealContextOf(leased.tenant, leased.grant.id, 'access_token')
  const sealed = await time.repeat('sealing', () => sealer.seal(result.accessToken, context))
  const replaced = purpose.for === 'replacement' && ({ replaced: true } as const)
  const newToken = { sealed, refreshedAt: result.requestedAt, expiresAt, ...replaced }
  const lastVendedAt = purpose.for === 'sweep' ? leased.tenant.lastVendedAt : now
  const seen = lastVendedAt ? withVend(leased.tenant, lastVendedAt, undefined) : leased.tenant
  const kept = tokenToKeep(leased.tenant.accessToken, newToken)
  const dueAt = nextDueAt(seen, kept, config, now, randomness.fraction())
  const committed = await commit(dependencies, attempt, dueAt, (row) => {
    const grant = { ...leased.grant, reference: moved?.reference ?? reference }
    const accessToken = tokenToKeep(row.accessToken, newToken)
    const next = withRefreshedGrant(row, { grant, accessToken, dueAt, lastVendedAt })
    return {
      next: withSecretsToDestroy(grants, next, [row.grant?.reference, leased.grant.reference]),
      events: [...recoveryEvents(row.trouble, now), ...(isStored ? [] : [notStoredEvent(now)])],
    }
  })
  if ('lost' in committed) {
    await abandonUncommitted(dependencies, leased.tenant, moved?.reserved)
    return { outcome: 'passed_on', stored: committed.lost ?? leased, reason: 'lease_lost' }
  }
  const stored = await destroySecrets(dependencies, committed.stored)
  await endHolds(dependencies, leased).catch(() => undefined)
  const isNew = stored.tenant.accessToken?.sealed === sealed
  const dueBefore = leased.tenant.dueAt
  return { outcome: 'refreshed', stored, dueBefore, ...(isNew && { accessToken: result.accessToken }) }
}

/** Commits a refusal that concerns only the tenant: a later attempt, or the end of the grant. */
export async function commitVerdict(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  { refusal, verdict }: JudgedRefusal,
): Promise<StoredTenant | undefined> {
  const { leased } = attempt
  const at = dependencies.clock.now()
  if (verdict.verdict === 'retry') {
    const { trouble } = verdict
    const before = leased.tenant.trouble
    const committed = await commit(dependencies, attempt, trouble.nextAttemptAt, (row) => ({
      next: withTrouble(row, trouble),
      events: failureEvent(before, trouble, refusal, at),
    }))
    if ('lost' in committed) return undefined
    if (isNewsForOperator(before, trouble) || isNewLoop(before, trouble))
      logNeedsOperator(dependencies, leased, trouble)
    return committed.stored
  }
  const committed = await commit(dependencies, attempt, undefined, (row) => ({
    next: withDeadGrant(row, verdict.reason, refusal.claims),
    events: [grantEndedEvent(refusal, leased.grant.identityProvider, at)],
  }))
  if ('lost' in committed) return undefined
  logStatus(dependencies, leased, verdict.reason)
  return committed.stored
}

/** A refusal that isn't about the tenant: it only loses its lease, and stays due. */
export async function commitUnchanged(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<StoredTenant | undefined> {
  const committed = await commit(dependencies, attempt, attempt.leased.tenant.dueAt, (row) => ({
    next: withoutLease(row),
  }))
  return 'lost' in committed ? undefined : committed.stored
}

/**
 * A refusal that may be about the tenant, while its kind of grant is on hold: it stays as it is, but behind the other
 * due tenants. Otherwise, sweeps would probe with the same dead grant forever, and none would find a working one.
 */
export async function commitLastInLine(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<StoredTenant | undefined> {
  const dueAt = later(attempt.leased.tenant.dueAt, dependencies.clock.now())
  const committed = await commit(dependencies, attempt, dueAt, (row) => ({
    next: { ...withoutLease(row), ...(dueAt && { dueAt }) },
  }))
  return 'lost' in committed ? undefined : committed.stored
}

/** A tenant that isn't due has no due row. */
function later(dueAt: Date | undefined, now: Date): Date | undefined {
  return dueAt && dueAt < now ? now : dueAt
}

/**
 * The conditional write that decides. The old due row stands until after it, and then moves to a later due time in one
 * step. The due row of an earlier time, or of the first one, is inserted before it. So a crash at any line leaves at least
 * one due row that isn't later than the row says.
 */
async function commit(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  dueAt: Date | undefined,
  change: (row: Tenant) => TenantChange,
): Promise<LeasedWrite> {
  const { leased, time } = attempt
  const { clock, due } = dependencies
  const previousDueAt = leased.tenant.dueAt
  const moved = dueAt?.getTime() !== previousDueAt?.getTime()
  const dueRow = (at: Date) => dueRowOf(leased.tenant, leased.grant, at)
  const later = previousDueAt && dueAt && dueAt > previousDueAt ? dueRow(dueAt) : undefined
  if (dueAt && moved && !later) await time.repeat('inserting the due row', () => due.insert(dueRow(dueAt)))
  const written = await writeLeased(dependencies, attempt, change)
  if ('stored' in written && previousDueAt && moved) {
    const old = dueRow(previousDueAt)
    const end = () => (later ? due.move(old, later) : due.remove(old))
    await stepOutsideLease(clock, 'moving the due row', end).catch(() => undefined)
  }
  return written
}

function logNeedsOperator(
  { clock, log }: RefreshDependencies,
  { tenant, grant }: Leased,
  trouble: RefreshTrouble,
): void {
  const { attempts, reason, stuckSince, traceId } = trouble
  const now = clock.now()
  log('refresh.needs_operator', {
    tenantKey: tenantKey(tenant),
    environment: tenant.environment,
    identityProvider: grant.identityProvider,
    reason,
    traceId,
    attempts,
    stuckDays: Math.floor(secondsUntil(now, stuckSince ?? now) / 86_400),
  })
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
