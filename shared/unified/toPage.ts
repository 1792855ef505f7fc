import { invalidField } from '../problems.ts'
import { type UnifiedKindName, unifiedKinds } from './objects.ts'
import type { UnifiedPage } from './page.ts'
import { ownMembers } from './toUnified.ts'

/** The parameters of a list, parsed. */
export interface UnifiedListQuery {
  readonly limit: number
  readonly offset: number
  readonly fields?: string | undefined
  readonly updated_gte?: string | undefined
}

const filterNames = ['parent_id', 'status', 'effective_status', 'campaign_id', 'group_id', 'type'] as const

/** Parameters that a kind of object may have as filters. */
export type UnifiedFilters = Partial<Record<(typeof filterNames)[number], string | undefined>>

/**
 * The page that an app asks for.
 * @throws Problem `invalid_request` for a field or a filter that the kind doesn't have.
 */
export function toPage(
  name: UnifiedKindName,
  { limit, offset, fields, updated_gte }: UnifiedListQuery,
  filters: UnifiedFilters = {},
): UnifiedPage {
  return {
    limit,
    offset,
    filters: toFilters(name, filters),
    ...(fields && { only: toMembers(name, fields) }),
    ...(updated_gte && { updatedSince: new Date(updated_gte) }),
  }
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
