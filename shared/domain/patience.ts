import { addSeconds, type Clock, type Randomness, TimeLimitError } from '../clock.ts'
import { isTableMissing, StorageUnavailableError } from './storageUnavailable.ts'

/** The time and randomness of waiting. */
export interface Waiting {
  readonly clock: Clock
  readonly randomness: Pick<Randomness, 'fraction'>
}

/** Moving a partition makes storage busy for some seconds (storage/common/troubleshoot-storage-availability). */
const patienceSeconds = 25
/** The longest first wait, doubled each time up to the longest of all. */
const [firstWaitMilliseconds, maxWaitMilliseconds] = [250, 5000]

/**
 * Repeats a storage operation that a person or a task in the background waits for, after growing waits with jitter, for
 * 25 seconds. A vend has its own, shorter limit and must not use it.
 * @param work must be repeatable: a failed attempt can have taken effect.
 * @throws the last error, and at once every error that trying again can't help.
 */
export function patiently<T>(waiting: Waiting, work: () => Promise<T>): Promise<T> {
  return createPatience(waiting)(work)
}

/** Creates a {@link patiently} for several operations that share the 25 seconds, from the first failure on. */
export function createPatience({ clock, randomness }: Waiting): <T>(work: () => Promise<T>) => Promise<T> {
  let until: Date | undefined
  return async (work) => {
    for (let tries = 0; ; tries++) {
      try {
        return await work()
      } catch (error) {
        until ??= addSeconds(clock.now(), patienceSeconds)
        const longest = Math.min(firstWaitMilliseconds * 2 ** tries, maxWaitMilliseconds)
        const milliseconds = longest * (0.5 + randomness.fraction() / 2)
        if (!isPassing(error) || addSeconds(clock.now(), milliseconds / 1000) > until) throw error
        await clock.sleep(milliseconds)
      }
    }
  }
}

/** Failures without an answer whose cause is a setting, not the service. */
const settingsCodes: ReadonlySet<string> = new Set([
  'VaultNotNamed',
  'ReferenceNotUnderstood',
  'SecretOfAnotherTenant',
  'CredentialUnavailableError',
  'AuthenticationError',
])

/** Whether the service may soon do what it didn't do now: it was busy, failed by itself, or didn't answer. */
export function isPassing(error: unknown): boolean {
  if (error instanceof TimeLimitError) return true
  if (!(error instanceof StorageUnavailableError) || isTableMissing(error)) return false
  const { status, code } = error
  return status === 0 ? !settingsCodes.has(code) : status === 408 || status === 429 || status >= 500
}
