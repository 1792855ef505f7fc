import type { Environment } from '../environment.ts'
import type { Grant, Tenant, TenantName, TenantStatus } from './tenant.ts'

/** What a list can show of a tenant without reading its row. No refresh changes any of it. */
export interface TenantSummary extends TenantName {
  readonly environment: Environment
  readonly status: TenantStatus
  readonly displayName?: string
  readonly createdAt: Date
  /** When its person consented; absent without a grant. */
  readonly connectedAt?: Date
}

/** The part of a tenant's row that a summary shows. */
export interface SummarizedRow
  extends Pick<Tenant, 'workspace' | 'tenant' | 'environment' | 'status' | 'displayName' | 'createdAt'> {
  readonly grant?: Pick<Grant, 'consentedAt'>
}

/** Summarizes a tenant's row. */
export function summaryOf(row: SummarizedRow): TenantSummary {
  const { workspace, tenant, environment, status, displayName, createdAt, grant } = row
  return {
    ...{ workspace, tenant, environment, status, createdAt },
    ...(displayName && { displayName }),
    ...(grant && { connectedAt: grant.consentedAt }),
  }
}
