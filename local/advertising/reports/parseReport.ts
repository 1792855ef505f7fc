import type { FaultName } from '../faults.ts'
import { type JsonObject, parseId } from '../json.ts'
import { type Directory, type Identity, opens, rolesOf } from '../world.ts'
import { isStatistic } from './cells.ts'
import { impressionShare, reportColumns, restrictedAttributes } from './columns.ts'
import { parseFilter } from './filter.ts'
import { fitsAggregation, parseTime } from './parseTime.ts'
import { type Aggregation, aggregations } from './periods.ts'
import type { ReportRequest } from './request.ts'

/** A checked request, or the fault with its `Details`. */
export type Parsed =
  | { readonly ok: true; readonly request: ReportRequest; readonly today: number }
  | { readonly ok: false; readonly fault: FaultName; readonly details?: string }

/** What a request is checked against. */
export interface Asker {
  readonly directory: Directory
  readonly identity: Identity
  readonly now: Date
}

/**
 * Checks a derived report request, in the order columns, time, scope, which is an assumption. The limits of the scope are
 * those of reporting-service/accountthroughcampaignreportscope.
 */
export function parseReport(body: unknown, asker: Asker): Parsed {
  if (typeof body !== 'object' || !body) return stop('nullReportRequest')
  const report = body as JsonObject
  const type = String(report.Type)
  const known = reportColumns[type]
  if (!known) return stop('unknownReportType')
  if (String(report.ReportName ?? '').length > 200) return stop('invalidReportName')
  const columns = (Array.isArray(report.Columns) ? report.Columns : []).map(String)
  const asked = aggregations.find((name) => name === (report.Aggregation ?? 'Summary'))
  if (!asked) return stop('invalidReportAggregation')
  const refused = judgeColumns({ type, columns, known, asked })
  if (refused) return refused
  const time = parseTime(report.Time, asker.now)
  if ('fault' in time) return stop(time.fault)
  if (!fitsAggregation(asked, report.Time)) return stop('invalidReportAggregation')
  const scope = parseScope(report.Scope, asker)
  if ('fault' in scope) return stop(scope.fault)
  const filter = parseFilter(report.Filter, type)
  if (!filter) return stop('invalidFilterOrScopeValue')
  const aggregation = columns.includes('TimePeriod') ? asked : 'Summary'
  const request = {
    type,
    columns,
    aggregation,
    days: time.days,
    ...scope,
    filter,
    ...manner(report, asker.now),
  }
  return { ok: true, request, today: time.today! }
}

function judgeColumns({
  type,
  columns,
  known,
  asked,
}: {
  type: string
  columns: readonly string[]
  known: ReadonlySet<string>
  asked: Aggregation
}): Parsed | undefined {
  if (columns.length === 0) return stop('nullColumns')
  if (columns.some((column) => !known.has(column))) return stop('apiInputValidationError')
  const twice = columns.filter((column, index) => columns.indexOf(column) !== index)
  if (twice.length > 0) return stop('duplicateColumns', twice.join(','))
  if (type.startsWith('SearchQuery') && !columns.includes('SearchQuery'))
    return stop('requiredColumnsNotSelected')
  if (!columns.some((column) => isStatistic(column) && !impressionShare.has(column)))
    return stop('noMeasureSelected')
  if (asked === 'Summary' && columns.includes('TimePeriod')) return stop('timePeriodInSummary')
  const shares = columns.some((column) => impressionShare.has(column))
  if (shares && columns.some((column) => restrictedAttributes[type]?.has(column))) {
    return stop('restrictedColumnCombinations')
  }
  const isHourly = asked === 'Hourly' || asked === 'HourOfDay'
  return isHourly && columns.includes('ImpressionSharePercent')
    ? stop('invalidGrainForImpressionShare')
    : undefined
}

function parseScope(value: unknown, { directory, identity }: Asker) {
  const { AccountIds, Campaigns } = (typeof value === 'object' && value ? value : {}) as JsonObject
  const campaigns = Array.isArray(Campaigns) ? (Campaigns as JsonObject[]) : []
  const listed = Array.isArray(AccountIds) ? AccountIds : []
  const ids = [...listed, ...campaigns.map(({ AccountId }) => AccountId)].map(parseId)
  if (ids.length === 0) return { fault: 'invalidAccountReportScope' } as const
  if (listed.length > 1000) return { fault: 'accountsOverLimit' } as const
  if (campaigns.length > 300) return { fault: 'maximumCampaignsLimitReached' } as const
  const isOpen = (id: bigint | null) => {
    const account = id === null ? undefined : directory.accounts.get(id)
    return account !== undefined && rolesOf(identity).some((role) => opens(role, account))
  }
  if (!ids.every(isOpen)) return { fault: 'accountNotAuthorized' } as const
  const campaignIds = new Set(campaigns.map(({ CampaignId }) => String(CampaignId)))
  return { accountIds: [...new Set(ids)] as bigint[], campaignIds: campaigns.length > 0 ? campaignIds : null }
}

function manner(report: JsonObject, now: Date) {
  return {
    name: String(report.ReportName ?? `${report.Type}-${now.toISOString()}`),
    separator: report.Format === 'Tsv' ? '\t' : ',',
    formatVersion: report.FormatVersion === '2.0' ? '2.0' : '1.0',
    excludeHeader: report.ExcludeReportHeader === true,
    excludeFooter: report.ExcludeReportFooter === true,
    excludeColumnHeaders: report.ExcludeColumnHeaders === true,
    onlyComplete: report.ReturnOnlyCompleteData === true,
  } as const
}

function stop(fault: FaultName, details?: string): Parsed {
  return { ok: false, fault, ...(details !== undefined && { details }) }
}
