import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import { type DiagnosisDependencies, diagnosisContext } from '../diagnosis/context.ts'
import { diagnoseFailedCall } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/facts.ts'
import { parseRetryAfterSeconds } from '../domain/retryAfter.ts'
import { faultEvidence } from '../tenants/faultEvidence.ts'
import type { FailureText } from './failureText.ts'
import type { CallTarget, PreparedCall } from './prepareCall.ts'

/** A passed-through call: its address, and the known facts about its tokens. */
export interface ForwardedCall {
  readonly url: URL
  readonly tokens: FaultEvidence
}

/** Explains a failed passed-through call, considering only its own account: the broker has set the ids. */
export async function explainFailure(
  dependencies: DiagnosisDependencies,
  prepared: PreparedCall,
  { service }: CallTarget,
  { url, tokens }: ForwardedCall,
  { status, headers, text }: FailureText,
): Promise<Diagnosis> {
  const { tenant, customerId, accountId } = prepared
  const { accountsGeneration: generation } = tenant
  const found =
    generation && accountId ? await dependencies.accounts.findById(tenant, generation, accountId) : []
  const context = await diagnosisContext(dependencies, tenant, found)
  const sent = {
    host: url.origin,
    path: url.pathname,
    ...(customerId && { customerId }),
    ...(accountId && { accountId }),
  }
  const trackingId = headers.get('trackingid') ?? ''
  const call = { service, status, body: text, sent, ...(trackingId && { trackingId }) }
  return asOfTheBroker(
    diagnoseFailedCall(call, {
      ...context,
      isCallOfBroker: true,
      evidence: faultEvidence(tenant, { tokens }),
    }),
  )
}

/** The tokens are the broker's, so an app can't fix them. A refused access token is replaced automatically. */
function asOfTheBroker(diagnosis: Diagnosis): Diagnosis {
  const { actor, credential } = diagnosis
  if (actor !== 'app') return diagnosis
  if (credential === 'developerToken') return { ...diagnosis, actor: 'operator' }
  if (credential !== 'accessToken') return diagnosis
  return { ...diagnosis, actor: diagnosis.verdict === 'credentials_refused' ? 'operator' : 'nobody' }
}

/**
 * The header that explains a failure: `X-Diagnosis` as an item with parameters (RFC 9651, section 3.3), e.g.
 * `throttled_calls;actor=nobody;credential=none`.
 */
export function diagnosisHeader({
  verdict,
  actor,
  credential,
}: Pick<Diagnosis, 'verdict' | 'actor' | 'credential'>): Record<string, string> {
  return { 'x-diagnosis': `${verdict};actor=${actor};credential=${credential}` }
}

/** Microsoft's `Retry-After`, limited to an hour, or ours if Microsoft names no wait; nothing if there is neither. */
export function retryAfterHeader(seconds: number | undefined, answered: Headers): Record<string, string> {
  const wait = parseRetryAfterSeconds(answered.get('retry-after')) ?? seconds
  return wait === undefined ? {} : { 'retry-after': String(Math.ceil(wait)) }
}
