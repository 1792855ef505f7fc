import type { Tenant } from '../shared/domain/tenant.ts'
import {
  withDisconnect,
  withoutAccounts,
  withoutDeadGrant,
  withoutDestroyed,
  withoutGrant,
  withoutOwedMark,
} from '../shared/domain/transitions.ts'
import { type TenantColumn, tenantColumns } from '../shared/storage/tenantColumns.ts'
import { code, table } from './markdown.ts'
import { type OtherPlace, otherPlaces, tenantRow } from './personalColumns.ts'

/** What each stored column says about a person, by the headings of `docs/storage.md`. */
export type ColumnsOf = (heading: string) => readonly string[]

/**
 * Generates the table of what is kept of a person: each column that says something about one, and whether it stays after a
 * disconnect, which the transitions of the tenant's row decide.
 * @param columnsOf the columns that `docs/storage.md` has under a heading; its test holds them against the code.
 * @throws Error if a column is new, or gone: someone must decide whether it's about a person.
 */
export function personalData(columnsOf: ColumnsOf): string {
  assertSame('tenantColumns', Object.keys(tenantColumns), Object.keys(tenantRow))
  for (const { heading, columns } of otherPlaces)
    assertSame(heading, columnsOf(heading), Object.keys(columns))
  return table(
    ['where', 'columns', 'what it says of a person', 'after a disconnect'],
    [...rowsOfTenant(), ...otherPlaces.flatMap(rowsOf)],
  )
}

function assertSame(place: string, stored: readonly string[], judged: readonly string[]): void {
  const differing = [
    ...stored.filter((column) => !judged.includes(column)),
    ...judged.filter((column) => !stored.includes(column)),
  ]
  if (differing.length === 0) return
  throw new Error(`scripts/personalColumns.ts, ${place}: ${differing.join(', ')}: is it about a person?`)
}

/** Columns with the same meaning and the same end share a row of the table. */
function rowsOfTenant(): string[][] {
  const ends = endsOfTenant()
  const groups = new Map<string, string[]>()
  for (const [column, about] of Object.entries(tenantRow)) {
    if (!about) continue
    const key = JSON.stringify([about, ends(column)])
    groups.set(key, [...(groups.get(key) ?? []), column])
  }
  return [...groups].map(([key, columns]) => {
    const [about = '', end = ''] = JSON.parse(key) as string[]
    return ['`Tenants` `tenant`', columns.map(code).join(', '), about, end]
  })
}

function rowsOf({ heading, where, columns, end }: OtherPlace): string[][] {
  const about = Object.entries(columns).filter(([, each]) => each !== undefined)
  const texts = [...new Set(about.map(([, each]) => each ?? ''))]
  return texts.map((text) => {
    const named = about.filter(([, each]) => each === text).map(([column]) => code(column))
    return [where ?? heading, named.join(', '), text, end]
  })
}

/** How each column of a tenant's row ends: the row is complete, and goes through a disconnect and all that it owes. */
function endsOfTenant(): (column: string) => string {
  const full = completeTenant()
  const steps = [withoutGrant, withoutAccounts, withoutOwedMark]
  const ended = steps.reduce((row, step) => step(row), withDisconnect(full, new Date(0)))
  const disconnected = withoutDestroyed(ended, full.secretsToDestroy ?? [])
  const dead = withoutDeadGrant(full)
  return (column) => {
    const path = tenantColumns[column]?.path.split('.') ?? []
    if (read(disconnected, path) !== undefined) return 'stays with the row'
    const isDead = read(dead, path) === undefined
    return isDead ? 'removed at once; of a dead grant, after `DEAD_GRANT_DAYS`' : 'removed at once'
  }
}

function completeTenant(): Tenant {
  const tenant: Record<string, unknown> = {}
  for (const { path, type, values } of Object.values(tenantColumns))
    write(tenant, path.split('.'), values?.[0] ?? valuesOf[type])
  return { ...tenant, secretsToDestroy: ['vault:a/b/c/0'] } as unknown as Tenant
}

const valuesOf: Readonly<Record<TenantColumn['type'], unknown>> = {
  name: 'x',
  text: 'x',
  reason: 'grant_refused',
  reference: 'vault:a/b/c/0',
  sealed: 'x',
  claims: '{}',
  number: 1,
  flag: true,
  date: new Date(0),
  words: ['x'],
  json: { grant: { consentedAt: new Date(0) } },
}

function read(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
}

function write(
  target: Record<string, unknown>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) target[key] = value
  else {
    target[key] ??= {}
    write(target[key] as Record<string, unknown>, rest, value)
  }
}
