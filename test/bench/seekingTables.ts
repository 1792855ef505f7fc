import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { serve } from '../../local/service.ts'

/** Tables that listen on loopback, in their own thread and heap. */
export interface SeekingTables {
  readonly port: number
  stop(): Promise<void>
}

/**
 * Table Storage's protocol, limited to what sweeps, backups, restores, and rebuilds use, over tables that are sorted by
 * their keys: a query seeks its range, like in the service, but Azurite reads every row of the table for each query and
 * point read. Only for measuring: of transactions, it supports only those that can't be refused; it has no access
 * control, and filters only by keys. Every table exists, and one that is deleted is empty.
 * @param latencyMilliseconds how long each answer takes besides its work. Default is 0.
 */
export async function startSeekingTables(latencyMilliseconds = 0): Promise<SeekingTables> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { latencyMilliseconds } })
  const [port] = (await once(worker, 'message')) as [number]
  return { port, stop: async () => void (await worker.terminate()) }
}

// The thread runs this file.
if (parentPort) parentPort.postMessage(await listenHere())

async function listenHere(): Promise<number> {
  const tables = new Map<string, Partitions>()
  const service: Service = {
    partitionsOf(table) {
      const known = tables.get(table) ?? new Sorted()
      tables.set(table, known)
      return known
    },
    drop: (table) => void tables.delete(table),
  }
  const { latencyMilliseconds = 0 } = (workerData ?? {}) as { latencyMilliseconds?: number }
  const answerLate = async (request: Request) => {
    if (latencyMilliseconds > 0) await pause(latencyMilliseconds)
    return answer(request, service)
  }
  const { port } = await serve(answerLate, { name: 'the tables that seek', port: 0 })
  return port
}

type Partitions = Sorted<Sorted<Row>>

interface Service {
  partitionsOf(table: string): Partitions
  drop(table: string): void
}

interface Row {
  readonly etag: string
  readonly entity: Readonly<Record<string, unknown>>
}

async function answer(request: Request, service: Service): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname.endsWith('/$batch')) return transact(await request.text(), service)
  const [, table = '', keys] = /^\/[^/]+\/(\w+)(?:\((.*)\))?$/.exec(decodeURIComponent(pathname)) ?? []
  if (table === 'Tables') {
    if (request.method === 'DELETE') service.drop(keys?.slice(1, -1) ?? '')
    return new Response(null, { status: 204 })
  }
  const partitions = service.partitionsOf(table)
  if (request.method === 'GET' && !keys) return query(partitions, searchParams)
  const hasBody = ['POST', 'PATCH', 'PUT'].includes(request.method)
  const sent = hasBody ? ((await request.json()) as Row['entity']) : {}
  const [partitionKey, rowKey] = keys ? keysIn(keys) : [String(sent.PartitionKey), String(sent.RowKey)]
  const partition: Sorted<Row> = partitions.get(partitionKey) ?? new Sorted()
  const found = partition.get(rowKey)
  const write = (kept?: Row['entity']) => {
    const row = { etag: nextEtag(), entity: { ...kept, ...sent, Timestamp: new Date().toISOString() } }
    partition.set(rowKey, row)
    partitions.set(partitionKey, partition)
    return new Response(null, { status: 204, headers: { etag: row.etag } })
  }
  switch (request.method) {
    case 'GET':
      return found
        ? Response.json(toEntity(found, searchParams.get('$select')))
        : refuse(404, 'ResourceNotFound')
    case 'POST':
      return found ? refuse(409, 'EntityAlreadyExists') : write()
    // With MERGE, the row keeps its other columns.
    case 'PATCH':
    case 'PUT': {
      const wanted = request.headers.get('if-match')
      if (wanted && !found) return refuse(404, 'ResourceNotFound')
      if (wanted && wanted !== '*' && wanted !== found?.etag)
        return refuse(412, 'UpdateConditionNotSatisfied')
      return write(request.method === 'PATCH' ? found?.entity : undefined)
    }
    case 'DELETE':
      return partition.delete(rowKey) ? new Response(null, { status: 204 }) : refuse(404, 'ResourceNotFound')
    default:
      throw new Error(`${request.method} ${pathname} is more than these tables know.`)
  }
}

function keysIn(text: string): readonly [partitionKey: string, rowKey: string] {
  const [, partitionKey = '', rowKey = ''] = /^PartitionKey='(.*)',RowKey='(.*)'$/.exec(text) ?? []
  return [partitionKey, rowKey]
}

