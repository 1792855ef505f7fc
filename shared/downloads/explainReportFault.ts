import { explainDiscoveryFault } from '../accounts/explainFault.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { Config } from '../config.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { exclusiveColumns } from './exclusiveColumns.ts'
import type { ReportWish } from './reportRequest.ts'

/** Microsoft adds data every few hours (guides/reports.md#reptimezones). */
const incompleteSeconds = 3600

/** Turns the Reporting service's refusal into the problem that says who acts. */
export function explainReportFault(
  { config, tenant }: { readonly config: Config; readonly tenant: VendedTenant },
  fault: AdvertisingFault,
  wish?: ReportWish,
): Problem {
  const { code, errors, retryAfterSeconds, trackingId } = fault
  const members = { reason: `advertising_${code}`, ...(trackingId && { traceId: trackingId }) }
  const detail = fault.meaning
  if (fault.class === 'backOff')
    return new Problem('too_many_requests', {
      detail,
      actor: 'nobody',
      members: { ...members, reason: 'throttled_by_microsoft' },
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    })
  if (code === 2004)
    return new Problem('report_not_complete', { retryAfterSeconds: incompleteSeconds, members })
  if (code === 2100 || code === 2101)
    return new Problem('download_not_found', { members: { ...members, reason: 'request_expired' } })
  if (code === 2064 && wish) {
    const exclusive = exclusiveColumns(wish.type, wish.columns)
    return new Problem('report_refused', {
      detail: `A report can’t have any of ${exclusive.attributes.join(', ')} together with any of ${exclusive.statistics.join(', ')}.`,
      members: { ...members, reason: 'columns_exclude_each_other', exclusive },
    })
  }
  if (fault.class === 'request')
    return new Problem('report_refused', {
      detail,
      members: { ...members, codes: errors.map((each) => `${each.code} ${each.errorCode}`.trim()) },
    })
  return explainDiscoveryFault(config, tenant, fault)
}
