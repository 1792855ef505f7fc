/** An entity with its keys. */
export type Entity = Record<string, unknown> & { readonly partitionKey: string; readonly rowKey: string }

/** What a filter asks of one column; text is compared as text, as Table Storage does. */
interface Comparison {
  readonly column: string
  readonly operator: string
  readonly value: string
}

/** A filter: every group must hold, and a group holds if one of its comparisons does. */
export type Query = readonly (readonly Comparison[])[]

const comparison = /(\w+) (eq|ge|gt|le|lt) '((?:[^']|'')*)'/g

/**
 * Parses the broker's filters: comparisons with texts, joined by `and`, and by `or` in parentheses.
 * @throws Error for any other filter, so that none is ignored.
 */
export function parseQuery(filter = ''): Query {
  const groups: Comparison[][] = []
  const rest = filter
    .replaceAll(/\(([^()]*)\)/g, (_, alternatives: string) => {
      groups.push(comparisonsIn(alternatives))
      return alternatives.replaceAll(comparison, '').replaceAll(' or ', '')
    })
    .replaceAll(comparison, (text) => {
      groups.push(comparisonsIn(text))
      return ''
    })
  if (rest.replaceAll(' and ', '') !== '') throw new Error(`a filter that memory doesn't know: ${filter}`)
  return groups
}

function comparisonsIn(text: string): Comparison[] {
  return [...text.matchAll(comparison)].map(([, name = '', operator = '', value = '']) => ({
    column: name === 'PartitionKey' ? 'partitionKey' : name === 'RowKey' ? 'rowKey' : name,
    operator,
    value: value.replaceAll("''", "'"),
  }))
}

/** Whether an entity is among a query's answers. */
export function isFound(query: Query, entity: Entity): boolean {
  return query.every((group) => group.some((each) => holds(each, entity[each.column])))
}

function holds({ operator, value }: Comparison, actual: unknown): boolean {
  if (typeof actual !== 'string') return false
  if (operator === 'eq') return actual === value
  if (operator === 'ge') return actual >= value
  if (operator === 'gt') return actual > value
  return operator === 'le' ? actual <= value : actual < value
}

/** The keys of a column that can be found, as the first one and one behind the last; a hint, never a limit too narrow. */
export function rangeOf(query: Query, column: 'partitionKey' | 'rowKey'): { from: string; to?: string } {
  let from = ''
  let to: string | undefined
  for (const [only, ...others] of query) {
    if (only?.column !== column || others.length > 0) continue
    if (only.operator !== 'le' && only.operator !== 'lt' && only.value > from) from = only.value
    const end = only.operator === 'lt' ? only.value : `${only.value}\u0000`
    const isEnd = only.operator === 'lt' || only.operator === 'le' || only.operator === 'eq'
    if (isEnd && (to === undefined || end < to)) to = end
  }
  return { from, ...(to !== undefined && { to }) }
}
