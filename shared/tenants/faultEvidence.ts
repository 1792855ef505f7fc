import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'

/**
 * Known facts about a failed call that the broker made for a tenant. A grant that names a Microsoft Advertising
 * user was stored only after GetUser had returned that person.
 */
export function faultEvidence(tenant: VendedTenant, fault: Pick<AdvertisingFault, 'tokens'>): FaultEvidence {
  return { ...fault.tokens, isPersonKnown: Boolean(tenant.grant?.advertisingUserId) }
}
