import type { LoggedRequest } from './request-log.ts'

const reportStatuses = {
  pending: 'Pending',
  failed: 'Error',
  failedFullSyncRequired: 'Error',
  noData: 'Success',
} as const

const bulkStatuses = {
  pending: 'InProgress',
  failed: 'Failed',
  failedFullSyncRequired: 'FailedFullSyncRequired',
  noData: 'Completed',
} as const

/** The answer of a poll that a fault decides: a report's status, or a bulk download's. */
export function pollAnswer(kind: keyof typeof bulkStatuses, { service }: LoggedRequest): object {
  if (service === 'reporting') {
    return { ReportRequestStatus: { ReportDownloadUrl: null, Status: reportStatuses[kind] } }
  }
  return {
    Errors: [],
    ForwardCompatibilityMap: [],
    PercentComplete: kind === 'pending' ? 50 : 0,
    RequestStatus: bulkStatuses[kind],
    ResultFileUrl: null,
  }
}
