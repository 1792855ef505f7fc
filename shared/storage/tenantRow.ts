import { isClaimsChallenge } from '../domain/claimsChallenge.ts'
import type { RowDamage } from '../domain/damagedRow.ts'
import type { TenantName } from '../domain/tenant.ts'
import { jsonColumns, tenantColumns } from './tenantColumns.ts'

type Row = Readonly<Record<string, unknown>>

/** No workspace, tenant, or id that the broker writes is longer; only tokens are. */
const maxName = 1024
const maxToken = 32_768
/** The grant stores that this version knows. */
const referencePattern = /^(sealed|vault):./

/** The object that a row with this status must have. */
const needed: Readonly<Partial<Record<string, string>>> = { connected: 'grantReference' }

/** Finds why a row can't be read as the tenant of that name; undefined if it can. */
export function findDamage(row: Row, name: TenantName): RowDamage | undefined {
  for (const column of Object.keys(tenantColumns)) {
    const detail = isSet(row, column) ? faultOf(row[column], column) : faultOfAbsence(row, column)
    if (detail) return { column, detail }
  }
  for (const column of ['workspace', 'tenant'] as const)
    if (row[column] !== name[column]) return { column, detail: 'names another tenant' }
  return undefined
}

function isSet(row: Row, column: string): boolean {
  return row[column] !== undefined && row[column] !== null
}

/** A column is required always, or because of the row's status, or because another column of its object is set. */
function faultOfAbsence(row: Row, column: string): string | undefined {
  const { path, isOptional } = tenantColumns[column] ?? {}
  if (isOptional || !path) return undefined
  const [object = ''] = path.split('.')
  const isAlways = ['workspace', 'tenant', 'environment', 'status', 'createdAt'].includes(column)
  const isWanted = object !== path && hasObject(row, object)
  return isAlways || isWanted || needed[String(row.status)] === column ? 'is missing' : undefined
}

/** Whether a row has an object. A lone optional column is a leftover from an older version that ended the object. */
function hasObject(row: Row, object: string): boolean {
  return columnsOf(object).some((column) => !tenantColumns[column]?.isOptional && isSet(row, column))
}

/** The columns of each object, and of each member of the tenant itself. */
const columnsByObject = Map.groupBy(Object.keys(tenantColumns), objectOf)

function objectOf(column: string): string {
  return tenantColumns[column]?.path.split('.')[0] ?? ''
}

/** The columns of an object of the tenant. */
function columnsOf(object: string): readonly string[] {
  return columnsByObject.get(object) ?? []
}

/** Whether a column is left over from an object that the row doesn't have. */
export function isStrayColumn(row: Row, column: string): boolean {
  const { path = '', isOptional } = tenantColumns[column] ?? {}
  const [object = ''] = path.split('.')
  return isOptional === true && object !== path && !hasObject(row, object)
}

function faultOf(value: unknown, column: string): string | undefined {
  const { type, values } = tenantColumns[column] ?? {}
  switch (type) {
    case 'date':
      return readDate(value) ? undefined : 'is not a date'
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'is not a Boolean'
    case 'number':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'is not a count'
    case 'claims':
      return isClaimsChallenge(value) ? undefined : 'is not a claims challenge'
    case 'json':
      return typeof value === 'string' ? faultOfJson(value, column) : 'is not a text'
    default:
      return typeof value === 'string' ? faultOfText(value, type, values) : 'is not a text'
  }
}

function faultOfText(
  value: string,
  type: string | undefined,
  values: readonly string[] | undefined,
): string | undefined {
  if (type === 'words') return undefined
  if (type !== 'text' && value === '') return 'is empty'
  if (values && !values.includes(value)) return 'has a value that this version does not know'
  if (type === 'reference' && !referencePattern.test(value)) return 'is a reference of an unknown kind'
  const most = type === 'reference' || type === 'sealed' ? maxToken : maxName
  return value.length > most ? `is longer than ${most} characters` : undefined
}

function faultOfJson(value: string, column: string): string | undefined {
  const read = readJson(value)
  if (read === undefined) return 'is not JSON'
  const issue = jsonColumns[column]?.safeParse(read).error?.issues[0]
  return issue && `has an unusable member ${issue.path.join('.') || 'at its root'}`
}

/** A date, as the SDK reads it; undefined for other values. */
export function readDate(value: unknown): Date | undefined {
  const date = value instanceof Date || typeof value === 'string' ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) ? date : undefined
}

/** A JSON column with its dates; undefined if it isn't JSON. */
export function readJson(value: string): unknown {
  try {
    return JSON.parse(value, reviveDates)
  } catch {
    return undefined
  }
}

function reviveDates(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)
    ? new Date(value)
    : value
}

/** The valid columns of a damaged row. An object that lacks a required column is left out entirely. */
export function readSoundColumns(row: Row): Row {
  const part = Object.fromEntries(
    Object.entries(row).filter(([column, value]) => !(column in tenantColumns) || !faultOf(value, column)),
  )
  for (const column of Object.keys(tenantColumns)) {
    const [object = '', member] = tenantColumns[column]?.path.split('.') ?? []
    if (member === undefined || isSet(part, column) || !faultOfAbsence(part, column)) continue
    for (const other of columnsOf(object)) delete part[other]
  }
  return part
}

/** Every reference to a refresh token in a row, no matter how damaged the row is. */
export function findReferences(row: Row): string[] {
  const { grantReference, leftovers, pendingGrant, uncommittedSecrets } = row
  const words = [grantReference, leftovers].flatMap((each) =>
    typeof each === 'string' ? each.split(/\s+/).filter(Boolean) : [],
  )
  const documents = [pendingGrant, uncommittedSecrets].filter((each) => typeof each === 'string').join()
  const waiting = [...documents.matchAll(/"reference"\s*:\s*"([^"\\\s]+)"/g)].flatMap(
    ([, found]) => found ?? [],
  )
  return [...new Set([...words, ...waiting])]
}