/** Answers in the form that the SDK parses: one part for each operation, and what ends them. */
async function transact(body: string, service: Service): Promise<Response> {
  const parts: string[] = []
  for (const part of body.split('--changeset_').slice(1, -1)) {
    const [, method = '', url = ''] = /^(\w+) (\S+) HTTP\/1\.1\r?$/m.exec(part) ?? []
    const [, etag] = /^if-match: (.*?)\r?$/im.exec(part) ?? []
    const [json] = /\{.*\}/s.exec(part) ?? []
    const headers = etag ? { 'if-match': etag } : undefined
    const done = await answer(
      new Request(url, { method, ...(headers && { headers }), ...(json && { body: json }) }),
      service,
    )
    if (!done.ok) throw new Error(`${method} ${url} of a transaction is refused.`)
    parts.push(`HTTP/1.1 ${done.status} OK\r\nETag: ${done.headers.get('etag')}\r\n\r\n`)
  }
  const boundary = '--changesetresponse_1'
  return new Response([boundary, ...parts.map((part) => `\r\n${part}${boundary}`), '--'].join(''), {
    status: 202,
  })
}

const maxRowsOfAPage = 1000

/** One page of a range of keys: comparisons of `PartitionKey` and `RowKey`, joined by `and`. */
function query(partitions: Partitions, parameters: URLSearchParams): Response {
  const filter = parameters.get('$filter') ?? ''
  const [partitionRange, rowRange] = [rangeOf(filter, 'PartitionKey'), rangeOf(filter, 'RowKey')]
  const wanted = Number(parameters.get('$top') ?? maxRowsOfAPage)
  const [startPartition = '', startRow = ''] = [
    parameters.get('NextPartitionKey') ?? undefined,
    parameters.get('NextRowKey') ?? undefined,
  ]
  const found: Row[] = []
  // A continuation is within the range.
  const { from: first, before } = partitionRange
  for (const [name, partition] of partitions.range(startPartition || first, before)) {
    const from = name === startPartition && startRow > rowRange.from ? startRow : rowRange.from
    for (const [, row] of partition.range(from, rowRange.before)) {
      found.push(row)
      if (found.length > wanted) break
    }
    if (found.length > wanted) break
  }
  const [next] = found.slice(wanted)
  return Response.json(
    { value: found.slice(0, wanted).map((row) => toEntity(row, parameters.get('$select'))) },
    next && {
      headers: {
        'x-ms-continuation-NextPartitionKey': String(next.entity.PartitionKey),
        'x-ms-continuation-NextRowKey': String(next.entity.RowKey),
      },
    },
  )
}

/** Keys from one, inclusive, up to another. */
interface KeyRange {
  readonly from: string
  readonly before: string
}

function rangeOf(filter: string, key: 'PartitionKey' | 'RowKey'): KeyRange {
  let range = { from: '', before: '\uffff' }
  if (!filter) return range
  for (const comparison of filter.split(' and ')) {
    const [, name, operator = '', value = ''] = /^(\w+) (\w\w) '([^']*)'$/.exec(comparison) ?? []
    if (name !== 'PartitionKey' && name !== 'RowKey') throw new Error(`${filter} is no range of keys.`)
    if (name !== key) continue
    const after = operator === 'gt' || operator === 'le' ? `${value}\0` : value
    if (operator === 'eq') range = { from: value, before: `${value}\0` }
    else if (operator === 'ge' || operator === 'gt') range = { ...range, from: after }
    else range = { ...range, before: after }
  }
  return range
}

/** @param select the names of columns, joined by commas. A column's type goes with it. Null means all columns. */
function toEntity({ etag, entity }: Row, select: string | null): object {
  if (!select) return { 'odata.etag': etag, ...entity }
  const names = new Set(select.split(','))
  const chosen = Object.entries(entity).filter(([name]) => names.has(name.split('@')[0] ?? ''))
  return { 'odata.etag': etag, ...Object.fromEntries(chosen) }
}

function refuse(status: number, code: string): Response {
  return Response.json({ 'odata.error': { code, message: { lang: 'en', value: code } } }, { status })
}

let writes = 0

function nextEtag(): string {
  return `W/"${++writes}"`
}

/** Values in the order of their keys. */
class Sorted<Value> {
  readonly #values = new Map<string, Value>()
  readonly #keys: string[] = []

  get(key: string): Value | undefined {
    return this.#values.get(key)
  }

  set(key: string, value: Value): void {
    if (!this.#values.has(key)) this.#keys.splice(this.#seek(key), 0, key)
    this.#values.set(key, value)
  }

  delete(key: string): boolean {
    if (this.#values.delete(key)) return this.#keys.splice(this.#seek(key), 1).length > 0
    return false
  }

  /** From one key up to another. */
  *range(from: string, before: string): Generator<[string, Value]> {
    for (let place = this.#seek(from); place < this.#keys.length; place++) {
      const key = this.#keys[place] as string
      if (key >= before) return
      yield [key, this.#values.get(key) as Value]
    }
  }

  /** The first place whose key is not smaller. */
  #seek(key: string): number {
    let [low, high] = [0, this.#keys.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#keys[middle] as string) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
