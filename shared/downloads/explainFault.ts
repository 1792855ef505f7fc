import { explainDiscoveryFault } from '../accounts/explainFault.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { Config } from '../config.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { exclusiveColumns } from './exclusiveColumns.ts'
import type { ReportWish } from './reportRequest.ts'

/** Microsoft adds data every few hours (guides/reports.md#reptimezones). */
const incompleteSeconds = 3600

/** Requests that are unknown or over: of reports, and of bulk files (guides/operation-error-codes.md). */
const expiredRequest: ReadonlySet<number | undefined> = new Set([2100, 2101, 3205, 4201])

/** More keywords than a file can have: in an account, and in campaigns (guides/operation-error-codes.md). */
const tooLarge: ReadonlySet<number | undefined> = new Set([3207, 3216])

/** Turns the Reporting or Bulk service's refusal into the problem that says who acts. */
export function explainFault(
  { config, tenant }: { readonly config: Config; readonly tenant: VendedTenant },
  fault: AdvertisingFault,
  report?: ReportWish,
): Problem {
  const { code, retryAfterSeconds, trackingId } = fault
  const members = { reason: `advertising_${code}`, ...(trackingId && { traceId: trackingId }) }
  if (fault.class === 'backOff')
    return new Problem('too_many_requests', {
      detail: fault.meaning,
      actor: 'nobody',
      members: { ...members, reason: 'throttled_by_microsoft' },
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    })
  if (code === 2004)
    return new Problem('report_not_complete', { retryAfterSeconds: incompleteSeconds, members })
  if (expiredRequest.has(code))
    return new Problem('download_not_found', { members: { ...members, reason: 'request_expired' } })
  if (code === 2064 && report) return excludedColumns(report, { ...members, codes: codesOf(fault) })
  if (fault.class === 'request') return refusedRequest(fault, members)
  return explainDiscoveryFault(config, tenant, fault)
}

function excludedColumns({ type, columns }: ReportWish, members: object): Problem {
  const exclusive = exclusiveColumns(type, columns)
  return new Problem('report_refused', {
    detail: `A report can’t have any of ${exclusive.attributes.join(', ')} together with any of ${exclusive.statistics.join(', ')}.`,
    members: { ...members, reason: 'columns_exclude_each_other', exclusive },
  })
}

function codesOf({ errors }: AdvertisingFault): readonly string[] {
  return errors.map((each) => `${each.code} ${each.errorCode}`.trim())
}

function refusedRequest(fault: AdvertisingFault, members: object): Problem {
  const { service, code, meaning } = fault
  const own = { detail: meaning, members: { ...members, codes: codesOf(fault) } }
  if (service !== 'bulk') return new Problem('report_refused', own)
  if (code === 3209) return fullDownloadRequired('changed_since_too_old', own.members)
  const reason = tooLarge.has(code) && { reason: 'too_large' }
  return new Problem('entities_refused', { ...own, members: { ...own.members, ...reason } })
}

/** Microsoft can't make a file of what changed. */
export function fullDownloadRequired(
  reason: 'changed_since_too_old' | 'full_sync_required',
  members: object = {},
): Problem {
  return new Problem('full_download_required', { members: { ...members, reason } })
}
