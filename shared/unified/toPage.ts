import { invalidField } from '../problems.ts'
import type { UnifiedFields } from './field.ts'
import { type UnifiedKindName, unifiedKinds } from './objects.ts'
import type { UnifiedPage } from './page.ts'
import { ownMembers } from './toUnified.ts'

/** The parameters of a list, parsed. */
export interface UnifiedListQuery {
  readonly limit: number
  readonly offset: number
  readonly fields?: string | undefined
  readonly updated_gte?: string | undefined
  readonly sort?: 'name' | 'updated_at' | undefined
  readonly order?: 'asc' | 'desc' | undefined
  /** What names contain. */
  readonly query?: string | undefined
}

const filterNames = ['parent_id', 'status', 'effective_status', 'campaign_id', 'group_id', 'type'] as const

/** Parameters that a kind of object may have as filters. */
export type UnifiedFilters = Partial<Record<(typeof filterNames)[number], string | undefined>>

/**
 * The page that an app asks for.
 * @throws Problem `invalid_request` for a field, a filter, or an order that the kind doesn't have, and for a sorted
 *   page that ends too far from the list's beginning.
 */
export function toPage(
  name: UnifiedKindName,
  asked: UnifiedListQuery,
  filters: UnifiedFilters = {},
): UnifiedPage {
  const { limit, offset, fields, updated_gte, query } = asked
  if (query) assertField(name, 'query', 'name')
  return {
    limit,
    offset,
    filters: toFilters(name, filters),
    sort: toSort(name, asked),
    ...(query && { nameHas: query.toLowerCase() }),
    ...(fields && { only: toMembers(name, fields) }),
    ...(updated_gte && { updatedSince: new Date(updated_gte) }),
  }
}

/** A sorted page needs the rows before it, too: of a bulk file some 10 MB. */
const mostSortedRows = 5000

function toSort(
  name: UnifiedKindName,
  { sort, order, limit, offset }: UnifiedListQuery,
): UnifiedPage['sort'] {
  if (!sort && order) throw invalidField('query', 'order', 'goes with `sort`')
  if (!sort) return undefined
  assertField(name, 'sort', sort)
  if (offset + limit > mostSortedRows)
    throw invalidField(
      'query',
      'offset',
      `and \`limit\` can reach only the first ${mostSortedRows.toLocaleString('en')} objects of a sorted list. Without \`sort\`, all can be read`,
    )
  return { field: sort, order: order ?? 'asc' }
}

function assertField(name: UnifiedKindName, parameter: 'query' | 'sort', field: string): void {
  const { fields } = unifiedKinds[name]
  if (!(fields as UnifiedFields)[field])
    throw invalidField('query', parameter, `can’t be used, because ${name} have no ${field}`)
}

function toMembers(name: UnifiedKindName, fields: string): ReadonlySet<string> {
  const known = new Set([...Object.keys(unifiedKinds[name].fields), ...ownMembers])
  const wanted = fields.split(',')
  const unknown = wanted.find((each) => !known.has(each))
  if (unknown) throw invalidField('query', 'fields', `${name} have no ${unknown}`)
  return new Set(wanted)
}

function toFilters(name: UnifiedKindName, filters: UnifiedFilters): Record<string, string> {
  const given = filterNames.flatMap((filter) => (filters[filter] ? [[filter, filters[filter]] as const] : []))
  for (const [filter] of given) {
    const known: readonly string[] = unifiedKinds[name].filters
    if (!known.includes(filter)) throw invalidField('query', filter, `can’t filter ${name}`)
  }
  return Object.fromEntries(given)
}
