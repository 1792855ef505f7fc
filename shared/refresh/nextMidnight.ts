const dayMilliseconds = 86_400_000

/**
 * The next midnight (UTC) after `now`. Due rows that wait for a day are due then: several rows of one tenant become one,
 * and the tenant is reported once a day. Never the time of a row that is due now, which would be inserted and then
 * removed.
 */
export function nextMidnight(now: Date): Date {
  return new Date((Math.floor(now.getTime() / dayMilliseconds) + 1) * dayMilliseconds)
}
