import type { Clock } from './clock.ts'

/**
 * What this process has begun and must not leave half done: from the moment a code or a refresh token is sent, the
 * answer exists nowhere else until it's committed.
 */
export interface UnfinishedCommits {
  /** Whether the instance is being taken away. Nothing that sends a code or a refresh token may begin then. */
  readonly isEnding: boolean
  /** Aborts halfway through the wait of an ending instance, for what a commit can do without. */
  readonly commitNow: AbortSignal
  /** Runs work that sends a code or a refresh token and commits the answer. An ending instance waits for it. */
  run<T>(work: () => Promise<T>): Promise<T>
  /**
   * Begins the end, and waits for what has begun.
   * @param maxSeconds the longest wait.
   * @returns the number of commits that are still unfinished.
   */
  end(maxSeconds: number): Promise<number>
}

/** Creates the registry of one process. */
export function createUnfinishedCommits({ sleep }: Pick<Clock, 'sleep'>): UnfinishedCommits {
  const begun = new Set<Promise<unknown>>()
  const hurry = new AbortController()
  let isEnding = false
  return {
    get isEnding() {
      return isEnding
    },
    commitNow: hurry.signal,
    async run(work) {
      const running = work()
      begun.add(running)
      try {
        return await running
      } finally {
        begun.delete(running)
      }
    },
    async end(maxSeconds) {
      isEnding = true
      const finished = new AbortController()
      sleep((maxSeconds / 2) * 1000, finished.signal).then(() => {
        if (finished.signal.aborted) return
        hurry.abort(new DOMException('The instance is ending.', 'TimeoutError'))
      })
      const tooLate = sleep(maxSeconds * 1000, finished.signal)
      await Promise.race([Promise.allSettled(begun), tooLate])
      finished.abort()
      return begun.size
    },
  }
}
