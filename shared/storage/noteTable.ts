import { randomBytes } from 'node:crypto'
import { odata } from '@azure/data-tables'
import type { BrokerEvent, BrokerNotes } from '../domain/notes.ts'
import type { Tables } from './clients.ts'
import { toCountdown } from './countdown.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

/** Stores notes in `BrokerState`: the partition is `note:<kind>` or `event`. */
export function createNoteTable({ BrokerState: table }: Pick<Tables, 'BrokerState'>): BrokerNotes {
  const entityOf = (kind: string, key: string, value: object) => ({
    partitionKey: `note:${kind}`,
    rowKey: key,
    value: JSON.stringify(value),
  })
  return {
    read: <T>(kind: string, key: string) =>
      onRow(
        async () => JSON.parse((await table.getEntity<{ value: string }>(`note:${kind}`, key)).value) as T,
        { absent: undefined },
      ),
    async write(kind, key, value) {
      await runStorageOperation('tables', () => table.upsertEntity(entityOf(kind, key, value), 'Merge'))
    },
    createOnce: (kind, key, value) =>
      onRow(
        async () => {
          await table.createEntity(entityOf(kind, key, value))
          return true
        },
        { taken: false },
      ),
    async remove(kind, key) {
      await onRow(() => table.deleteEntity(`note:${kind}`, key), { absent: undefined })
    },
    async addEvent(event) {
      // Newest first: the row key counts down.
      const countdown = toCountdown(Date.parse(event.at))
      const rowKey = `${countdown}:${randomBytes(4).toString('hex')}`
      const entity = { partitionKey: 'event', rowKey, value: JSON.stringify(event) }
      // The key is random: a row that is there already is this one, whose first answer was lost.
      await onRow(() => table.createEntity(entity), { taken: undefined })
    },
    events: (limit) =>
      runStorageOperation('tables', async () => {
        const filter = odata`PartitionKey eq ${'event'}`
        const pages = table.listEntities<{ value: string }>({ queryOptions: { filter } })
        // A page can be empty and have a continuation.
        for await (const page of pages.byPage({ maxPageSize: limit })) {
          if (page.length > 0) return page.map(({ value }) => JSON.parse(value) as BrokerEvent)
        }
        return []
      }),
  }
}
