import type { Grant, Tenant } from './tenant.ts'

/** The tenant of a mark. The mark applies to the tenant in either environment; it names the environment at the time. */
export type MarkedTenant = Pick<Tenant, 'workspace' | 'tenant' | 'environment'>

/**
 * Marks of disconnects, kept outside the tables so that a restored backup can't undo them. A mark ends every consent up
 * to its time. A later consent is newer than the mark, so a connect doesn't have to change it.
 */
export interface DisconnectMarks {
  /** Marks that the tenant was disconnected at this time. A mark with a later time stays. */
  write(tenant: MarkedTenant, disconnectedAt: Date): Promise<void>
  /** When the tenant was last disconnected; undefined without a mark, and once the mark has expired. */
  read(tenant: Pick<MarkedTenant, 'workspace' | 'tenant'>): Promise<Date | undefined>
}

/** Whether a backup can contain a consent of this tenant. */
export function mayBeInBackup({ pendingGrant, status }: Tenant): boolean {
  return status !== 'pending' || pendingGrant !== undefined
}

/** The time of a disconnect: no earlier than the consents that it ends, even if the clocks of two processes differ. */
export function disconnectTime({ disconnectedAt, grant, pendingGrant }: Tenant, now: Date): Date {
  const times = [disconnectedAt, grant?.consentedAt, pendingGrant?.grant.consentedAt, now]
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)))
}

/** The grant with a consent time after the tenant's last disconnect, even if the clocks of two processes differ. */
export function withConsentAfter(disconnectedAt: Date | undefined, grant: Grant): Grant {
  if (!disconnectedAt || grant.consentedAt > disconnectedAt) return grant
  return { ...grant, consentedAt: new Date(disconnectedAt.getTime() + 1) }
}

/** The consent that a mark can end: the tenant's, or the pending one of a tenant without it. */
export function consentOf({
  grant,
  pendingGrant,
}: Pick<Tenant, 'grant' | 'pendingGrant'>): Grant | undefined {
  return grant ?? pendingGrant?.grant
}

/** Whether the tenant was disconnected after this consent. */
export function isEndedBy(
  disconnectedAt: Date | undefined,
  grant: Pick<Grant, 'consentedAt'> | undefined,
): boolean {
  return disconnectedAt !== undefined && grant !== undefined && grant.consentedAt <= disconnectedAt
}
