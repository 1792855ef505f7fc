import { type Ncrontab, nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'

/** One sweep may be late, one cut short by a deployment: three that are missing are no chance. */
const missedSweeps = 3
/** However often sweeps are to run, one of them may take its time. */
const minSeconds = 600
/** A broker that tells no schedule, as older packages do, is held to the default one. */
const usualSchedule = '0 */5 * * * *'
/** February 29 on a given weekday comes every 40 years at the latest, so three of them within 120. */
const maxSeconds = 120 * 366 * 86_400

/**
 * Since when a sweep must have ended, by the broker's own schedule.
 * @param schedule NCRONTAB with seconds, read in UTC. Default is every five minutes.
 */
export function sweepExpectedSince(schedule: string | undefined, now: Date): Date {
  const least = new Date(now.getTime() - minSeconds * 1000)
  const third = thirdLast(schedule ?? usualSchedule, now) ?? thirdLast(usualSchedule, now) ?? least
  return third < least ? third : least
}

/** Schedules can only be followed forwards, so bisection finds the latest time that three occurrences follow. */
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

/** Whether `missedSweeps` occurrences lie between two times. */
function hasMissed(schedule: Ncrontab, since: Date, until: Date): boolean {
  let last: Date | undefined = since
  for (let count = 0; last && count < missedSweeps; count++) last = nextOccurrence(schedule, last)
  return last !== undefined && last < until
}
