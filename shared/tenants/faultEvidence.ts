import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { Tenant } from '../domain/tenant.ts'

/**
 * Known facts about a failed call that the broker made for a tenant. A grant that names a Microsoft Advertising
 * user was stored only after GetUser had returned that person.
 */
export function faultEvidence(tenant: Tenant, fault: Pick<AdvertisingFault, 'tokens'>): FaultEvidence {
  return { ...fault.tokens, isPersonKnown: Boolean(tenant.grant?.advertisingUserId) }
}
