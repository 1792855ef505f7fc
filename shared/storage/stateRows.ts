import type { Tables } from './clients.ts'
import { onRow, runStorageOperation } from './unavailable.ts'

type StateTable = Tables['BrokerState']

/** Writes a row of the broker's state; `value` is stored as JSON. */
export async function writeRow(
  table: StateTable,
  partitionKey: string,
  rowKey: string,
  value: object,
): Promise<void> {
  await runStorageOperation('tables', () =>
    table.upsertEntity({ partitionKey, rowKey, value: JSON.stringify(value) }, 'Merge'),
  )
}

/** Creates a row, or replaces the one with that ETag. Returns whether no one else was faster. */
export function replaceRow(
  table: StateTable,
  partitionKey: string,
  rowKey: string,
  value: object,
  etag: string | undefined,
): Promise<boolean> {
  const entity = { partitionKey, rowKey, value: JSON.stringify(value) }
  return onRow(
    async () => {
      await (etag === undefined ? table.createEntity(entity) : table.updateEntity(entity, 'Merge', { etag }))
      return true
    },
    { absent: false, changed: false, taken: false },
  )
}

/** Removes a row, if there is one. */
export async function removeRow(table: StateTable, partitionKey: string, rowKey: string): Promise<void> {
  await onRow(() => table.deleteEntity(partitionKey, rowKey), { absent: undefined })
}

/** Reads a row's value and its ETag; undefined if there is none. */
export function readRow<T>(
  table: StateTable,
  partitionKey: string,
  rowKey: string,
): Promise<{ readonly value: T; readonly etag: string } | undefined> {
  return onRow(
    async () => {
      const { value, etag } = await table.getEntity<{ value: string }>(partitionKey, rowKey)
      return { value: parseRow<T>(value), etag }
    },
    { absent: undefined },
  )
}

/** Parses a row's value, with its times. */
export function parseRow<T>(value: string): T {
  return JSON.parse(value, (key, v) =>
    /(At|since|until)$/.test(key) && key !== 'startedAt' ? new Date(v) : v,
  ) as T
}
