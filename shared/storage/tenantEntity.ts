import type { TableEntity } from '@azure/data-tables'
import { parseReason, unknownReason } from '../domain/reasons.ts'
import { idOfConsentAt, type Tenant } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'

type ColumnType = 'text' | 'reason' | 'number' | 'flag' | 'date' | 'words' | 'json'

/**
 * Every column of a tenant row: where in {@link Tenant} it comes from, and how it is written.
 * `reason` is a word of the table of reasons, `words` are joined by blanks, `json` is a document with dates as ISO 8601.
 */
export const tenantColumns: Readonly<Record<string, { readonly path: string; readonly type: ColumnType }>> = {
  workspace: { path: 'workspace', type: 'text' },
  tenant: { path: 'tenant', type: 'text' },
  environment: { path: 'environment', type: 'text' },
  status: { path: 'status', type: 'text' },
  displayName: { path: 'displayName', type: 'text' },
  createdAt: { path: 'createdAt', type: 'date' },
  grantId: { path: 'grant.id', type: 'text' },
  grantReference: { path: 'grant.reference', type: 'text' },
  grantIdentityProvider: { path: 'grant.identityProvider', type: 'text' },
  grantScopes: { path: 'grant.scopes', type: 'words' },
  grantAccountKind: { path: 'grant.accountKind', type: 'text' },
  grantAuthorityTenant: { path: 'grant.authorityTenant', type: 'text' },
  grantIssuer: { path: 'grant.consenter.issuer', type: 'text' },
  grantSubject: { path: 'grant.consenter.subject', type: 'text' },
  grantHint: { path: 'grant.consenter.hint', type: 'text' },
  grantConsentedAt: { path: 'grant.consentedAt', type: 'date' },
  grantAdvertisingUserId: { path: 'grant.advertisingUserId', type: 'text' },
  accessTokenSealed: { path: 'accessToken.sealed', type: 'text' },
  accessTokenExpiresAt: { path: 'accessToken.expiresAt', type: 'date' },
  accessTokenRefreshedAt: { path: 'accessToken.refreshedAt', type: 'date' },
  accessTokenReplaced: { path: 'accessToken.replaced', type: 'flag' },
  leaseId: { path: 'lease.id', type: 'text' },
  leaseUntil: { path: 'lease.until', type: 'date' },
  troubleAttempts: { path: 'trouble.attempts', type: 'number' },
  troubleReason: { path: 'trouble.reason', type: 'reason' },
  troubleTraceId: { path: 'trouble.traceId', type: 'text' },
  troubleNextAttemptAt: { path: 'trouble.nextAttemptAt', type: 'date' },
  troubleUnknownAnswers: { path: 'trouble.unknownAnswers', type: 'number' },
  troubleActor: { path: 'trouble.actor', type: 'text' },
  troubleSuspectedSince: { path: 'trouble.suspectedSince', type: 'date' },
  pendingGrant: { path: 'pendingGrant', type: 'json' },
  confirmed: { path: 'confirmed', type: 'json' },
  leftovers: { path: 'leftovers', type: 'words' },
  accountsGeneration: { path: 'accountsGeneration', type: 'text' },
  discoveredAt: { path: 'discoveredAt', type: 'date' },
  defaultAccountId: { path: 'defaultAccount.accountId', type: 'text' },
  defaultCustomerId: { path: 'defaultAccount.customerId', type: 'text' },
  lastVendedAt: { path: 'lastVendedAt', type: 'date' },
  dueAt: { path: 'dueAt', type: 'date' },
  advertisingRefusalReason: { path: 'advertisingRefusal.reason', type: 'text' },
  advertisingRefusalSince: { path: 'advertisingRefusal.since', type: 'date' },
  reauthorizationReason: { path: 'reauthorizationReason', type: 'reason' },
  disconnectCount: { path: 'disconnectCount', type: 'number' },
  writeIds: { path: 'writeIds', type: 'words' },
}

/** The row key of the tenant row within its partition. */
export const tenantRowKey = 'tenant'

/** Writes a tenant as its row, with the columns and reasons that a later version put there. */
export function toTenantEntity(tenant: Tenant): TableEntity {
  const entity: TableEntity = {
    ...tenant.unknownColumns,
    partitionKey: tenantKey(tenant),
    rowKey: tenantRowKey,
  }
  for (const [column, { path, type }] of Object.entries(tenantColumns)) {
    const value = readPath(tenant, path.split('.'))
    if (value === undefined) delete entity[column]
    else if (value !== unknownReason || type !== 'reason') entity[column] = toColumn(value, type)
  }
  return entity
}

/** Columns of the service and of the SDK. */
const ownOfTheService: ReadonlySet<string> = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp'])

/**
 * Reads a tenant row. Objects none of whose columns are set are absent. A grant that was kept before grants had ids gets
 * one by its time, in whatever version of the broker reads it.
 */
export function fromTenantEntity(entity: Record<string, unknown>): Tenant {
  const tenant: Record<string, unknown> = {}
  const unknown = Object.entries(entity).filter(
    ([column, value]) =>
      isUnknownReason(column, value) ||
      (!(column in tenantColumns) && !ownOfTheService.has(column) && !column.startsWith('odata.')),
  )
  if (unknown.length > 0) tenant.unknownColumns = Object.fromEntries(unknown)
  for (const [column, { path, type }] of Object.entries(tenantColumns)) {
    const value = entity[column]
    if (value !== undefined && value !== null) writePath(tenant, path.split('.'), fromColumn(value, type))
  }
  return withConsentIds(tenant as unknown as Tenant)
}

/** A reason of another version, whose text the row keeps. */
function isUnknownReason(column: string, value: unknown): boolean {
  if (typeof value !== 'string' || tenantColumns[column]?.type !== 'reason') return false
  return parseReason(value) === unknownReason
}

function withConsentIds(tenant: Tenant): Tenant {
  const { grant, pendingGrant } = tenant
  const identified = <G extends { id?: string; consentedAt: Date }>(each: G) =>
    each.id ? each : { ...each, id: idOfConsentAt(each.consentedAt) }
  return {
    ...tenant,
    ...(grant && { grant: identified(grant) }),
    ...(pendingGrant && { pendingGrant: { ...pendingGrant, grant: identified(pendingGrant.grant) } }),
  }
}

function readPath(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
}

function writePath(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) {
    target[key] = value
    return
  }
  target[key] ??= {}
  writePath(target[key] as Record<string, unknown>, rest, value)
}

function toColumn(value: unknown, type: ColumnType): unknown {
  switch (type) {
    case 'words':
      return (value as readonly string[]).join(' ')
    case 'json':
      return JSON.stringify(value)
    default:
      return value
  }
}

function fromColumn(value: unknown, type: ColumnType): unknown {
  switch (type) {
    case 'words':
      return String(value).split(' ').filter(Boolean)
    case 'json':
      return JSON.parse(String(value), reviveDates)
    case 'date':
      return new Date(value as string | Date)
    case 'reason':
      return parseReason(value)
    default:
      return value
  }
}

function reviveDates(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
    ? new Date(value)
    : value
}
