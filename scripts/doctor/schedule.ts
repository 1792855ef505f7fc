import { type Ncrontab, nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'

/** One sweep may be late, and a deployment may cut one short, but three missing sweeps are no coincidence. */
const missedSweeps = 3
/** Even with a frequent schedule, a single sweep may take this long. */
const minSeconds = 600
/** For a broker that reports no schedule, like older packages, the default one is assumed. */
const usualSchedule = '0 */5 * * * *'
/** February 29 falls on a given weekday at least every 40 years, so three times within 120. */
const maxSeconds = 120 * 366 * 86_400

/**
 * The time since which a sweep must have ended, according to the broker's own schedule.
 * @param schedule NCRONTAB with seconds, read in UTC. Default is every five minutes.
 */
export function sweepExpectedSince(schedule: string | undefined, now: Date): Date {
  const least = new Date(now.getTime() - minSeconds * 1000)
  const third = thirdLast(schedule ?? usualSchedule, now) ?? thirdLast(usualSchedule, now) ?? least
  return third < least ? third : least
}

/** Schedules can only be followed forward, so bisection finds the latest time with three later occurrences. */
function thirdLast(text: string, now: Date): Date | undefined {
  const schedule = parseNcrontab(text)
  if (!schedule) return undefined
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1000)
  let far = maxSeconds
  if (!hasMissed(schedule, before(far), now)) return undefined
  for (let near = 0; far - near > 1; ) {
    const middle = Math.floor((near + far) / 2)
    if (hasMissed(schedule, before(middle), now)) far = middle
    else near = middle
  }
  return nextOccurrence(schedule, before(far))
}

/** Whether there are `missedSweeps` occurrences between two times. */
function hasMissed(schedule: Ncrontab, since: Date, until: Date): boolean {
  let last: Date | undefined = since
  for (let count = 0; last && count < missedSweeps; count++) last = nextOccurrence(schedule, last)
  return last !== undefined && last < until
}
