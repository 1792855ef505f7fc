import { odata, type TransactionAction } from '@azure/data-tables'
import type { Tables } from './clients.ts'
import { toCountdown } from './countdown.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

/** The key of a tenant's event, and when storage wrote it, by its own clock. */
export interface OldEvent {
  readonly partitionKey: string
  readonly rowKey: string
  readonly writtenAt: Date
}

/** One page of events. It can be empty and still have a `next`. */
export interface OldEventPage {
  readonly events: readonly OldEvent[]
  readonly next?: string
}

/** The events of all tenants that happened before a time. */
export interface OldEvents {
  /** @param from the previous page's `next`, for the same or a later time. Default is the start. */
  read(before: Date, from?: string): Promise<OldEventPage>
  remove(events: readonly OldEvent[]): Promise<void>
}

/**
 * As many as one sweep removes, each in a transaction of its own at worst. A million tenants with one event a month take
 * fifty a sweep. A query also ends after 5 s (query-timeout-and-pagination).
 */
const pageSize = 200
/** The most changes in an entity-group transaction (table-service-error-codes, InvalidInput). */
const transactionSize = 100

/**
 * Finds and removes old events in Table Storage. Their keys count down, so an old one is in a range of keys. The service
 * passes over everything else: that costs its time, and no answers.
 */
export function createOldEvents({ Tenants: table }: Pick<Tables, 'Tenants'>): OldEvents {
  return {
    async read(before, continuationToken) {
      const first = `event:${toCountdown(before.getTime())}`
      const filter = odata`RowKey ge ${first} and RowKey lt ${'event;'}`
      const rows = table.listEntities({
        queryOptions: { filter, select: ['partitionKey', 'rowKey', 'timestamp'] },
      })
      const pages = rows.byPage({ maxPageSize: pageSize, ...(continuationToken && { continuationToken }) })
      const { done, value } = await runStorageOperation('tables', () => pages.next())
      if (done) return { events: [] }
      const { continuationToken: next } = value
      return { events: value.flatMap((row) => toOldEvent(row) ?? []), ...(next && { next }) }
    },
    async remove(events) {
      for (const [partitionKey, own] of Map.groupBy(events, (event) => event.partitionKey))
        for (let start = 0; start < own.length; start += transactionSize) {
          const batch = own.slice(start, start + transactionSize)
          const actions = batch.map(({ rowKey }): TransactionAction => ['delete', { partitionKey, rowKey }])
          // One that is gone fails its whole batch, which the next round finds again.
          await onRow(() => table.submitTransaction(actions), { absent: undefined })
        }
    },
  }
}

/** A row without a readable time counts as young. */
function toOldEvent({
  partitionKey,
  rowKey,
  timestamp,
}: Readonly<Record<string, unknown>>): OldEvent | undefined {
  const writtenAt = new Date(String(timestamp))
  if (typeof partitionKey !== 'string' || typeof rowKey !== 'string' || Number.isNaN(writtenAt.getTime()))
    return undefined
  return { partitionKey, rowKey, writtenAt }
}
