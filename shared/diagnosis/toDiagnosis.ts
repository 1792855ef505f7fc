import type { AdvertisingFault } from '../advertising/faults.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import { verdicts } from '../domain/verdicts.ts'
import type { Finding } from './diagnoseIds.ts'
import type { Diagnosis, DiagnosisContext } from './facts.ts'

/** Combines a finding and the observed facts into a diagnosis. */
export function toDiagnosis(
  finding: Finding,
  fault: Pick<
    AdvertisingFault,
    'evidence' | 'trackingId' | 'retryAfterSeconds' | 'class' | 'code' | 'reason'
  >,
  context: Pick<DiagnosisContext, 'identityProvider'>,
): Diagnosis {
  const { credential, actor, explanation, next } = verdicts[finding.verdict]
  const identity = finding.identity ?? identityFaultOf(fault)
  return {
    verdict: finding.verdict,
    credential,
    actor,
    explanation: finding.detail ? `${explanation} ${finding.detail}` : explanation,
    next: [...(identity ? [identity.advice] : []), ...googleHint(finding, context), ...next],
    evidence: fault.evidence,
    ...(fault.trackingId && { trackingId: fault.trackingId }),
    ...(fault.retryAfterSeconds !== undefined && { retryAfterSeconds: Math.ceil(fault.retryAfterSeconds) }),
    ...(identity && { signInWith: identity.signInWith }),
  }
}

function googleHint(
  { verdict }: Finding,
  { identityProvider }: Pick<DiagnosisContext, 'identityProvider'>,
): readonly string[] {
  const isToldApart = verdict === 'credentials_refused' || verdict === 'access_token_revoked'
  return identityProvider === 'google' && isToldApart
    ? ['Send `IdentityProvider: Google`, as in `headers` of the vend response.']
    : []
}
