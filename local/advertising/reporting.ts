import { randomUUID } from 'node:crypto'
import { answer, type Call, type Operation, refuse, refuseInput } from './operation.ts'

/** The operations of `/Reporting/v13`, and their reports. */
export interface Reporting {
  readonly operations: Readonly<Record<string, Operation>>
  /** The report's CSV, or undefined; needs no credentials, like the real download address. */
  download(reportId: string): string | undefined
}

interface Report {
  readonly objectId: string
  readonly csv: string
  polls: number
}

/**
 * A small reporting service: a report is pending on its first poll and ready on its second. Only the user who
 * submitted it can poll it (guides/report-requests).
 */
export function createReporting(): Reporting {
  const reports = new Map<string, Report>()
  return {
    operations: {
      '/GenerateReport/Submit': (call) => submit(reports, call),
      '/GenerateReport/Poll': (call) => poll(reports, call),
    },
    download: (reportId) => reports.get(reportId)?.csv,
  }
}

function submit(reports: Map<string, Report>, { body, identity, accountId }: Call) {
  if (typeof body.ReportRequest !== 'object' || !body.ReportRequest) {
    return refuseInput('apiInputValidationError')
  }
  const reportId = randomUUID()
  const csv = `AccountId,Impressions,Clicks\n${accountId},1000,10\n`
  reports.set(reportId, { objectId: identity.objectId, csv, polls: 0 })
  return answer({ ReportRequestId: reportId })
}

function poll(reports: Map<string, Report>, { body, identity, serviceUrl }: Call) {
  const reportId = String(body.ReportRequestId)
  const report = reports.get(reportId)
  if (!report || report.objectId !== identity.objectId) return refuse('userIsNotAuthorized')
  report.polls += 1
  const isReady = report.polls > 1
  return answer({
    ReportRequestStatus: {
      ReportDownloadUrl: isReady ? `${serviceUrl}/_downloads/${reportId}` : null,
      Status: isReady ? 'Success' : 'Pending',
    },
  })
}
