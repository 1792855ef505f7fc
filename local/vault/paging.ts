import { badParameter } from './refusals.ts'

/** The largest and the default page size (rest/api/keyvault: maxresults). */
const maxPageSize = 25

/** A page of a list, as Key Vault returns it. */
export interface Page<Item> {
  readonly value: Item[]
  /** Address of the next page; null on the last one. */
  readonly nextLink: string | null
}

/**
 * Returns the page that `url` requests (`maxresults`, `$skiptoken`) from entries sorted by `keyOf`.
 * Additions and deletions between two pages neither repeat nor hide other entries.
 * @throws VaultRefusal `BadParameter` for a `maxresults` outside of 1 to 25.
 */
export function toPage<Entry, Item>(
  url: URL,
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
  toItem: (entry: Entry) => Item,
): Page<Item> {
  const size = parsePageSize(url.searchParams.get('maxresults'))
  const after = url.searchParams.get('$skiptoken')
  const start = after === null ? 0 : firstAfter(entries, keyOf, Buffer.from(after, 'base64url').toString())
  const page = entries.slice(start, start + size)
  const last = page.at(-1)
  const isLastPage = last === undefined || start + size >= entries.length
  return { value: page.map(toItem), nextLink: isLastPage ? null : toNextLink(url, keyOf(last)) }
}

function parsePageSize(text: string | null): number {
  const size = text === null ? maxPageSize : Number(text)
  if (Number.isInteger(size) && size >= 1 && size <= maxPageSize) return size
  throw badParameter(`Invalid value for maxresults: it must be 1 to ${maxPageSize}.`)
}

function firstAfter<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string, key: string): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keyOf(entries[middle] as Entry) > key) high = middle
    else low = middle + 1
  }
  return low
}

function toNextLink(url: URL, lastKey: string): string {
  const next = new URL(url)
  next.searchParams.set('$skiptoken', Buffer.from(lastKey).toString('base64url'))
  return next.href
}
