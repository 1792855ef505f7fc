import type { DueIndex, DueRow } from '../../../shared/domain/due.ts'

/** The due index in memory, with additions for the simulator. */
export interface ModelDueIndex extends DueIndex {
  /** Every current row. */
  rows(): Iterable<DueRow>
  /** One page of {@link DueIndex.due}: the result of a single query, after the last row of the previous page. */
  page(shard: number, until: Date, after?: DueRow): Promise<readonly DueRow[]>
}

/**
 * Creates due rows sorted by time within shards.
 * @param options `shardCount` and `pageSize`; defaults are 2 and 3, so that small worlds have several of each.
 */
export function createModelDueIndex(options: { shardCount?: number; pageSize?: number } = {}): ModelDueIndex {
  const { shardCount = 2, pageSize = 3 } = options
  const rows = new Map<string, DueRow>()
  const page = async (shard: number, until: Date, after?: DueRow): Promise<readonly DueRow[]> =>
    [...rows.values()]
      .filter((row) => shardOf(row, shardCount) === shard && row.dueAt <= until)
      .filter((row) => !after || compare(row, after) > 0)
      .sort(compare)
      .slice(0, pageSize)
  return {
    shardCount,
    insert: async (row) => {
      rows.set(keyOf(row), row)
    },
    remove: async (row) => {
      rows.delete(keyOf(row))
    },
    move: async (from, to) => {
      rows.delete(keyOf(from))
      rows.set(keyOf(to), to)
    },
    due: (shard, until) => pagesOf((after) => page(shard, until, after)),
    page,
    rows: () => rows.values(),
  }
}

/** Walks pages until one is empty; each is requested only when needed. */
export async function* pagesOf(
  ask: (after?: DueRow) => Promise<readonly DueRow[]>,
): AsyncGenerator<readonly DueRow[]> {
  let page = await ask()
  while (page.length > 0) {
    yield page
    page = await ask(page.at(-1))
  }
}

function keyOf({ workspace, tenant, dueAt }: DueRow): string {
  return `${dueAt.getTime()}_${workspace}/${tenant}`
}

function compare(a: DueRow, b: DueRow): number {
  const [first, second] = [keyOf(a), keyOf(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function shardOf({ workspace, tenant }: DueRow, shardCount: number): number {
  const sum = [...`${workspace}/${tenant}`].reduce((hash, letter) => hash * 31 + letter.charCodeAt(0), 7)
  return sum % shardCount
}
