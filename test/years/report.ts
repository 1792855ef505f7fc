import { bounds } from './bounds.ts'
import type { Census } from './census.ts'
import { type Recovery, recoveryMinutes } from './recovery.ts'
import type { Month } from './years.ts'

type Column = readonly [title: string, cell: (month: Month) => string]

const kindOf =
  (kind: string) =>
  ({ census }: Month): string =>
    number(census.kinds.get(kind) ?? 0)
const statusOf = ({ statuses }: Census, status: string): string => number(statuses.get(status) ?? 0)

/** The columns of growth, as in the facts of issue 27. */
const growth: readonly Column[] = [
  ['month', ({ month }) => String(month)],
  ['connected', ({ census }) => statusOf(census, 'connected')],
  ['pending', ({ census }) => statusOf(census, 'pending')],
  ['disconnected', ({ census }) => statusOf(census, 'disconnected')],
  ['dead', ({ census }) => statusOf(census, 'reauthorization_required')],
  ['listing', kindOf('TenantsByWorkspace')],
  ['events', kindOf('Tenants event')],
  ['account rows', ({ census: { kinds } }) => number(sum(kinds, ['Tenants account', 'Tenants number']))],
  ['due (orphans)', (month) => `${kindOf('RefreshDue')(month)} (${month.census.orphans})`],
  [
    'secrets / versions',
    (month) => `${kindOf('secret of a grant')(month)} / ${number(month.census.versions)}`,
  ],
  ['calls a month', ({ calls }) => number(calls)],
]

function sum(kinds: ReadonlyMap<string, number>, names: readonly string[]): number {
  return names.reduce((total, name) => total + (kinds.get(name) ?? 0), 0)
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** Shows the months, as a table in Markdown. */
export function growthTable(months: readonly Month[]): string {
  return tableOf(growth, months)
}

/** Shows the count of each kind of `docs/data-lifecycle.md`, as a table in Markdown with a row for each kind. */
export function kindsTable(months: readonly Month[]): string {
  const rows = Object.entries(bounds).map(([kind, bound]) => [
    kind,
    ...months.map((month) => kindOf(kind)(month)),
    typeof bound === 'string' ? `none: ${bound}` : 'checked',
  ])
  const titles = ['kind', ...months.map(({ month }) => `month ${month}`), 'bound']
  return markdown([titles, ...rows])
}

/** Shows how apps were served after outages. */
export function recoveryTable(recoveries: readonly Recovery[]): string {
  const titles = ['outage', ...recoveryMinutes.map((minute) => `${minute} min`), 'calls during it']
  const rows = recoveries.map(({ calls, hours, shares }) => [
    `${hours} h`,
    ...recoveryMinutes.map((minute) => `${shares.get(minute)} %`),
    number(calls),
  ])
  return markdown([titles, ...rows])
}

function tableOf(columns: readonly Column[], months: readonly Month[]): string {
  return markdown([
    columns.map(([title]) => title),
    ...months.map((month) => columns.map(([, cell]) => cell(month))),
  ])
}

function markdown([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')).replaceAll(' ', ''), ...rows.map(line)].join('\n')
}
