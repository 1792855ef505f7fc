/**
 * Works through items in order, `atOnce` at a time, until `isDone`. The results of one turn are handled in the order of
 * their items, so the outcome doesn't depend on which answer comes first.
 */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
  handle: (result: Result, item: Item) => void,
  isDone: () => boolean,
): Promise<void> {
  for (let next = 0; next < items.length && !isDone(); next += atOnce) {
    const turn = items.slice(next, next + atOnce)
    const results = await Promise.all(turn.map(work))
    for (const [index, result] of results.entries()) handle(result, turn[index]!)
  }
}
