import { randomUUID } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Downloads, ReadyFile } from './downloads/downloads.ts'
import type { Inventories } from './inventory/inventory.ts'
import type { Manner } from './manner.ts'
import { answer, type Call, type Operation, type Reply, refuse, refuseInput } from './operation.ts'
import { hasRows, reportText } from './reports/file.ts'
import { parseReport } from './reports/parseReport.ts'
import type { ReportRequest } from './reports/request.ts'

/** Dependencies of Reporting and Bulk. */
export interface Makers {
  readonly inventories: Inventories
  readonly downloads: Downloads
  readonly clock: Clock
  readonly manner: Manner
}

interface Report {
  readonly objectId: string
  readonly submittedAt: number
  /** The file, once it is made; `none` if there is no data. */
  file: ReadyFile | 'none' | 'failed' | undefined
  polls: number
}

/** A request id lives one day (reporting-service/submitgeneratereport; guides/request-download-report says two). */
const lifeMilliseconds = 86_400_000

/**
 * The operations of `/Reporting/v13`. A report is pending on its first `pendingPolls` polls, and until its file is made.
 * Only the user who submitted it can poll it (guides/request-download-report). 2100 for an unknown or expired request and
 * 106 for another user's are assumptions.
 */
export function createReporting(makers: Makers): Readonly<Record<string, Operation>> {
  const reports = new Map<string, Report>()
  return {
    '/GenerateReport/Submit': (call) => submit(reports, makers, call),
    '/GenerateReport/Poll': (call) => poll(reports, makers, call),
  }
}

function submit(reports: Map<string, Report>, makers: Makers, call: Call): Reply {
  const { inventories, clock, manner } = makers
  const now = clock.now()
  const parsed = parseReport(call.body.ReportRequest, { ...call, now })
  if (!parsed.ok) return refuseInput(parsed.fault, parsed.details)
  const { request, today } = parsed
  if (request.onlyComplete) {
    if (request.days[1] >= today) return refuseInput('invalidDataAvailability')
    const incomplete = Math.max(...request.accountIds.map((id) => inventories.of(id).incompleteDays))
    if (request.days[1] >= today - incomplete) return refuseInput('noCompleteDataAvailable')
  }
  const { objectId } = call.identity
  const pending = [...reports.values()].filter((one) => one.objectId === objectId && isPending(one, makers))
  if (pending.length >= manner.maxPendingReports) return refuseInput('concurrentRequestOverLimit')
  const id = randomUUID()
  const report: Report = { objectId, submittedAt: now.getTime(), file: undefined, polls: 0 }
  reports.set(id, report)
  const source = { directory: call.directory, inventories }
  const served = call.environment === 'sandbox' ? inSandbox(request, today) : request
  if (!served || !hasRows(served, source)) report.file = 'none'
  else {
    makers.downloads
      .pack(`${id}.${request.separator === ',' ? 'csv' : 'tsv'}`, reportText(served, source, now), manner.zip)
      .then(
        (file) => {
          report.file = file
        },
        () => {
          report.file = 'failed'
        },
      )
  }
  return answer({ ReportRequestId: id })
}

/** The sandbox has data of the same day only, and of search queries none (guides/sandbox#reporting). */
function inSandbox(request: ReportRequest, today: number): ReportRequest | null {
  const hasData = request.days[1] === today && !request.type.startsWith('SearchQuery')
  return hasData ? { ...request, days: [today, today] } : null
}

function isPending({ polls, file }: Report, { manner }: Makers): boolean {
  return polls <= manner.pendingPolls || file === undefined
}

function poll(reports: Map<string, Report>, makers: Makers, { body, identity, serviceUrl }: Call): Reply {
  const report = reports.get(String(body.ReportRequestId))
  if (!report || makers.clock.now().getTime() - report.submittedAt > lifeMilliseconds)
    return refuseInput('invalidReportId')
  if (report.objectId !== identity.objectId) return refuse('userIsNotAuthorized')
  report.polls += 1
  const { file } = report
  const status = (Status: string, ReportDownloadUrl: string | null = null) =>
    answer({ ReportRequestStatus: { ReportDownloadUrl, Status } })
  if (isPending(report, makers) || file === undefined) return status('Pending')
  if (file === 'failed') return status('Error')
  return status('Success', file === 'none' ? null : makers.downloads.address(serviceUrl, file))
}
