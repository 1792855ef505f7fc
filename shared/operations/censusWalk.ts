import { addSeconds, type Clock } from '../clock.ts'
import type { StoredKinds } from '../storage/storedKinds.ts'

type Counts = Readonly<Record<string, number>>

/** How far a census has counted what is stored, as it's kept between two runs. */
export interface CensusWalk {
  /** In ISO 8601. */
  readonly startedAt: string
  /** The places that are done, and the one that isn't yet. */
  readonly done: readonly string[]
  readonly current?: { readonly place: string; readonly from: string; readonly counts: Counts }
  /** What was counted in the places that are done. */
  readonly counts: Counts
  /** Places that couldn't be counted: nothing of them is in the counts. */
  readonly unread: readonly string[]
}

/** In one run. A million tenants take a week with a sweep every two minutes, like the audit's round. */
const maxPages = 20
/** The longest that pages of tables take; the rest is for the next run. */
const maxSeconds = 10

/** Counts on, page by page. The result is over if no place of `stored` is left ({@link isCounted}). */
export async function walkOn(
  { clock, stored }: { readonly clock: Clock; readonly stored: StoredKinds },
  walk: CensusWalk,
): Promise<CensusWalk> {
  const until = addSeconds(clock.now(), maxSeconds)
  let at = walk
  for (let page = 0; page < maxPages && clock.now() < until && !isCounted(stored, at); page++)
    at = await countPage(stored, at)
  return at
}

/** Whether each place is counted, or couldn't be. */
export function isCounted(stored: StoredKinds, walk: CensusWalk): boolean {
  return nextPlace(stored, walk) === undefined
}

function nextPlace({ places }: StoredKinds, { done }: CensusWalk): string | undefined {
  return places.find((place) => !done.includes(place))
}

/** A place that fails is passed over: it must not keep the others, and the next day's census comes back to it. */
async function countPage(stored: StoredKinds, walk: CensusWalk): Promise<CensusWalk> {
  const { current, ...rest } = walk
  const place = nextPlace(stored, walk) ?? ''
  const part = current?.place === place ? current : undefined
  const page = await stored.read(place, part?.from).catch(() => undefined)
  const done = [...walk.done, place]
  if (page === undefined || page === 'too_many') return { ...rest, done, unread: [...walk.unread, place] }
  const counts = add(part?.counts ?? {}, page.counts)
  if (page.next) return { ...rest, current: { place, from: page.next, counts } }
  return { ...rest, done, counts: add(walk.counts, counts) }
}

function add(one: Counts, other: Counts): Counts {
  const sum = { ...one }
  for (const [kind, count] of Object.entries(other)) sum[kind] = (sum[kind] ?? 0) + count
  return sum
}
