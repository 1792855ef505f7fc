import { type Clock, withTimeLimit } from './clock.ts'
import type { Log } from './domain/logEvents.ts'
import type { UnfinishedCommits } from './unfinishedCommits.ts'

/** What ends with an instance. */
export interface EndingInstance {
  readonly clock: Clock
  readonly log: Log
  readonly unfinishedCommits: UnfinishedCommits
  /** Sends the remaining telemetry. */
  readonly flush: () => Promise<void>
}

/** The two orders to end. Either can come first or alone, and both can come; the waiting is done once. */
export interface InstanceEnd {
  /** The host's order (`appTerminate`). When this resolves, the worker ends the process. */
  byHost(): Promise<void>
  /** SIGTERM. With a handler, Node.js no longer ends the process itself, so this does, unless the host does. */
  bySignal(): Promise<void>
}

/** The longest wait for begun commits. */
const commitSeconds = 4
/**
 * Both waits together. The host gives the worker 5 s (azure-functions-host `WorkerTerminateGracePeriodInSeconds`), and
 * the worker ends the process after its hooks (azure-functions-nodejs-worker `terminateWorker.ts`).
 */
const totalSeconds = 4.8
/** What the host gets to end the process after its hooks; then the process ends itself. */
const hostSeconds = 1
/** 128 and the number of SIGTERM: what a shell shows for a process that the signal ended. */
const exitCode = 143

/**
 * Creates the end of an instance: the broker begins no more redemptions and refreshes, waits for those that have begun,
 * and then sends its telemetry.
 * @param instance undefined before the app has started, and with faulty settings: then there is nothing to wait for.
 * @param exit ends the process.
 */
export function createInstanceEnd(
  instance: () => EndingInstance | undefined,
  exit: (code: number) => void,
): InstanceEnd {
  let ended: Promise<void> | undefined
  let isHostEnding = false
  const end = () => {
    ended ??= endOnce(instance(), isHostEnding ? 'host' : 'signal')
    return ended
  }
  return {
    byHost() {
      isHostEnding = true
      return end()
    },
    async bySignal() {
      await end()
      if (isHostEnding) await instance()?.clock.sleep(hostSeconds * 1000)
      exit(exitCode)
    },
  }
}

async function endOnce(instance: EndingInstance | undefined, order: 'host' | 'signal'): Promise<void> {
  if (!instance) return
  const { clock, flush, log, unfinishedCommits } = instance
  const startedAt = clock.now().getTime()
  const unfinished = await unfinishedCommits.end(commitSeconds)
  const waitedMilliseconds = clock.now().getTime() - startedAt
  log('instance.ended', { order, unfinished, waitedMilliseconds })
  const left = totalSeconds - waitedMilliseconds / 1000
  await withTimeLimit(clock, left, 'sending telemetry', flush).catch(() => undefined)
}
