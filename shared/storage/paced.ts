import type { Clock } from '../clock.ts'
import { isPassing, patiently, type Waiting } from '../domain/patience.ts'

/**
 * A partition takes 2,000 entities a second (storage/tables/scalability-targets); the rest is for the tenant's own row
 * and events.
 */
export const entitiesPerSecond = 1600

/** How many transactions run at once while storage isn't busy. */
const atOnce = 4

/**
 * Submits transactions to one partition, no faster than {@link entitiesPerSecond}. Once storage has been busy, they run
 * one at a time, each for as long as a person waits: the SDK doesn't repeat a transaction whose answer is 202 with a 503
 * inside.
 */
export async function submitPaced<Batch extends readonly unknown[]>(
  waiting: Waiting,
  batches: readonly Batch[],
  submit: (batch: Batch) => Promise<void>,
): Promise<void> {
  const queue = [...batches]
  const pace = createPace(waiting.clock)
  let isBusy = false
  const submitAtOnce = async () => {
    for (let batch = queue.shift(); batch; batch = isBusy ? undefined : queue.shift()) {
      const tried = batch
      await pace(tried.length)
      await submit(tried).catch((error: unknown) => {
        isBusy = true
        if (!isPassing(error)) throw error
        queue.push(tried)
      })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, submitAtOnce))
  for (const batch of queue) {
    await pace(batch.length)
    await patiently(waiting, () => submit(batch))
  }
}

/** Waits until this many more entities don't exceed the limit. */
function createPace(clock: Clock): (entities: number) => Promise<void> {
  let freeAt = clock.now().getTime()
  return async (entities) => {
    const startsAt = Math.max(freeAt, clock.now().getTime())
    freeAt = startsAt + (entities / entitiesPerSecond) * 1000
    if (startsAt > clock.now().getTime()) await clock.sleep(startsAt - clock.now().getTime())
  }
}
