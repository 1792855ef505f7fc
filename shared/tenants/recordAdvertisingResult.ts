import type { AdvertisingFault } from '../advertising/faults.ts'
import type { IdentityFault } from '../advertising/identityFault.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { Clock } from '../clock.ts'
import { isSameConsent, type TenantName } from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { withAdvertisingRefusal } from '../domain/transitions.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { type ChangeDependencies, changeTenant } from './changeTenant.ts'
import { faultEvidence } from './faultEvidence.ts'

/** Dependencies of recording an answer. */
export interface AdvertisingResultDependencies extends ChangeDependencies {
  readonly accessTokens: { forget(name: TenantName): void }
  readonly clock: Clock
}

/**
 * Records on the tenant whether Microsoft Advertising accepts the person who consented, if that has changed: one event
 * when it starts to refuse them (codes 108, 120, and 122 to 126, and a 105 without another explanation) and one when it
 * accepts them again, no matter how often this happens. Best effort: if another process changes the row, or it can't be
 * written, nothing is recorded.
 * @param tenant the row that the call was made from.
 * @param fault the call's fault; undefined if it succeeded. A fault about anything else says nothing about the person.
 */
export async function recordAdvertisingResult(
  dependencies: AdvertisingResultDependencies,
  tenant: VendedTenant,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  const identity = fault && judgeFault(fault, faultEvidence(tenant, fault)).identity
  if (fault && !identity) return
  if (tenant.advertisingRefusal?.reason === identity?.reason) return
  await write(dependencies, tenant, identity, fault).catch(() => undefined)
}

async function write(
  dependencies: AdvertisingResultDependencies,
  seen: VendedTenant,
  identity: IdentityFault | undefined,
  fault: AdvertisingFault | undefined,
): Promise<void> {
  const changed = await changeTenant(dependencies, seen, (row) => {
    // The answer was to a token of this grant, not of a grant that another person has given since.
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
