import { odata } from '@azure/data-tables'
import type { Tables } from './clients.ts'
import { runStorageOperation } from './unavailable.ts'

/** A row's keys, and when storage wrote it, by its own clock. */
export interface WrittenRow {
  readonly partitionKey: string
  readonly rowKey: string
  readonly at: Date
}

/** The newest row after a time that counts. Storage reads all of the table for it, and answers with what it finds. */
export async function findNewestRow(
  table: Tables['Tenants'],
  after: Date,
  isCounted: (row: WrittenRow) => boolean,
): Promise<WrittenRow | undefined> {
  const filter = odata`Timestamp gt ${after}`
  const select = ['partitionKey', 'rowKey', 'timestamp']
  const pages = table.listEntities({ queryOptions: { filter, select } }).byPage()
  let newest: WrittenRow | undefined
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return newest
    for (const { partitionKey = '', rowKey = '', timestamp = '' } of value) {
      const row = { partitionKey, rowKey, at: new Date(timestamp) }
      if (isCounted(row) && (!newest || row.at > newest.at)) newest = row
    }
  }
}
