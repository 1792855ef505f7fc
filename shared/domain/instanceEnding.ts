import { Problem } from '../problems.ts'
import type { UnfinishedCommits } from '../unfinishedCommits.ts'

/** How long another instance may take to start. */
const otherInstanceSeconds = 5

/** The answer of an instance that is being taken away. The same request works at another instance. */
export function instanceEnding(): Problem {
  return new Problem('storage_unavailable', {
    detail:
      'This instance of the broker is being replaced, and nothing was changed. Send the same request again.',
    members: { reason: 'instance_ending' },
    retryAfterSeconds: otherInstanceSeconds,
  })
}

/**
 * Stops work that this instance can't finish, before it spends anything.
 * @throws Problem `storage_unavailable` while the instance is being taken away.
 */
export function assertNotEnding({ isEnding }: UnfinishedCommits): void {
  if (isEnding) throw instanceEnding()
}
