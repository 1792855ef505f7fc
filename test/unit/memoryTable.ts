import { RestError, type TableClient } from '@azure/data-tables'
import { type Entity, isFound, parseQuery, type Query, rangeOf } from './memoryQuery.ts'
import { createSortedMap, type KeyRange, type SortedMap } from './sortedMap.ts'

/** A row as a table has it: what Table Storage adds, added. */
type Row = Entity & { readonly etag: string; readonly timestamp: string }

/** What stands between a client and its table. Default is nothing. */
export interface MemoryTableOptions {
  /** Storage's time, for the rows' `Timestamp`. Default is the machine's. */
  readonly now?: () => Date
}

/** A table's content, which several clients can share. */
export interface MemoryRows {
  /** Rows by partition key and row key, both in order. */
  readonly partitions: SortedMap<SortedMap<Row>>
  readonly put: (entity: Entity) => { readonly etag: string }
  readonly remove: (keys: Keys) => void
  /** The rows of one row key, by partition key, in order. */
  having(rowKey: string): SortedMap<Row>
  /** All rows, in order. */
  all(): Row[]
}

/** Performs an operation: `work` takes effect at once. Default runs it. */
export type Perform = <T>(work: () => T) => Promise<T>

/** Creates the content of one table. */
export function createMemoryRows({ now = () => new Date() }: MemoryTableOptions = {}): MemoryRows {
  const partitions = createSortedMap<SortedMap<Row>>()
  /** For queries that know the row key alone: made by the first of them. */
  const byRowKey = new Map<string, SortedMap<Row>>()
  let writes = 0
  const all = () => [...partitions.values()].flatMap((partition) => [...partition.values()])
  return {
    partitions,
    put(entity) {
      const { partitionKey, rowKey } = entity
      const etag = `W/"${++writes}"`
      const partition = partitions.get(partitionKey) ?? createSortedMap<Row>()
      if (partition.size === 0) partitions.set(partitionKey, partition)
      const row = { ...withoutNothing(entity), etag, timestamp: now().toISOString() }
      partition.set(rowKey, row)
      byRowKey.get(rowKey)?.set(partitionKey, row)
      return { etag }
    },
    remove({ partitionKey, rowKey }) {
      const partition = partitions.get(partitionKey)
      partition?.delete(rowKey)
      if (partition?.size === 0) partitions.delete(partitionKey)
      byRowKey.get(rowKey)?.delete(partitionKey)
    },
    having(rowKey) {
      const known = byRowKey.get(rowKey) ?? createSortedMap<Row>()
      if (!byRowKey.has(rowKey))
        for (const row of all()) if (row.rowKey === rowKey) known.set(row.partitionKey, row)
      byRowKey.set(rowKey, known)
      return known
    },
    all,
  }
}

/** The service stores no column without a value. */
function withoutNothing(entity: Entity): Entity {
  const copy: Record<string, unknown> = { ...entity }
  for (const column in copy) if (copy[column] === undefined || copy[column] === null) delete copy[column]
  return copy as Entity
}

/**
 * One table in memory, with the ETags of Table Storage, its transactions, and its queries in pages. `select` is
 * ignored: an answer has all columns.
 */
export function createMemoryTable(options: MemoryTableOptions = {}) {
  const content = createMemoryRows(options)
  return { table: createMemoryClient(content), rows: () => content.all() }
}

/** Creates a client of a table in memory. */
export function createMemoryClient(
  content: MemoryRows,
  perform: Perform = async (work) => work(),
): TableClient {
  const client = {
    createEntity: (entity: Entity) => perform(() => create(content, entity)),
    upsertEntity: (entity: Entity, mode: string) => perform(() => upsert(content, entity, mode)),
    getEntity: (partitionKey: string, rowKey: string) =>
      perform(() => found(content, { partitionKey, rowKey })),
    updateEntity: (entity: Entity, mode: string, match: Match = {}) =>
      perform(() => update(content, entity, mode, match)),
    deleteEntity: (partitionKey: string, rowKey: string, { etag }: Match = {}) =>
      perform(() => remove(content, { partitionKey, rowKey }, etag)),
    submitTransaction: (actions: readonly Action[]) => perform(() => transact(content, actions)),
    listEntities: ({ queryOptions: { filter = '' } = {} }: ListOptions = {}) => {
      const query = parseQuery(filter)
      const byPage = (settings: PageSettings = {}) => pagesOf(content, query, settings, perform)
      return { byPage, [Symbol.asyncIterator]: () => eachOf(byPage()) }
    },
  }
  return client as unknown as TableClient
}

type Keys = Pick<Entity, 'partitionKey' | 'rowKey'>
type Match = { readonly etag?: string }
type Action = readonly ['create' | 'upsert' | 'update' | 'delete', Entity, string?, Match?]

