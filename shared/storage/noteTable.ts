import { randomBytes } from 'node:crypto'
import { odata } from '@azure/data-tables'
import type { BrokerEvent, BrokerNotes } from '../domain/notes.ts'
import type { Tables } from './clients.ts'
import { runStorageOperation } from './unavailable.ts'

/** Stores notes in `BrokerState`: the partition is `note:<kind>` or `event`. */
export function createNoteTable({ BrokerState: table }: Pick<Tables, 'BrokerState'>): BrokerNotes {
  const entityOf = (kind: string, key: string, value: object) => ({
    partitionKey: `note:${kind}`,
    rowKey: key,
    value: JSON.stringify(value),
  })
  return {
    read: <T>(kind: string, key: string) =>
      runStorageOperation<T | undefined>(
        'tables',
        async () => JSON.parse((await table.getEntity<{ value: string }>(`note:${kind}`, key)).value) as T,
        (status) => (status === 404 ? { value: undefined } : undefined),
      ),
    async write(kind, key, value) {
      await runStorageOperation('tables', () => table.upsertEntity(entityOf(kind, key, value), 'Replace'))
    },
    createOnce: (kind, key, value) =>
      runStorageOperation<boolean>(
        'tables',
        async () => {
          await table.createEntity(entityOf(kind, key, value))
          return true
        },
        (status) => (status === 409 ? { value: false } : undefined),
      ),
    async remove(kind, key) {
      await runStorageOperation<unknown>(
        'tables',
        () => table.deleteEntity(`note:${kind}`, key),
        (status) => (status === 404 ? { value: undefined } : undefined),
      )
    },
    async addEvent(event) {
      // Newest first: the row key counts down.
      const countdown = String(9_999_999_999_999 - Date.parse(event.at)).padStart(13, '0')
      const rowKey = `${countdown}:${randomBytes(4).toString('hex')}`
      const entity = { partitionKey: 'event', rowKey, value: JSON.stringify(event) }
      await runStorageOperation('tables', () => table.createEntity(entity))
    },
    events: (limit) =>
      runStorageOperation('tables', async () => {
        const filter = odata`PartitionKey eq ${'event'}`
        const pages = table.listEntities<{ value: string }>({ queryOptions: { filter } })
        for await (const page of pages.byPage({ maxPageSize: limit })) {
          return page.map(({ value }) => JSON.parse(value) as BrokerEvent)
        }
        return []
      }),
  }
}
