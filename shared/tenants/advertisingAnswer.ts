import type { AdvertisingFault } from '../advertising/faults.ts'
import { type IdentityFault, identityFaultOf } from '../advertising/identityFault.ts'
import type { Clock } from '../clock.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import type { TenantStore } from '../domain/tenantStore.ts'

/** What noting an answer touches. */
export interface AdvertisingAnswerDependencies {
  readonly tenants: TenantStore
  readonly obtain: { forget(name: TenantName): void }
  readonly clock: Clock
}

const commitTries = 3

/**
 * Notes on the tenant whether Microsoft Advertising takes the person who consented, when that has changed: one event
 * when it begins to refuse them (codes 108, 120 and 122 to 126), one when it takes them again, however often it is met.
 * A hint beside whatever is being done: a row that others change or that cannot be written stays as it is.
 * @param tenant the row that the call was made from.
 * @param fault of the call; undefined when it succeeded. A fault about anything else says nothing of the person.
 */
export async function noteAdvertisingAnswer(
  dependencies: AdvertisingAnswerDependencies,
  tenant: Tenant,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  const identity = fault && identityFaultOf(fault)
  if (fault && !identity) return
  if (tenant.advertisingRefusal?.reason === identity?.reason) return
  await write(dependencies, tenant, identity, fault).catch(() => undefined)
}

async function write(
  { tenants, obtain, clock }: AdvertisingAnswerDependencies,
  seen: Tenant,
  identity: IdentityFault | undefined,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  for (let tries = 0; tries < commitTries; tries++) {
    const stored = await tenants.read(seen)
    if (!stored || !isSameGrant(stored.tenant, seen)) return
    const { advertisingRefusal, ...rest } = stored.tenant
    if (advertisingRefusal?.reason === identity?.reason) return
    const at = clock.now()
    const refusal = identity && { reason: identity.reason, since: at }
    const next = { ...rest, ...(refusal && { advertisingRefusal: refusal }) }
    const event = identity ? refusedEvent(identity, fault?.trackingId ?? '', at) : acceptedEvent(at)
    if ((await tenants.replace(stored, next, [event])) === 'conflict') continue
    obtain.forget(seen)
    return
  }
}

/** The answer was to a token of this grant, and not of one that another person has given since. */
function isSameGrant(now: Tenant, seen: Tenant): boolean {
  return now.status === 'connected' && now.grant?.consentedAt.getTime() === seen.grant?.consentedAt.getTime()
}

function refusedEvent({ advice, reason, signInWith }: IdentityFault, traceId: string, at: Date): TenantEvent {
  return {
    type: 'advertising.sign_in_refused',
    at,
    detail: `Microsoft Advertising does not take the person who consented (${reason}). ${advice}`,
    data: { reason, signInWith, ...(traceId && { traceId }) },
  }
}

function acceptedEvent(at: Date): TenantEvent {
  const detail = 'Microsoft Advertising takes the person who consented again.'
  return { type: 'advertising.sign_in_accepted', at, detail }
}
