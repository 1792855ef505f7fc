import type { AdvertisingFault } from '../advertising/faults.ts'
import type { IdentityFault } from '../advertising/identityFault.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { Clock } from '../clock.ts'
import { isSameConsent, type Tenant, type TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { withAdvertisingRefusal } from '../domain/transitions.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'
import { faultEvidence } from './faultEvidence.ts'

/** Dependencies of noting an answer. */
export interface AdvertisingResultDependencies extends ChangeDependencies {
  readonly accessTokens: { forget(name: TenantName): void }
  readonly clock: Clock
}

/**
 * Notes on the tenant whether Microsoft Advertising takes the person who consented, when that has changed: one event
 * when it begins to refuse them (codes 108, 120 and 122 to 126, and a 105 that nothing else explains), one when it takes them again, however often it is met.
 * A hint beside whatever is being done: a row that others change or that cannot be written stays as it is.
 * @param tenant the row that the call was made from.
 * @param fault of the call; undefined when it succeeded. A fault about anything else says nothing of the person.
 */
export async function recordAdvertisingResult(
  dependencies: AdvertisingResultDependencies,
  tenant: Tenant,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  const identity = fault && judgeFault(fault, faultEvidence(tenant, fault)).identity
  if (fault && !identity) return
  if (tenant.advertisingRefusal?.reason === identity?.reason) return
  await write(dependencies, tenant, identity, fault).catch(() => undefined)
}

async function write(
  dependencies: AdvertisingResultDependencies,
  seen: Tenant,
  identity: IdentityFault | undefined,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  const changed = await changeTenant(dependencies, seen, (row) => {
    // The answer was to a token of this grant, and not of one that another person has given since.
    if (row.status !== 'connected' || !isSameConsent(row, seen)) return undefined
    if (row.advertisingRefusal?.reason === identity?.reason) return undefined
    const at = dependencies.clock.now()
    const next = withAdvertisingRefusal(row, identity && { reason: identity.reason, since: at })
    const event = identity ? refusedEvent(identity, fault?.trackingId ?? '', at) : acceptedEvent(at)
    return { next, events: [event] }
  })
  if (changed.outcome === 'changed') dependencies.accessTokens.forget(seen)
}

function refusedEvent({ advice, reason, signInWith }: IdentityFault, traceId: string, at: Date): TenantEvent {
  return {
    type: 'advertising.sign_in_refused',
    at,
    detail: `Microsoft Advertising no longer accepts the person who consented (${reason}). ${advice}`,
    data: { reason, signInWith, ...(traceId && { traceId }) },
  }
}

function acceptedEvent(at: Date): TenantEvent {
  const detail = 'Microsoft Advertising accepts the person who consented again.'
  return { type: 'advertising.sign_in_accepted', at, detail }
}
