/** Limits the number of concurrent requests. */
export interface Gate {
  /** Runs `work` in its turn; returns undefined without running it if too many are waiting. */
  run<Result>(work: () => Promise<Result>): Promise<Result> | undefined
}

/**
 * Creates a gate. -1 means no limit, as in `host.json` (`extensions.http`).
 * @param limits `maxConcurrentRequests` run concurrently; more than `maxOutstandingRequests` running and waiting are
 *   refused.
 */
export function createGate(limits: {
  readonly maxConcurrentRequests: number
  readonly maxOutstandingRequests: number
}): Gate {
  const { maxConcurrentRequests, maxOutstandingRequests } = limits
  const waiting: (() => void)[] = []
  let outstanding = 0
  let running = 0

  const enter = () => {
    running += 1
    if (maxConcurrentRequests < 0 || running <= maxConcurrentRequests) return undefined
    running -= 1
    return new Promise<void>((resolve) => waiting.push(resolve))
  }
  const leave = () => {
    outstanding -= 1
    const next = waiting.shift()
    // The slot passes to the next waiting request, so `running` doesn't change.
    if (next) next()
    else running -= 1
  }
  const admit = async <Result>(work: () => Promise<Result>) => {
    const turn = enter()
    if (turn) await turn
    try {
      return await work()
    } finally {
      leave()
    }
  }

  return {
    run: (work) => {
      if (maxOutstandingRequests >= 0 && outstanding >= maxOutstandingRequests) return undefined
      outstanding += 1
      return admit(work)
    },
  }
}
