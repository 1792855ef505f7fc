import { addSeconds } from '../clock.ts'
import type { CachedAccessToken } from '../domain/tenant.ts'

/**
 * Seconds during which the replacement of a refused token isn't replaced again: Microsoft calls many refreshes for
 * one user in a short time a loop and ends them (AADSTS50196), and one more would be refused for the same reason.
 */
const replacementSeconds = 60

/** Whether an access token has just replaced a token that Microsoft Advertising refused. */
export function isRecentlyReplaced(
  token: Pick<CachedAccessToken, 'refreshedAt' | 'replaced'> | undefined,
  now: Date,
): boolean {
  return token?.replaced === true && addSeconds(token.refreshedAt, replacementSeconds) > now
}
