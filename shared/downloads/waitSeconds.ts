/** Seconds until the first question whether a report is there: small ones take that long. */
export const firstWaitSeconds = 5

/** Seconds until the next question: as long again as it has taken, from 5 to 60. */
export function waitSeconds(now: Date, startedAt: Date): number {
  const seconds = Math.ceil((now.getTime() - startedAt.getTime()) / 1000)
  return Math.min(Math.max(seconds, firstWaitSeconds), 60)
}
