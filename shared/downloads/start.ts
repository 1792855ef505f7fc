import * as z from 'zod'
import type { Sealer } from '../domain/sealer.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { PassThroughDependencies } from '../passthrough/passThrough.ts'
import { callReporting, readUsableTenant } from './callReporting.ts'
import { sealHandle } from './handle.ts'
import { type downloadBody, toReportRequest } from './reportRequest.ts'

/** Dependencies of downloads. */
export interface DownloadDependencies extends PassThroughDependencies {
  readonly sealer: Sealer
}

/** A download that isn't there yet. */
export const pendingDownload = z
  .object({
    status: z.literal('pending').describe('Microsoft is still making it.'),
    handle: z.string().describe('Names the download in its path, for this tenant and consent alone.'),
  })
  .meta({ id: 'PendingDownload', description: 'A download that isn’t there yet.' })

const submitted = z.object({ ReportRequestId: z.string().min(1) })

/** Requests a report. @returns its handle. @throws Problem */
export async function startDownload(
  dependencies: DownloadDependencies,
  name: TenantName,
  { report, accountId: wanted }: z.infer<typeof downloadBody>,
): Promise<z.infer<typeof pendingDownload>> {
  const { vend, sealer, clock } = dependencies
  const { accountId, customerId } = await vend.vend(name, { accountId: wanted })
  const tenant = await readUsableTenant(dependencies, name)
  const { ReportRequestId: requestId } = await callReporting(dependencies, {
    ...{ operation: 'Submit', tenant, accountId, customerId, answer: submitted, wish: report },
    body: { ReportRequest: toReportRequest(report, accountId) },
  })
  const started = { requestId, accountId, customerId, startedAt: clock.now() }
  return { status: 'pending', handle: await sealHandle(sealer, tenant, started) }
}
