import * as z from 'zod'
import { quoteErrors } from '../advertising/quoteErrors.ts'
import { redact } from '../advertising/redact.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import type { PassThroughDependencies } from '../passthrough/passThrough.ts'
import { Problem } from '../problems.ts'
import { type Customer, callService } from './callService.ts'
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
  Errors: z
    .array(
      z.object({
        Code: z.number(),
        ErrorCode: z.string().nullish(),
        Message: z.string().nullish(),
        Details: z.string().nullish(),
      }),
    )
    .nullish(),
})

/** Asks Microsoft whether a file is there. @throws Problem if it never will be. */
export async function pollDownload(
  dependencies: PassThroughDependencies,
  tenant: VendedTenant,
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
  throw new Problem('download_failed', {
    detail: failedWith('report', report.Status),
    members: { reason: 'report_failed' },
  })
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
  const errors = (file.Errors ?? []).map(({ Code: code, ErrorCode, Message, Details }) => ({
    ...{ code, errorCode: ErrorCode ?? '', message: Message ?? '', detail: Details ?? '' },
  }))
  const { codes, detail } = quoteErrors(failedWith('file', file.RequestStatus), errors)
  const told = (reason: string) => ({ detail, members: { reason, ...(codes.length > 0 && { codes }) } })
  if (file.RequestStatus === 'FailedFullSyncRequired')
    throw new Problem('full_download_required', told('full_sync_required'))
  throw new Problem('download_failed', told('entities_failed'))
}

function failedWith(what: string, status: string): string {
  if (status === 'Completed') return `Microsoft says that the ${what} is complete, but not where it is.`
  return `Microsoft ended the ${what} with the status ${redact(status)}.`
}
