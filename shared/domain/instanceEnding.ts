import type { UnfinishedCommits } from '../unfinishedCommits.ts'
import { StorageUnavailableError } from './storageUnavailable.ts'

/**
 * Stops work that this instance can't finish, before it spends anything. To its caller it looks like storage that fails
 * for a moment: the same request works at another instance.
 * @throws StorageUnavailableError while the instance is being taken away.
 */
export function assertNotEnding({ isEnding }: UnfinishedCommits): void {
  if (isEnding) throw new StorageUnavailableError('tables', 0, 'InstanceEnding')
}
