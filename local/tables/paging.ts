import type { TableAnswer } from './refusals.ts'

/** Before the place at which a list goes on after an empty page; nothing that Azurite writes begins so. */
const mark = 'after-empty-page.'
const nextPartition = 'NextPartitionKey'

/**
 * An empty page with a continuation, as the service ends a page at a partition's boundary or out of time
 * (rest/api/storageservices/query-timeout-and-pagination). The list goes on where it was.
 * @param target path and query of the request.
 */
export function toEmptyPage(target: string): TableAnswer {
  const query = new URL(target, 'http://tables').searchParams
  const row = query.get('NextRowKey')
  return {
    status: 200,
    headers: {
      'content-type': 'application/json;odata=minimalmetadata;streaming=true;charset=utf-8',
      'x-ms-version': '2019-02-02',
      'x-ms-continuation-nextpartitionkey': mark + (query.get(nextPartition) ?? ''),
      ...(row !== null && { 'x-ms-continuation-nextrowkey': row }),
    },
    body: JSON.stringify({ value: [] }),
  }
}

/**
 * What Azurite is asked for: without the marks of empty pages, and for `rows` entities at most.
 * The query is free to change: a shared key signs only the path.
 */
export function toUpstreamTarget(target: string, rows?: number): string {
  if (rows === undefined && !target.includes(mark)) return target
  const url = new URL(target, 'http://tables')
  const from = url.searchParams.get(nextPartition)
  if (from === mark) url.searchParams.delete(nextPartition)
  else if (from?.startsWith(mark)) url.searchParams.set(nextPartition, from.slice(mark.length))
  if (rows !== undefined) {
    const asked = Number(url.searchParams.get('$top') ?? Infinity)
    url.searchParams.set('$top', String(Math.min(asked, rows)))
  }
  return url.pathname + url.search
}
