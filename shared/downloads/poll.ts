import * as z from 'zod'
import type { Tenant } from '../domain/tenant.ts'
import type { PassThroughDependencies } from '../passthrough/passThrough.ts'
import { Problem } from '../problems.ts'
import { type Customer, callService } from './callService.ts'
import { fullDownloadRequired } from './explainFault.ts'
import type { StartedDownload } from './handle.ts'

/** How far Microsoft is with a file; a report without an address has no data. */
export type PolledDownload =
  | { readonly isReady: false; readonly percent?: number | undefined }
  | { readonly isReady: true; readonly url: string | undefined }

const polledReport = z.object({
  ReportRequestStatus: z.object({ Status: z.string(), ReportDownloadUrl: z.string().nullish() }),
})

const polledFile = z.object({
  RequestStatus: z.string(),
  ResultFileUrl: z.string().nullish(),
  PercentComplete: z.number().nullish(),
  Errors: z.array(z.object({ Code: z.number(), ErrorCode: z.string().nullish() })).nullish(),
})

/** Asks Microsoft whether a file is there. @throws Problem if it never will be. */
export async function pollDownload(
  dependencies: PassThroughDependencies,
  tenant: Tenant,
  { service, requestId, accountId, customerId }: StartedDownload,
): Promise<PolledDownload> {
  const poll = service === 'bulk' ? pollFile : pollReport
  return poll(dependencies, { tenant, accountId, customerId }, requestId)
}

async function pollReport(
  dependencies: PassThroughDependencies,
  customer: Customer,
  requestId: string,
): Promise<PolledDownload> {
  const { ReportRequestStatus: report } = await callService(dependencies, customer, {
    ...{ service: 'reporting', path: 'GenerateReport/Poll', answer: polledReport },
    body: { ReportRequestId: requestId },
  })
  if (report.Status === 'Pending') return { isReady: false }
  if (report.Status === 'Success') return { isReady: true, url: report.ReportDownloadUrl ?? undefined }
  throw new Problem('download_failed', { members: { reason: 'report_failed' } })
}

async function pollFile(
  dependencies: PassThroughDependencies,
  customer: Customer,
  requestId: string,
): Promise<PolledDownload> {
  const file = await callService(dependencies, customer, {
    ...{ service: 'bulk', path: 'BulkDownloadStatus/Query', answer: polledFile },
    body: { RequestId: requestId },
  })
  if (file.RequestStatus === 'InProgress')
    return { isReady: false, percent: Math.floor(file.PercentComplete ?? 0) }
  if (file.RequestStatus === 'Completed' && file.ResultFileUrl)
    return { isReady: true, url: file.ResultFileUrl }
  if (file.RequestStatus === 'FailedFullSyncRequired') throw fullDownloadRequired('full_sync_required')
  const codes = (file.Errors ?? []).map(({ Code, ErrorCode }) => `${Code} ${ErrorCode ?? ''}`.trim())
  throw new Problem('download_failed', {
    members: { reason: 'entities_failed', ...(codes.length > 0 && { codes }) },
  })
}
