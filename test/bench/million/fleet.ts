import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import type { RefreshDependencies } from '../../../shared/refresh/dependencies.ts'
import { createRefresher } from '../../../shared/refresh/refreshTenant.ts'
import { type SweepOptions, type SweepResult, sweep } from '../../../shared/refresh/sweep.ts'
import type { VirtualTime } from './virtualTime.ts'

/** The timer's instance and those that do what it hands over. */
export interface FleetSize {
  /** Instances that take messages, one at a time each (`batchSize` 1 in host.json). */
  readonly instances: number
  /** Seconds between two occurrences of the schedule. */
  readonly everySeconds: number
}

/** What the fleet did. */
export interface FleetWork {
  readonly sweeps: number
  /** Shards that were handed over. */
  readonly messages: number
  /** The longest sweep, of the timer or of one shard. */
  readonly maxSeconds: number
  /** The most instances that worked on messages at once. */
  readonly maxAtOnce: number
  /** Sweeps, of the timer or of one shard, that ended because the due index did not answer. */
  readonly failedSweeps: number
  /** Refreshes that failed, by the word of their failure. */
  readonly failed: Readonly<Record<string, number>>
}

/** As host.json has it: a message whose function failed is seen again after so long. */
const visibilityMilliseconds = 60_000

/**
 * Runs `functions/refresh.ts` and `functions/refreshChunk.ts` for so long: the timer on one instance, never twice at
 * once; each handed-over shard on whichever instance is free. Every instance refreshes through a refresher of its own.
 */
export async function runFleet(
  dependencies: RefreshDependencies,
  time: VirtualTime,
  { instances, everySeconds }: FleetSize,
  seconds: number,
): Promise<FleetWork> {
  const endsAt = time.now() + seconds * 1000
  const work = {
    failedSweeps: 0,
    sweeps: 0,
    messages: 0,
    maxSeconds: 0,
    maxAtOnce: 0,
    failed: {} as Record<string, number>,
  }
  const createInstance = () => {
    const refresher = createRefresher(dependencies)
    return async (order: SweepOptions): Promise<SweepResult | undefined> => {
      const result = await sweep({ ...dependencies, refresher }, order).catch(isStorages)
      if (!result) {
        work.failedSweeps++
        return undefined
      }
      work.maxSeconds = Math.max(work.maxSeconds, result.report.durationMilliseconds / 1000)
      for (const [word, count] of Object.entries(result.report.failed))
        work.failed[word] = (work.failed[word] ?? 0) + count
      return result
    }
  }
  const idle = Array.from({ length: instances }, createInstance)
  const queue: number[] = []
  const take = (): void => {
    const [instance, shard] = [idle.pop(), queue.shift()]
    if (instance && shard !== undefined) {
      work.maxAtOnce = Math.max(work.maxAtOnce, instances - idle.length)
      void instance({ shards: [shard] }).then((result) => {
        idle.push(instance)
        if (!result) void time.wait(visibilityMilliseconds).then(() => enqueue([shard]))
        take()
      })
    } else if (instance) idle.push(instance)
    else if (shard !== undefined) queue.unshift(shard)
  }
  const enqueue = (shards: readonly number[]) => {
    queue.push(...shards)
    for (const _ of shards) take()
  }
  const timer = createInstance()
  while (time.now() < endsAt) {
    const swept = await timer({ mayHandOver: true })
    work.sweeps++
    work.messages += swept?.handOver.length ?? 0
    enqueue(swept?.handOver ?? [])
    const every = everySeconds * 1000
    await time.wait(every - (time.now() % every))
  }
  return work
}

/** What storage did not answer is a failed run, which the platform repeats; anything else is a fault of the bench. */
function isStorages(error: unknown): undefined {
  if (!(error instanceof StorageUnavailableError)) throw error
}
