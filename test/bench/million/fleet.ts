import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import type { RefreshDependencies } from '../../../shared/refresh/dependencies.ts'
import { createRefresher } from '../../../shared/refresh/refreshTenant.ts'
import {
  type SweepDependencies,
  type SweepOptions,
  type SweepResult,
  sweep,
} from '../../../shared/refresh/sweep.ts'
import type { VirtualTime } from './virtualTime.ts'

/** The timer's instance and those that process its handed-over shards. */
export interface FleetSize {
  /** Instances that take messages, one at a time each (`batchSize` 1 in host.json). */
  readonly instances: number
  /** Seconds between two occurrences of the schedule. */
  readonly everySeconds: number
}

/** The fleet's work. */
export interface FleetWork {
  readonly sweeps: number
  /** Handed-over shards. */
  readonly messages: number
  /** The longest sweep, of the timer or of one shard. */
  readonly longestRunSeconds: number
  /** The most instances that processed messages concurrently. */
  readonly maxAtOnce: number
  /** Sweeps, of the timer or of one shard, that ended because the due index didn't answer. */
  readonly failedSweeps: number
  /** Refreshes that failed, by kind of failure. */
  readonly failed: Readonly<Record<string, number>>
}

/** The value in host.json: a message whose function failed reappears after this time. */
const visibilityMilliseconds = 60_000

/**
 * Runs `functions/refresh.ts` and `functions/refreshChunk.ts` for this time: the timer on one instance, never twice
 * concurrently; each handed-over shard on any free instance. Every instance has its own refresher.
 */
export async function runFleet(
  dependencies: RefreshDependencies & Pick<SweepDependencies, 'clock' | 'finishAccounts'>,
  time: VirtualTime,
  { instances, everySeconds }: FleetSize,
  seconds: number,
): Promise<FleetWork> {
  const endsAt = time.now() + seconds * 1000
  const work = {
    failedSweeps: 0,
    sweeps: 0,
    messages: 0,
    longestRunSeconds: 0,
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
      const runSeconds = result.report.durationMilliseconds / 1000
      work.longestRunSeconds = Math.max(work.longestRunSeconds, runSeconds)
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

/** An error from storage is a failed run, which the platform repeats; anything else is a fault of the benchmark. */
function isStorages(error: unknown): undefined {
  if (!(error instanceof StorageUnavailableError)) throw error
}
