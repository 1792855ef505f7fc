import type { TableEntity } from '@azure/data-tables'
import type { DamagedTenant } from '../domain/damagedRow.ts'
import { parseReason, unknownReason } from '../domain/reasons.ts'
import { idOfConsentAt, type Tenant, type TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { withoutEndedObjects } from '../domain/unknownColumns.ts'
import { type TenantColumn, tenantColumns } from './tenantColumns.ts'
import {
  findDamage,
  findReferences,
  isStrayColumn,
  readDate,
  readJson,
  readSoundColumns,
} from './tenantRow.ts'

/** The row key of the tenant row within its partition. */
export const tenantRowKey = 'tenant'

/** The columns with the members of their paths. */
const placedColumns = Object.entries(tenantColumns).map(
  ([column, { path, type }]) => [column, path.split('.'), type] as const,
)

/**
 * Converts a tenant to its row, with the columns and reasons that a later version has added, except those of an object
 * that the tenant no longer has.
 */
export function toTenantEntity(tenant: Tenant): TableEntity {
  const entity: TableEntity = {
    ...withoutEndedObjects(tenant.unknownColumns, (object) => tenant[object] === undefined),
    partitionKey: tenantKey(tenant),
    rowKey: tenantRowKey,
  }
  for (const [column, path, type] of placedColumns) {
    const value = readPath(tenant, path)
    if (value === undefined) delete entity[column]
    else if (value !== unknownReason || type !== 'reason') entity[column] = toColumn(value, type)
  }
  return entity
}

/** Columns that belong to the service and the SDK. */
const ownOfTheService: ReadonlySet<string> = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp'])

/**
 * Reads a tenant row. An object without any column is absent. A grant from before grants had ids gets
 * an id from its time, which is the same in every version of the broker.
 * @param name the requested tenant; a row that doesn't match it is damaged.
 */
export function fromTenantEntity(
  entity: Record<string, unknown>,
  name: TenantName,
): Tenant | Omit<DamagedTenant, 'etag'> {
  const damaged = findDamage(entity, name)
  return damaged ? { damaged, remains: remainsOf(entity, name) } : readTenant(entity)
}

function readTenant(entity: Record<string, unknown>): Tenant {
  const tenant: Record<string, unknown> = {}
  const unknown = Object.entries(entity).filter(
    ([column, value]) =>
      isUnknownReason(column, value) ||
      (!(column in tenantColumns) && !ownOfTheService.has(column) && !column.startsWith('odata.')),
  )
  if (unknown.length > 0) tenant.unknownColumns = Object.fromEntries(unknown)
  for (const [column, path, type] of placedColumns) {
    const value = entity[column]
    const isRead = value !== undefined && value !== null && !isStrayColumn(entity, column)
    if (isRead) writePath(tenant, path, fromColumn(value, type))
  }
  return withConsentIds(tenant as unknown as Tenant)
}

/** The readable part of a damaged row, with every reference that it doesn't name or list listed as left over. */
function remainsOf(entity: Record<string, unknown>, name: TenantName): Tenant {
  const { secretsToDestroy: _listed, ...sound } = readTenant(readSoundColumns(entity))
  const uncommitted = sound.uncommittedSecrets?.map(({ reference }) => reference) ?? []
  const named = [sound.grant?.reference, sound.pendingGrant?.grant.reference, ...uncommitted]
  const secretsToDestroy = findReferences(entity).filter((reference) => !named.includes(reference))
  return {
    ...sound,
    ...name,
    environment: sound.environment ?? 'production',
    status: sound.status ?? 'reauthorization_required',
    createdAt: sound.createdAt ?? readDate(entity.timestamp) ?? new Date(0),
    ...(secretsToDestroy.length > 0 && { secretsToDestroy }),
  }
}

/** A reason from another version; the row keeps its text. */
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

function toColumn(value: unknown, type: TenantColumn['type']): unknown {
  switch (type) {
    case 'words':
      return (value as readonly string[]).join(' ')
    case 'json':
      return JSON.stringify(value)
    default:
      return value
  }
}

function fromColumn(value: unknown, type: TenantColumn['type']): unknown {
  switch (type) {
    case 'words':
      return String(value).split(' ').filter(Boolean)
    case 'json':
      return readJson(String(value))
    case 'date':
      return readDate(value)
    case 'reason':
      return parseReason(value)
    default:
      return value
  }
}