interface ListOptions {
  readonly queryOptions?: { readonly filter?: string }
}

interface PageSettings {
  readonly maxPageSize?: number
  readonly continuationToken?: string
}

function rowOf({ partitions }: MemoryRows, { partitionKey, rowKey }: Keys): Row | undefined {
  return partitions.get(partitionKey)?.get(rowKey)
}

function found(content: MemoryRows, keys: Keys, etag = '*'): Row {
  const row = rowOf(content, keys)
  if (!row) throw new RestError('x', { statusCode: 404, code: 'ResourceNotFound' })
  if (etag !== '*' && etag !== row.etag)
    throw new RestError('x', { statusCode: 412, code: 'UpdateConditionNotSatisfied' })
  return row
}

function absent(content: MemoryRows, keys: Keys): void {
  if (rowOf(content, keys)) throw new RestError('x', { statusCode: 409, code: 'EntityAlreadyExists' })
}

function create(content: MemoryRows, entity: Entity) {
  absent(content, entity)
  return content.put(entity)
}

function upsert(content: MemoryRows, entity: Entity, mode: string) {
  return content.put(mode === 'Merge' ? { ...rowOf(content, entity), ...entity } : entity)
}

function update(content: MemoryRows, entity: Entity, mode: string, { etag }: Match) {
  found(content, entity, etag)
  return upsert(content, entity, mode)
}

function remove(content: MemoryRows, keys: Keys, etag?: string) {
  found(content, keys, etag)
  content.remove(keys)
}

/** All actions take effect, or none. */
function transact(content: MemoryRows, actions: readonly Action[]) {
  for (const [kind, entity, , match] of actions) {
    if (kind === 'create') absent(content, entity)
    else if (kind !== 'upsert') found(content, entity, match?.etag)
  }
  const subResponses = actions.map(([kind, entity, mode = 'Merge']) => {
    if (kind === 'delete') return { etag: undefined, removed: remove(content, entity) }
    return upsert(content, entity, kind === 'create' ? 'Replace' : mode)
  })
  return { subResponses }
}

async function* eachOf(pages: AsyncGenerator<Row[]>): AsyncGenerator<Row> {
  for await (const page of pages) yield* page
}

/**
 * Pages of 1,000 rows at most, as the service's own. Like the service, which gives up a query after five seconds, a page
 * ends after {@link maxVisited} rows, wanted or not; it can be empty.
 */
async function* pagesOf(
  content: MemoryRows,
  query: Query,
  { continuationToken, maxPageSize = 1000 }: PageSettings,
  perform: Perform,
): AsyncGenerator<Row[] & { continuationToken?: string }> {
  let start = continuationToken ? readContinuation(continuationToken) : undefined
  do {
    const from = start
    const { next, rows } = await perform(() => readPage(content, query, maxPageSize, from))
    start = next
    yield next ? Object.assign(rows, { continuationToken: writeContinuation(next) }) : rows
  } while (start)
}

function writeContinuation({ partitionKey, rowKey }: Keys): string {
  return Buffer.from(JSON.stringify({ nextPartitionKey: partitionKey, nextRowKey: rowKey })).toString(
    'base64',
  )
}

function readContinuation(token: string): Keys {
  const { nextPartitionKey, nextRowKey } = JSON.parse(Buffer.from(token, 'base64').toString())
  return { partitionKey: nextPartitionKey, rowKey: nextRowKey }
}

/** More than any query of the tests passes over, except those that walk a whole table. */
const maxVisited = 2000

/** The rows of a page, and the first key after it. */
function readPage(content: MemoryRows, query: Query, size: number, start?: Keys) {
  const rows: Row[] = []
  let next: Keys | undefined
  let visited = 0
  const wanted = startingAt(rangeOf(query, 'partitionKey'), start?.partitionKey)
  const inside = rangeOf(query, 'rowKey')
  const collect = (row: Row) => {
    if (rows.length === size || visited++ === maxVisited) next = row
    else if (isFound(query, row)) rows.push(row)
    return next !== undefined
  }
  const isOneKey = inside.to === `${inside.from}\u0000`
  if (isOneKey) content.having(inside.from).visit(wanted, collect)
  else
    content.partitions.visit(wanted, (partition, key) => {
      if (visited++ >= maxVisited) next = { partitionKey: key, rowKey: '' }
      else partition.visit(start?.partitionKey === key ? startingAt(inside, start.rowKey) : inside, collect)
      return next !== undefined
    })
  return { rows, ...(next && { next }) }
}

function startingAt(range: KeyRange, start = ''): KeyRange {
  return start > range.from ? { ...range, from: start } : range
}
