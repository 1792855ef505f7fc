/** A new role works after up to ten minutes (Azure, "Troubleshoot Azure RBAC"). */
export const roleSeconds = 600

/** How a wait goes. */
export interface Patience {
  /** Waits some seconds. */
  readonly wait: (seconds: number) => Promise<void>
  /** The longest total wait in seconds. */
  readonly most: number
}

/**
 * Does something again and again, with growing pauses of at most 30 s, until what came of it is ready or the patience is
 * at its end. The last outcome is returned, ready or not.
 */
export async function repeatUntil<T>(
  { wait, most }: Patience,
  work: () => Promise<T>,
  isReady: (outcome: T) => boolean,
): Promise<T> {
  let waited = 0
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, 30)) {
    const outcome = await work()
    if (isReady(outcome) || waited + seconds > most) return outcome
    await wait(seconds)
    waited += seconds
  }
}
