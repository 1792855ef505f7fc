import type { KeyRange } from './sortedMap.ts'

/** An entity with its keys. */
export type Entity = Record<string, unknown> & { readonly partitionKey: string; readonly rowKey: string }

/** What a filter asks of one column; text is compared as text, as Table Storage does. */
interface Comparison {
  readonly column: string
  readonly operator: string
  readonly value: string
}

/** A filter: a comparison, or several parts of which all or one must hold. */
export type Query = Comparison | { readonly all: readonly Query[] } | { readonly any: readonly Query[] }

const oneComparison = /(\w+) (eq|ge|gt|le|lt) (?:datetime)?'((?:[^']|'')*)'/y

/**
 * Parses the broker's filters: comparisons with texts, and of `Timestamp` with times, joined by `and`, `or`, and
 * parentheses.
 * @throws Error for any other filter, so that none is ignored.
 */
export function parseQuery(filter = ''): Query {
  let at = 0
  const takes = (text: string) => {
    const isNext = filter.startsWith(text, at)
    if (isNext) at += text.length
    return isNext
  }
  const joined = (part: () => Query, word: string): readonly Query[] => {
    const parts = [part()]
    while (takes(word)) parts.push(part())
    return parts
  }
  const any = (): Query => only(joined(all, ' or '), (parts) => ({ any: parts }))
  const all = (): Query => only(joined(one, ' and '), (parts) => ({ all: parts }))
  const one = (): Query => {
    if (takes('(')) {
      const inner = any()
      if (takes(')')) return inner
    }
    oneComparison.lastIndex = at
    const found = oneComparison.exec(filter)
    if (!found) throw new Error(`a filter that memory doesn't know: ${filter}`)
    at += found[0].length
    return toComparison(found)
  }
  const query = filter === '' ? { all: [] } : any()
  if (at < filter.length) throw new Error(`a filter that memory doesn't know: ${filter}`)
  return query
}

function only(parts: readonly Query[], join: (parts: readonly Query[]) => Query): Query {
  const [first, ...others] = parts
  return first && others.length === 0 ? first : join(parts)
}

function toComparison([, name = '', operator = '', value = '']: RegExpExecArray): Comparison {
  const column = /^(PartitionKey|RowKey|Timestamp)$/.test(name)
    ? name[0]?.toLowerCase() + name.slice(1)
    : name
  return { column, operator, value: value.includes("'") ? value.replaceAll("''", "'") : value }
}

/** Whether an entity is among a query's answers. */
export function isFound(query: Query, entity: Entity): boolean {
  if ('all' in query) return query.all.every((part) => isFound(part, entity))
  if ('any' in query) return query.any.some((part) => isFound(part, entity))
  return holds(query, entity[query.column])
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
  for (const part of 'all' in query ? query.all : [query]) {
    if (!('column' in part) || part.column !== column) continue
    const { operator, value } = part
    const isStart = operator === 'eq' || operator === 'ge' || operator === 'gt'
    if (isStart && value > from) from = value
    if (operator === 'ge' || operator === 'gt') continue
    const end = operator === 'lt' ? value : `${value}\u0000`
    if (to === undefined || end < to) to = end
  }
  return { from, ...(to !== undefined && { to }) }
}
