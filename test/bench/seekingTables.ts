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
 * Table Storage's protocol, limited to what a sweep uses, over tables that are sorted by their keys: a query seeks its
 * range, like in the service, but Azurite reads every row of the table for each query and point read. Only for
 * measuring: of transactions, it supports only those that can't be refused; it has no access control, and filters only
 * by keys.
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
  const partitionsOf = (table: string): Partitions => {
    const known = tables.get(table) ?? new Map<string, Partition>()
    tables.set(table, known)
    return known
  }
  const { latencyMilliseconds = 0 } = (workerData ?? {}) as { latencyMilliseconds?: number }
  const answerLate = async (request: Request) => {
    if (latencyMilliseconds > 0) await pause(latencyMilliseconds)
    return answer(request, partitionsOf)
  }
  const { port } = await serve(answerLate, { name: 'the tables that seek', port: 0 })
  return port
}

type Partitions = Map<string, Partition>

interface Row {
  readonly etag: string
  readonly entity: Readonly<Record<string, unknown>>
}

async function answer(request: Request, partitionsOf: (table: string) => Partitions): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname.endsWith('/$batch')) return transact(await request.text(), partitionsOf)
  const [, table = '', keys] = /^\/[^/]+\/(\w+)(?:\((.*)\))?$/.exec(decodeURIComponent(pathname)) ?? []
  if (table === 'Tables') return new Response(null, { status: 204 })
  const partitions = partitionsOf(table)
  if (request.method === 'GET' && !keys) return query(partitions, searchParams)
  const [, partitionKey = '', rowKey = ''] = /^PartitionKey='(.*)',RowKey='(.*)'$/.exec(keys ?? '') ?? []
  const partition = partitions.get(partitionKey) ?? new Partition()
  partitions.set(partitionKey, partition)
  const found = partition.get(rowKey)
  switch (request.method) {
    case 'GET':
      return found ? Response.json(toEntity(found)) : refuse(404, 'ResourceNotFound')
    // With MERGE, the row keeps its other columns.
    case 'PATCH':
    case 'PUT': {
      const wanted = request.headers.get('if-match')
      if (wanted && !found) return refuse(404, 'ResourceNotFound')
      if (wanted && wanted !== '*' && wanted !== found?.etag)
        return refuse(412, 'UpdateConditionNotSatisfied')
      const kept = request.method === 'PATCH' ? found?.entity : undefined
      const row = { etag: nextEtag(), entity: { ...kept, ...((await request.json()) as Row['entity']) } }
      partition.set(rowKey, row)
      return new Response(null, { status: 204, headers: { etag: row.etag } })
    }
    case 'DELETE':
      return partition.delete(rowKey) ? new Response(null, { status: 204 }) : refuse(404, 'ResourceNotFound')
    default:
      throw new Error(`${request.method} ${pathname} is more than these tables know.`)
  }
}

/** Answers in the form that the SDK parses: one part for each operation, and what ends them. */
async function transact(body: string, partitionsOf: (table: string) => Partitions): Promise<Response> {
  const parts: string[] = []
  for (const part of body.split('--changeset_').slice(1, -1)) {
    const [, method = '', url = ''] = /^(\w+) (\S+) HTTP\/1\.1\r?$/m.exec(part) ?? []
    const [json] = /\{.*\}/s.exec(part) ?? []
    const done = await answer(new Request(url, { method, ...(json && { body: json }) }), partitionsOf)
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
  for (const name of namesIn(partitions, partitionRange)) {
    if (name < startPartition || found.length > wanted) continue
    const from = name === startPartition && startRow > rowRange.from ? startRow : rowRange.from
    found.push(...(partitions.get(name)?.range(from, rowRange.before, wanted + 1 - found.length) ?? []))
  }
  const [next] = found.slice(wanted)
  return Response.json(
    { value: found.slice(0, wanted).map(toEntity) },
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

function namesIn(partitions: Partitions, { from, before }: KeyRange): string[] {
  // A range of one key.
  if (before === `${from}\0`) return partitions.has(from) ? [from] : []
  return [...partitions.keys()].filter((name) => name >= from && name < before).sort()
}

function rangeOf(filter: string, key: 'PartitionKey' | 'RowKey'): KeyRange {
  let range = { from: '', before: '\uffff' }
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

function toEntity({ etag, entity }: Row): object {
  return { 'odata.etag': etag, ...entity }
}

function refuse(status: number, code: string): Response {
  return Response.json({ 'odata.error': { code, message: { lang: 'en', value: code } } }, { status })
}

let writes = 0

function nextEtag(): string {
  return `W/"${++writes}"`
}

/** Rows in the order of their keys. */
class Partition {
  readonly #rows = new Map<string, Row>()
  readonly #keys: string[] = []

  get(key: string): Row | undefined {
    return this.#rows.get(key)
  }

  set(key: string, row: Row): void {
    if (!this.#rows.has(key)) this.#keys.splice(this.#seek(key), 0, key)
    this.#rows.set(key, row)
  }

  delete(key: string): boolean {
    if (this.#rows.delete(key)) return this.#keys.splice(this.#seek(key), 1).length > 0
    return false
  }

  /** At most `most` rows from one key up to another. */
  range(from: string, before: string, most: number): Row[] {
    const start = this.#seek(from)
    const end = Math.min(this.#seek(before), start + most)
    return this.#keys.slice(start, end).map((key) => this.#rows.get(key) as Row)
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
