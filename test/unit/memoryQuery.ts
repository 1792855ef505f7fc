import type { KeyRange } from './sortedMap.ts'

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

const oneComparison = /(\w+) (eq|ge|gt|le|lt) '((?:[^']|'')*)'/y

/**
 * Parses the broker's filters: comparisons with texts, joined by `and`, and by `or` in parentheses.
 * @throws Error for any other filter, so that none is ignored.
 */
export function parseQuery(filter = ''): Query {
  const groups: Comparison[][] = []
  let at = 0
  let isOpen = false
  const takes = (text: string) => {
    const isNext = filter.startsWith(text, at)
    if (isNext) at += text.length
    return isNext
  }
  while (at < filter.length) {
    const isAlternative = isOpen && takes(' or ')
    if (!isAlternative && groups.length > 0) takes(' and ')
    isOpen ||= takes('(')
    oneComparison.lastIndex = at
    const found = oneComparison.exec(filter)
    if (!found) throw new Error(`a filter that memory doesn't know: ${filter}`)
    at += found[0].length
    const read = toComparison(found)
    if (isAlternative) groups.at(-1)?.push(read)
    else groups.push([read])
    if (isOpen && takes(')')) isOpen = false
  }
  return groups
}

function toComparison([, name = '', operator = '', value = '']: RegExpExecArray): Comparison {
  const column = name === 'PartitionKey' ? 'partitionKey' : name === 'RowKey' ? 'rowKey' : name
  return { column, operator, value: value.includes("'") ? value.replaceAll("''", "'") : value }
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
export function rangeOf(query: Query, column: 'partitionKey' | 'rowKey'): KeyRange {
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
