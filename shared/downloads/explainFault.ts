import { explainDiscoveryFault } from '../accounts/explainFault.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import { quoteErrors } from '../advertising/quoteErrors.ts'
import type { Config } from '../config.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem, type ProblemCode, problems } from '../problems.ts'
import { faultEvidence } from '../tenants/faultEvidence.ts'
import { exclusiveColumns } from './exclusiveColumns.ts'
import type { ReportWish } from './reportRequest.ts'

/** Microsoft adds data every few hours (guides/reports.md#reptimezones). */
const incompleteSeconds = 3600

/** Requests that are unknown or over: of reports, and of bulk files (guides/operation-error-codes.md). */
const expiredRequest: ReadonlySet<number | undefined> = new Set([2100, 2101, 3205, 4201])

/** More keywords than a file can have: in an account, and in campaigns (guides/operation-error-codes.md). */
const tooLarge: ReadonlySet<number | undefined> = new Set([3207, 3216])

/** The call that was refused. */
export interface RefusedCall {
  readonly config: Config
  readonly tenant: VendedTenant
  readonly accountId: string
  /** What the pass-through's diagnosis says, which knows more of the tokens than the answer. */
  readonly verdict?: string | undefined
}

/**
 * Turns the Reporting or Bulk service's refusal into the problem that says who acts, with Microsoft's codes and words.
 */
export function explainFault(
  { config, tenant, accountId, verdict }: RefusedCall,
  fault: AdvertisingFault,
  report?: ReportWish,
): Problem {
  const { code, retryAfterSeconds } = fault
  if (fault.class === 'backOff')
    return new Problem('too_many_requests', {
      ...quote(meaningFor('too_many_requests', fault), fault, { reason: 'throttled_by_microsoft' }),
      actor: 'nobody',
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    })
  if (code === 2004)
    return new Problem('report_not_complete', {
      ...quote(meaningFor('report_not_complete', fault), fault),
      retryAfterSeconds: incompleteSeconds,
    })
  if (expiredRequest.has(code))
    return new Problem(
      'download_not_found',
      quote(meaningFor('download_not_found', fault), fault, { reason: 'request_expired' }),
    )
  if (code === 2064 && report) return excludedColumns(report, fault)
  if (fault.class === 'request') return refusedRequest(fault)
  const { about, actor } = judgeFault(fault, faultEvidence(tenant, fault))
  const isInactive = about === 'account' || (about !== 'rights' && verdict === 'account_not_usable')
  if (!isInactive && about !== 'rights') return explainDiscoveryFault(config, tenant, fault)
  // The consent works, because the token was obtained with it; only this account is refused.
  const accounts = report?.accounts ? 'one of the report’s accounts' : `the account ${accountId}`
  const ours = `Microsoft Advertising refuses ${accounts}: ${isInactive ? 'It’s inactive.' : fault.meaning}`
  return new Problem('account_not_found', {
    ...quote(ours, fault),
    actor: isInactive ? 'advertiser' : actor,
  })
}

/** What the fault means, or the problem if it's about the request in particular. */
function meaningFor(code: ProblemCode, fault: AdvertisingFault): string {
  return fault.class === 'request' || !fault.isDocumented ? problems[code].title : fault.meaning
}

/** Our sentence, then what Microsoft says. */
function quote(ours: string, { code, errors, trackingId }: AdvertisingFault, members: object = {}) {
  const { codes, detail } = quoteErrors(ours, errors)
  return {
    detail,
    members: {
      reason: `advertising_${code}`,
      ...(trackingId && { traceId: trackingId }),
      ...(codes.length > 0 && { codes }),
      ...members,
    },
  }
}

function excludedColumns({ type, columns }: ReportWish, fault: AdvertisingFault): Problem {
  const exclusive = exclusiveColumns(type, columns)
  const ours = `A report can’t have any of ${exclusive.attributes.join(', ')} together with any of ${exclusive.statistics.join(', ')}.`
  return new Problem(
    'report_refused',
    quote(ours, fault, { reason: 'columns_exclude_each_other', exclusive }),
  )
}

function refusedRequest(fault: AdvertisingFault): Problem {
  const { service, code } = fault
  const refuse = (problem: ProblemCode, members = {}) =>
    new Problem(problem, quote(meaningFor(problem, fault), fault, members))
  if (service !== 'bulk') return refuse('report_refused')
  if (code === 3209) return refuse('full_download_required', { reason: 'changed_since_too_old' })
  return refuse('entities_refused', tooLarge.has(code) ? { reason: 'too_large' } : {})
}
