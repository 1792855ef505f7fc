import { reasonByNumber } from '../domain/aadsts.ts'
import type { RefusalClass } from '../domain/reasons.ts'
import type { VerdictCode } from '../domain/verdicts.ts'
import { classifyTokenRefusal } from '../identity/refusal.ts'
import type { Finding } from './diagnoseIds.ts'

const byClass: Readonly<Record<RefusalClass, VerdictCode>> = {
  advertiser: 'reauthorization_required',
  advertiserAdmin: 'admin_consent_required',
  operator: 'environment_on_hold',
  passing: 'identity_provider_unavailable',
  backOff: 'identity_provider_unavailable',
}

/**
 * Judges a token endpoint's refusal that was pasted as a failed call, because people paste what they have. It uses the
 * same rules as for the broker's own refusals.
 */
export function judgeTokenError(body: Readonly<Record<string, unknown>>, status: number): Finding {
  // A tool that forwards a refusal uses its own status; only 429 comes from the endpoint.
  const refusal = classifyTokenRefusal(status === 429 ? 429 : 400, body)
  const { reason, errorCodes, unknown } = refusal
  if (unknown) return { verdict: 'unexplained' }
  const [code] = errorCodes
  const named = code === undefined ? '' : ` (AADSTS${code})`
  const unlisted =
    code === undefined || errorCodes.some((one) => reasonByNumber.has(one))
      ? ''
      : ' The number is not in Microsoft’s published list; it was judged by its range and by `error`.'
  return {
    verdict: byClass[refusal.class],
    detail: `A token endpoint refused: ${reason}${named}.${unlisted}`,
  }
}
