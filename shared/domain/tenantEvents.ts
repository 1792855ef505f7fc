/** The types of tenant events; each event is written once, in the transaction that it describes. */
export const tenantEventTypes = [
  'tenant.created',
  'tenant.connected',
  'tenant.reconnected',
  'tenant.reauthorization_required',
  'tenant.disconnected',
  'tenant.repaired',
  'connect.abandoned',
  'refresh.failing',
  'refresh.recovered',
  'refresh.token_not_stored',
  'advertising.sign_in_refused',
  'advertising.sign_in_accepted',
  'accounts.discovered',
  'accounts.changed',
  'accounts.default_changed',
  'accounts.selection_changed',
] as const

/** One of {@link tenantEventTypes}. */
export type TenantEventType = (typeof tenantEventTypes)[number]

/** One line of a tenant's history. */
export interface TenantEvent {
  readonly type: TenantEventType
  readonly at: Date
  /** A description for operators and apps; never contains a secret. */
  readonly detail: string
  /** Structured facts: reason codes, who acts, trace ids, counts. */
  readonly data?: Readonly<Record<string, string | number | boolean>>
}
