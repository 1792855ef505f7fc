import type { Row } from './field.ts'

/** How a list is sorted. */
export interface UnifiedSort {
  /** Rows without it come last. */
  readonly keyOf: (row: Row) => string | null
  readonly order: 'asc' | 'desc'
}

/** The part of a list that is a page. */
export interface PageSpan {
  readonly limit: number
  readonly offset: number
  /** Default is the file's order. */
  readonly sort?: UnifiedSort | undefined
}

/** The rows of a page, while a file is read. */
export interface PageRows {
  /** Whether no further row can change the page. Never so for a sorted one. */
  readonly isFull: boolean
  add(row: Row): void
  all(): Row[]
}

/** Collects the rows of a page. Of a sorted one, it keeps the rows before it, too, and a batch of candidates. */
export function createPageRows({ limit, offset, sort }: PageSpan): PageRows {
  return sort ? createSortedRows(limit, offset, sort) : createFirstRows(limit, offset)
}

function createFirstRows(limit: number, offset: number): PageRows {
  const kept: string[] = []
  let passed = 0
  return {
    get isFull() {
      return kept.length >= limit
    },
    add: (row) => {
      if (passed++ >= offset) kept.push(copyOf(row))
    },
    all: () => kept.map(toRow),
  }
}

/** Sorting for each row would take longer than reading it. */
const batchRows = 1000

const { compare } = new Intl.Collator('en')

function createSortedRows(limit: number, offset: number, { keyOf, order }: UnifiedSort): PageRows {
  const end = offset + limit
  const sign = order === 'desc' ? -1 : 1
  let kept: { readonly key: string | null; readonly copy: string }[] = []
  let last: string | null | undefined
  const byKey = (one: string | null, other: string | null) => {
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return sign * compare(one, other)
  }
  // The sort is stable, so rows with the same key stay in the file's order.
  const select = () => {
    kept = kept.sort((one, other) => byKey(one.key, other.key)).slice(0, end)
    if (kept.length === end) last = kept.at(-1)?.key
  }
  return {
    isFull: false,
    add: (row) => {
      const key = keyOf(row)
      if (last !== undefined && byKey(key, last) >= 0) return
      kept.push({ key: key === null ? null : flat(key), copy: copyOf(row) })
      if (kept.length >= end + batchRows) select()
    },
    all: () => {
      select()
      return kept.slice(offset).map(({ copy }) => toRow(copy))
    },
  }
}

/** A row's texts are parts of its file's text, which would stay in memory with any of them. */
function copyOf(row: Row): string {
  return JSON.stringify(row)
}

function toRow(copy: string): Row {
  return JSON.parse(copy)
}

function flat(text: string): string {
  return Buffer.from(text).toString()
}
