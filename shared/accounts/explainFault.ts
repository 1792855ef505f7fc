import type { AdvertisingFault } from '../advertising/faults.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import { quoteErrors } from '../advertising/quoteErrors.ts'
import type { Config } from '../config.ts'
import { connectHint } from '../domain/connectHint.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { faultEvidence } from '../tenants/faultEvidence.ts'

/** Used if Microsoft names no wait: its own default wait after throttling (guides/services-protocol.md). */
const usualWaitSeconds = 60

/**
 * Turns a discovery's fault into the problem that says who acts. If the person who consented is refused, the problem
 * asks for another sign-in and says which. Microsoft's codes and words are in it. The tenant keeps its status, because
 * its grant works and its row is correct.
 */
export function explainDiscoveryFault(
  config: Config,
  tenant: VendedTenant,
  fault: AdvertisingFault,
): Problem {
  const { codes, detail } = quoteErrors(fault.meaning, fault.errors)
  const members = {
    reason: `advertising_${fault.code ?? fault.status}`,
    ...(codes.length > 0 && { codes }),
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
      return new Problem('developer_token_unusable', { detail, members })
    case 'service':
      return new Problem('advertising_unavailable', {
        detail,
        retryAfterSeconds: fault.retryAfterSeconds ?? usualWaitSeconds,
        members,
      })
    case 'account':
    case 'rights':
      return new Problem('reauthorization_required', {
        detail,
        actor,
        members: { ...members, connect: connectHint(config, tenant, { allowDifferentUser: true }) },
      })
    default:
      return new Problem('unexpected_upstream_answer', { detail, members })
  }
}
