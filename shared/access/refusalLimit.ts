import type { Clock } from '../clock.ts'
import { Problem } from '../problems.ts'

/** The most tries of one app in a window that were refused or haven't ended. */
const maxTries = 10
const windowMilliseconds = 60_000

interface Window {
  readonly startedAt: number
  tries: number
}

/** Runs a try of an app. A try that ends without a refusal (`caller_not_authenticated`) doesn't count. */
export type RefusalLimit = <T>(app: string, work: () => Promise<T>) => Promise<T>

/**
 * Creates the limit on refused tries, ten a minute for each app, so that nobody guesses an app's secret through the
 * broker. An issuer that doesn't answer has refused nothing. The callers bound the number of apps.
 * @returns a function that throws Problem `identity_provider_unavailable` instead of trying beyond the limit.
 */
export function createRefusalLimit(clock: Pick<Clock, 'now'>): RefusalLimit {
  const windows = new Map<string, Window>()
  return async (app, work) => {
    const now = clock.now().getTime()
    const known = windows.get(app)
    const isOpen = known && Math.abs(now - known.startedAt) < windowMilliseconds
    const window = isOpen ? known : { startedAt: now, tries: 0 }
    if (window.tries >= maxTries) throw tooMany(window.startedAt + windowMilliseconds - now)
    window.tries += 1
    windows.set(app, window)
    let isRefused = false
    try {
      return await work()
    } catch (error) {
      isRefused = error instanceof Problem && error.code === 'caller_not_authenticated'
      throw error
    } finally {
      if (!isRefused) window.tries -= 1
    }
  }
}

function tooMany(milliseconds: number): Problem {
  return new Problem('identity_provider_unavailable', {
    actor: 'app',
    detail:
      'Several secrets of this app were refused in the last minute or are being checked, so the issuer isn’t asked again yet.',
    retryAfterSeconds: Math.max(1, milliseconds / 1000),
    members: { reason: 'caller_secrets_refused' },
  })
}
