import { odata } from '@azure/data-tables'
import type { Tables } from './clients.ts'
import { type SavedRow, toSavedRow } from './savedRow.ts'
import { runStorageOperation } from './unavailable.ts'

/**
 * Lists whole rows in the order of their keys, each column with its type, 1,000 a page.
 * @param first what their partition keys begin with. Empty means all rows.
 */
export async function* readSavedPages(table: Tables['Tenants'], first: string): AsyncGenerator<SavedRow[]> {
  // No character of a key is greater than `~`.
  const filter = odata`PartitionKey ge ${first} and PartitionKey lt ${`${first}~`}`
  const pages = table
    .listEntities({ disableTypeConversion: true, ...(first && { queryOptions: { filter } }) })
    .byPage({ maxPageSize: 1000 })
  for (;;) {
    const { done, value } = await runStorageOperation('tables', () => pages.next())
    if (done) return
    yield value.map(toSavedRow)
  }
}
