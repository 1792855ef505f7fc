import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { Tenant } from '../domain/tenant.ts'

/**
 * What is known beside a fault of a call that the broker made for a tenant. A grant that names a Microsoft Advertising
 * user was kept only after GetUser had answered for that person.
 */
export function faultEvidence(tenant: Tenant, fault: Pick<AdvertisingFault, 'tokens'>): FaultEvidence {
  return { ...fault.tokens, isPersonKnown: Boolean(tenant.grant?.advertisingUserId) }
}
