import * as z from 'zod'
import type { Sealer } from '../domain/sealer.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { PassThroughDependencies } from '../passthrough/passThrough.ts'
import { assertReachable } from './assertReachable.ts'
import { type Customer, callService, readUsableTenant } from './callService.ts'
import type { DownloadWish } from './downloadRequest.ts'
import { toBulkRequest } from './entityRequest.ts'
import { sealHandle } from './handle.ts'
import { toReportRequest } from './reportRequest.ts'
import { firstWaitSeconds } from './waitSeconds.ts'

/** Dependencies of downloads. */
export interface DownloadDependencies extends PassThroughDependencies {
  readonly sealer: Sealer
}

/** A download that isn't there yet. */
export const pendingDownload = z
  .object({
    status: z.literal('pending').describe('Microsoft is still making it.'),
    handle: z.string().describe('Names the download in its path, for this tenant and consent alone.'),
    percent: z.int().optional().describe('How far Microsoft is, for entities.'),
  })
  .meta({ id: 'PendingDownload', description: 'A download that isn’t there yet.' })

/** A download that Microsoft has begun. */
export interface BegunDownload {
  readonly handle: string
  /** Until the first question whether it's there. */
  readonly retryAfterSeconds: number
}

const submittedReport = z.object({ ReportRequestId: z.string().min(1) })
const submittedFile = z.object({ DownloadRequestId: z.string().min(1) })

/** Requests a report or entities. @throws Problem */
export async function startDownload(
  dependencies: DownloadDependencies,
  name: TenantName,
  wish: DownloadWish,
): Promise<BegunDownload> {
  const { vend, sealer, clock } = dependencies
  const { accountId, customerId } = await vend.vend(name, { accountId: wish.accountId })
  const tenant = await readUsableTenant(dependencies, name)
  const service = wish.report ? 'reporting' : 'bulk'
  const requestId = await submit(dependencies, { tenant, accountId, customerId }, wish)
  const started = { service, requestId, accountId, customerId, startedAt: clock.now() } as const
  return {
    handle: await sealHandle(sealer, tenant, started),
    retryAfterSeconds: firstWaitSeconds[service],
  }
}

/** @returns Microsoft's id of the request. */
async function submit(
  dependencies: DownloadDependencies,
  customer: Customer,
  { report, entities = [], campaigns, changedSince }: DownloadWish,
): Promise<string> {
  const { accountId } = customer
  if (report) {
    await assertReachable(dependencies.accounts, customer.tenant, report.accounts ?? [])
    const submitted = await callService(dependencies, customer, {
      ...{ service: 'reporting', path: 'GenerateReport/Submit', answer: submittedReport, report },
      body: { ReportRequest: toReportRequest(report, accountId) },
    })
    return submitted.ReportRequestId
  }
  const submitted = await callService(dependencies, customer, {
    ...{ service: 'bulk', answer: submittedFile },
    ...toBulkRequest({ entities, campaigns, changedSince }, accountId),
  })
  return submitted.DownloadRequestId
}
