/** What the table service can be asked for. */
export const tableOperations = [
  'createTable',
  'deleteTable',
  'listTables',
  'insert',
  'get',
  'list',
  'replace',
  'merge',
  'delete',
  'batch',
  'other',
] as const

/** One of {@link tableOperations}. */
export type TableOperation = (typeof tableOperations)[number]

/** What a request asks for, read from its method, path, and body. */
export interface TableRequest {
  readonly operation: TableOperation
  /** Empty for `listTables` and `other`. */
  readonly table: string
  /** Absent where it names none: a list over partitions, and what is about whole tables. */
  readonly partition?: string
  /** How many entities it writes, or names by their keys: what a transaction is made of. 0 for a list. */
  readonly entities: number
}

/**
 * Reads what a request asks for.
 * @param target path and query, with the account as the path's first segment.
 */
export function parseTableRequest(method: string, target: string, body: string): TableRequest {
  const url = new URL(target, 'http://tables')
  const resource = decode(url.pathname.replace(/^\/[^/]+\//, ''))
  if (resource === '$batch') return parseBatch(body)
  const [, name = '', keys = ''] = /^(\w+)(\(.*\))?$/s.exec(resource) ?? []
  if (name === 'Tables') return parseTableOfTables(method, keys, body)
  const operation = url.searchParams.has('comp') ? 'other' : toOperation(method, keys)
  if (operation === 'other' || name === '') return { operation: 'other', table: name, entities: 0 }
  const partition = partitionOf(keys) ?? partitionOf(url.searchParams.get('$filter')) ?? partitionOfJson(body)
  return {
    operation,
    table: name,
    ...(partition !== undefined && { partition }),
    entities: operation === 'list' ? 0 : 1,
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function parseTableOfTables(method: string, keys: string, body: string): TableRequest {
  if (method === 'POST')
    return { operation: 'createTable', table: valueIn(body, 'TableName') ?? '', entities: 0 }
  const table = /'(.*)'/.exec(keys)?.[1] ?? ''
  return { operation: method === 'DELETE' ? 'deleteTable' : 'listTables', table, entities: 0 }
}

function toOperation(method: string, keys: string): TableOperation {
  const isEntity = keys.includes('PartitionKey=')
  switch (method) {
    case 'GET':
      return isEntity ? 'get' : 'list'
    case 'POST':
      return 'insert'
    case 'PUT':
      return 'replace'
    case 'PATCH':
    case 'MERGE':
      return 'merge'
    case 'DELETE':
      return 'delete'
    default:
      return 'other'
  }
}

/** A line that begins an operation of a change set; JSON in between has no line of its own that looks like one. */
const operationLine = /^(?:POST|PUT|PATCH|MERGE|DELETE|GET) (\S+) HTTP\/1\.1\r?$/gm

/** All operations of a transaction are about one table and one partition: the first tells. */
function parseBatch(body: string): TableRequest {
  const targets = [...body.matchAll(operationLine)].map(([, target = '']) => decode(target))
  const [, table = '', keys = ''] = /\/(\w+)(\(.*\))?$/s.exec(targets[0] ?? '') ?? []
  const partition = partitionOf(keys) ?? partitionOfJson(body)
  return {
    operation: 'batch',
    table,
    ...(partition !== undefined && { partition }),
    entities: targets.length,
  }
}

/** The partition that keys or a filter name; a quote within is doubled (OData 3.0). */
function partitionOf(text: string | null): string | undefined {
  return /PartitionKey(?:=| eq )'((?:[^']|'')*)'/.exec(text ?? '')?.[1]?.replaceAll("''", "'")
}

const partitionOfJson = (body: string) => valueIn(body, 'PartitionKey')

function valueIn(body: string, property: string): string | undefined {
  const text = new RegExp(`"${property}":("(?:[^"\\\\]|\\\\.)*")`).exec(body)?.[1]
  return text === undefined ? undefined : (JSON.parse(text) as string)
}
