import type { Tables } from './clients.ts'
import { runStorageOperation } from './unavailable.ts'

/** Rows, and where the next ones start. */
export type Page = Record<string, unknown>[] & { continuationToken?: string }

/** Reads one page of rows, from a continuation on. One that the service doesn't know isn't a failure. */
export async function firstPage(
  table: Tables['Tenants'],
  filter: string,
  limit: number,
  continuation?: string,
): Promise<Page | 'continuation_unknown'> {
  if (continuation !== undefined && !isContinuation(continuation)) return 'continuation_unknown'
  return runStorageOperation<Page | 'continuation_unknown'>(
    'tables',
    async () => {
      const settings = { maxPageSize: limit, ...(continuation && { continuationToken: continuation }) }
      for await (const page of table.listEntities({ queryOptions: { filter } }).byPage(settings))
        return page as Page
      return []
    },
    // The service reads the contents of a continuation, and refuses one that it didn't write.
    (status) =>
      status === 400 && continuation !== undefined ? { value: 'continuation_unknown' } : undefined,
  )
}

/** Whether the SDK can read it: base64 of JSON with the keys at which the next page starts. */
function isContinuation(text: string): boolean {
  try {
    const { nextPartitionKey, nextRowKey = '' } = JSON.parse(Buffer.from(text, 'base64').toString('latin1'))
    return typeof nextPartitionKey === 'string' && nextPartitionKey !== '' && typeof nextRowKey === 'string'
  } catch {
    return false
  }
}
