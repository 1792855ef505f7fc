import type { DueIndex, DueRow } from '../../../shared/domain/due.ts'
import { tenantKey } from '../../../shared/domain/tenantKey.ts'
import type { LimitedAccount } from './tables.ts'
import { nameOf, numberOf } from './tenantNumbers.ts'

/** The same as in `shared/storage/dueTable.ts`. */
const shardCount = 32
const pageSize = 1000

/** A due index for many tenants, with instant filling. */
export interface CompactDueIndex extends DueIndex {
  prepare(number: number, dueAt: number): void
}

/** A shard: rows that no query has read yet, in a heap of numbers, and rows that one has, oldest first. */
interface Shard {
  readonly waiting: WaitingRows
  readonly ripe: Map<string, DueRow>
  readonly goneBefore: Set<string>
}

/** Creates the index on a limited account: each row read counts as an entity of its partition. */
export function createCompactDueIndex(account: LimitedAccount, count: number): CompactDueIndex {
  const shards = Array.from({ length: shardCount }, () => ({ ...createShard(), limit: account.partition() }))
  const shardOf = Uint8Array.from({ length: count }, (_, number) => {
    return Number.parseInt(tenantKey(nameOf(number)).slice(0, 4), 16) % shardCount
  })
  const of = (row: DueRow) => shards[shardOf[numberOf(row)] ?? 0]!
  return {
    shardCount,
    prepare: (number, dueAt) => shards[shardOf[number] ?? 0]?.waiting.add(dueAt, number),
    insert: (row) => {
      const { limit, waiting } = of(row)
      return account.transact(limit, 1, () => waiting.add(row.dueAt.getTime(), numberOf(row)))
    },
    remove: (row) => {
      const { limit, ripe, goneBefore } = of(row)
      return account.transact(limit, 1, () => {
        if (!ripe.delete(keyOf(row))) goneBefore.add(keyOf(row))
      })
    },
    move: (from, to) => {
      const { limit, ripe, goneBefore, waiting } = of(from)
      return account.transact(limit, 2, () => {
        if (!ripe.delete(keyOf(from))) goneBefore.add(keyOf(from))
        waiting.add(to.dueAt.getTime(), numberOf(to))
      })
    },
    async *due(number, until) {
      const shard = shards[number]!
      ripen(shard, until.getTime())
      const keys = [...shard.ripe.keys()]
      for (let from = 0; from === 0 || from < keys.length; from += pageSize) {
        const asked = keys.slice(from, from + pageSize)
        const read = () => asked.map((key) => shard.ripe.get(key)).filter((row) => row !== undefined)
        yield await account.transact(shard.limit, Math.max(1, asked.length), read)
      }
    },
  }
}

function ripen({ waiting, ripe, goneBefore }: Shard, until: number): void {
  for (let next = waiting.take(until); next; next = waiting.take(until)) {
    const row = {
      ...nameOf(next.number),
      environment: 'production',
      identityProvider: 'microsoft',
      dueAt: new Date(next.at),
    } as const
    if (!goneBefore.delete(keyOf(row))) ripe.set(keyOf(row), row)
  }
}

function keyOf({ tenant, dueAt }: DueRow): string {
  return `${dueAt.getTime()}_${tenant}`
}

function createShard(): Shard {
  return { waiting: createWaitingRows(), ripe: new Map(), goneBefore: new Set() }
}

interface WaitingRows {
  add(at: number, number: number): void
  /** The earliest row that is due by `until`. */
  take(until: number): { at: number; number: number } | undefined
}

/** A heap in two plain arrays of numbers: a million rows take 16 MB, not 100. */
function createWaitingRows(): WaitingRows {
  const times: number[] = []
  const numbers: number[] = []
  const move = (from: number, to: number) => {
    times[to] = times[from]!
    numbers[to] = numbers[from]!
  }
  const put = (at: number, time: number, number: number) => {
    times[at] = time
    numbers[at] = number
  }
  return {
    add(time, number) {
      let at = times.length
      times.push(time)
      numbers.push(number)
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (times[parent]! <= time) break
        move(parent, at)
        at = parent
      }
      put(at, time, number)
    },
    take(until) {
      if (times.length === 0 || times[0]! > until) return undefined
      const first = { at: times[0]!, number: numbers[0]! }
      const [time, number] = [times.pop()!, numbers.pop()!]
      if (times.length === 0) return first
      let at = 0
      for (let child = 1; child < times.length; child = 2 * at + 1) {
        if (child + 1 < times.length && times[child + 1]! < times[child]!) child++
        if (times[child]! >= time) break
        move(child, at)
        at = child
      }
      put(at, time, number)
      return first
    },
  }
}
