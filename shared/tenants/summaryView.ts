import * as z from 'zod'
import { type DamagedTenant, isDamaged } from '../domain/damagedRow.ts'
import { tenantStatuses } from '../domain/tenant.ts'
import { summaryOf, type TenantSummary } from '../domain/tenantSummary.ts'
import { environments } from '../environment.ts'

/** A tenant in a list with `view=summary`. */
export const tenantSummaryView = z
  .object({
    tenant: z.string(),
    environment: z.enum(environments),
    status: z.enum(tenantStatuses),
    displayName: z.string().optional(),
    createdAt: z.iso.datetime(),
    connectedAt: z.iso.datetime().describe('When the person consented; absent without a consent.').optional(),
  })
  .meta({ id: 'TenantSummary', description: 'The part of a tenant that no refresh changes.' })

/** Shows a tenant's summary to its apps. That of a damaged row says what is known. */
export function toSummaryView(row: TenantSummary | DamagedTenant): z.infer<typeof tenantSummaryView> {
  const {
    workspace: _workspace,
    createdAt,
    connectedAt,
    ...rest
  } = isDamaged(row) ? summaryOf(row.remains) : row
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    ...(connectedAt && { connectedAt: connectedAt.toISOString() }),
  }
}
