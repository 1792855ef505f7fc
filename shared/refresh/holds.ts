import { sha256 } from '../access/browser.ts'
import { coveredWaitSeconds, type HoldScope, isHoldTold, kindOfGrant, nextHold } from '../domain/holds.ts'
import { isOutageReason, meaningOf } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { Leased } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Registration } from '../environment.ts'
import type { Attempt } from './attempt.ts'
import { isFirstRefusal, isOutage, isWithoutCause, refusalsBeforeHold } from './decide.ts'
import type { RefreshDependencies } from './dependencies.ts'
import { stepOutsideLease } from './leaseTime.ts'
import type { RefusedTenants } from './refusedTenants.ts'

/** The registration through which the tenant's grant was given. */
export function registrationOf({
  tenant: { environment },
  grant: { identityProvider },
}: Pick<Leased, 'tenant' | 'grant'>): Registration {
  return { environment, identityProvider }
}

/** The holds that can stop a tenant's refresh: its registration's, and that of its kind of grant. */
export function scopesOf(leased: Pick<Leased, 'tenant' | 'grant'>): readonly HoldScope[] {
  const registration = registrationOf(leased)
  return [registration, { ...registration, kind: kindOfGrant(leased.grant) }]
}

/** Puts refreshes on hold. A hold that has already begun continues. */
export async function placeHold(
  { clock, environments, log }: RefreshDependencies,
  { time }: Attempt,
  { refusal: { reason, traceId }, scope }: { readonly refusal: TokenRefusal; readonly scope: HoldScope },
): Promise<void> {
  const fault = { ...scope, reason, traceId }
  const previous = await time.step('reading the hold', () => environments.read(scope))
  const hold = nextHold(previous, fault, clock.now())
  await time.step('placing the hold', () => environments.placeHold(hold))
  if (!isHoldTold(previous, hold)) log('environment.held', { ...fault, kind: scope.kind ?? '' })
}

/** The operator's problem is solved: a refresh has just worked. */
export async function endHolds(
  { clock, environments, log }: RefreshDependencies,
  leased: Pick<Leased, 'tenant' | 'grant'>,
): Promise<void> {
  for (const scope of scopesOf(leased)) {
    const wasHeld = await stepOutsideLease(clock, 'ending the hold', () => environments.release(scope))
    if (wasHeld) log('environment.released', { ...scope, kind: scope.kind ?? '' })
  }
}

/**
 * Counts a tenant whose refusal may be our registration's fault. Enough of them in a row hold the environment,
 * and so does each new one until a success ends the hold.
 * @returns whether the registration is on hold for it, so that the tenant's own wait doesn't grow.
 */
export async function holdRefusedRegistration(
  dependencies: RefreshDependencies & { readonly refusedTenants: RefusedTenants },
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<boolean> {
  const { leased, time } = attempt
  if (meaningOf(refusal.reason).about !== 'our_registration') return false
  const registration = registrationOf(leased)
  const hold = await time.step('reading the hold', () => dependencies.environments.read(registration))
  const isHeld = hold !== undefined && !isOutageReason(hold.reason)
  if (!isFirstRefusal(leased.tenant, refusal)) return isHeld
  const count = dependencies.refusedTenants.add(registration, tenantKey(leased.tenant))
  if (!isHeld && count < refusalsBeforeHold) return false
  await placeHold(dependencies, attempt, { refusal, scope: registration })
  return true
}

/**
 * Counts a person whose grant worked before and is refused without a cause. Enough people of one kind in a row, without
 * a success of that kind, hold the kind: the provider is the likelier cause, and no grant must end for it. All
 * processes count together.
 * @returns whether the kind is on hold, so that the refusal says nothing about this grant.
 */
export async function holdRefusedKind(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<boolean> {
  const { leased, time } = attempt
  if (!isWithoutCause(refusal) || leased.grant.unproven) return false
  const { environments } = dependencies
  const scope = { ...registrationOf(leased), kind: kindOfGrant(leased.grant) }
  const count = () => environments.countRefused(scope, personOf(leased))
  const isHeld = await time.step('reading the hold', () => environments.read(scope))
  if (!isHeld && (await time.step('counting the refusal', count)) < refusalsBeforeHold) return false
  await placeHold(dependencies, attempt, { refusal, scope })
  return true
}

/**
 * Counts a tenant for whom the provider failed. Enough tenants in a row, without a success in between, hold the
 * registration: then one probe asks for all of them, none of them waits longer than the hold, and the first success
 * ends everyone's wait. All processes count together.
 * @returns whether the registration is on hold, so that the tenant needs no wait of its own. It does if the answer asks
 *   for a longer one.
 */
export async function holdFailingProvider(
  dependencies: RefreshDependencies,
  attempt: Attempt,
  refusal: TokenRefusal,
): Promise<boolean> {
  const { leased, time } = attempt
  if (!isOutage(leased.tenant, refusal)) return false
  const { environments } = dependencies
  const scope = registrationOf(leased)
  const count = () => environments.countRefused(scope, tenantKey(leased.tenant))
  const isHeld = await time.step('reading the hold', () => environments.read(scope))
  if (!isHeld && (await time.step('counting the failure', count)) < refusalsBeforeHold) return false
  await placeHold(dependencies, attempt, { refusal, scope })
  return (refusal.retryAfterSeconds ?? 0) <= coveredWaitSeconds
}

/** A person may have connected many tenants, and ends all of them with one change of the password. */
function personOf({ tenant, grant: { consenter } }: Pick<Leased, 'tenant' | 'grant'>): string {
  return consenter.subject ? sha256(`${consenter.issuer} ${consenter.subject}`) : tenantKey(tenant)
}
