import { pMapIterable } from 'p-map'

/** How items are worked on. */
interface Work<Item, Outcome extends string> {
  readonly work: (item: Item) => Promise<Outcome>
  /** Items at once. */
  readonly concurrency: number
  /** Called after each item. */
  readonly onCounts: (counts: Readonly<Partial<Record<Outcome, number>>>) => void
}

/** Works on each item as they are read, some at once. @returns the number of items by outcome. */
export async function countOutcomes<Item, Outcome extends string>(
  items: AsyncIterable<Item>,
  { concurrency, onCounts, work }: Work<Item, Outcome>,
): Promise<Partial<Record<Outcome, number>>> {
  const counts: Partial<Record<Outcome, number>> = {}
  const outcomes = pMapIterable(items, work, { concurrency, backpressure: concurrency * 4 })
  for await (const outcome of outcomes) {
    counts[outcome] = (counts[outcome] ?? 0) + 1
    onCounts(counts)
  }
  return counts
}
