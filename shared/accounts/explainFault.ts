import type { AdvertisingFault } from '../advertising/faults.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { Config } from '../config.ts'
import { connectHint } from '../domain/connectHint.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { faultEvidence } from '../tenants/faultEvidence.ts'

/** Used if Microsoft names no wait: its own default wait after throttling (guides/services-protocol.md). */
const usualWaitSeconds = 60

/**
 * Turns a discovery's fault into the problem that says who acts. If the person who consented is refused, the problem
 * asks for another sign-in and says which. The tenant keeps its status, because its grant works and its row is correct.
 */
export function explainDiscoveryFault(
  config: Config,
  tenant: VendedTenant,
  fault: AdvertisingFault,
): Problem {
  const members = {
    reason: `advertising_${fault.code ?? fault.status}`,
    ...(fault.trackingId && { traceId: fault.trackingId }),
  }
  const { about, actor, identity } = judgeFault(fault, faultEvidence(tenant, fault))
  if (identity) {
    const { advice, reason, signInWith } = identity
    const connect = connectHint(config, tenant, { signInWith })
    return new Problem('reauthorization_required', {
      detail: advice,
      members: { ...members, reason, signInWith, connect },
    })
  }
  switch (about) {
    case 'credentials':
    case 'undecided':
      return new Problem('developer_token_unusable', { detail: fault.meaning, members })
    case 'service':
      return new Problem('advertising_unavailable', {
        detail: fault.meaning,
        retryAfterSeconds: fault.retryAfterSeconds ?? usualWaitSeconds,
        members,
      })
    case 'account':
    case 'rights':
      return new Problem('reauthorization_required', {
        detail: fault.meaning,
        actor,
        members: { ...members, connect: connectHint(config, tenant, { allowDifferentUser: true }) },
      })
    default:
      return new Problem('unexpected_upstream_answer', { detail: fault.meaning, members })
  }
}
