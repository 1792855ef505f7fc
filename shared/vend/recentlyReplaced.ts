import { addSeconds } from '../clock.ts'
import type { CachedAccessToken } from '../domain/tenant.ts'

/**
 * A token that took the place of a refused one is not replaced again for so long: Microsoft calls many refreshes for
 * one user in a short time a loop and ends them (AADSTS50196), and one more would be refused for the same reason.
 */
const replacementSeconds = 60

/** Whether an access token has just taken the place of one that Microsoft Advertising refused. */
export function isRecentlyReplaced(token: CachedAccessToken | undefined, now: Date): boolean {
  return token?.replaced === true && addSeconds(token.refreshedAt, replacementSeconds) > now
}
