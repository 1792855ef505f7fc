import { CronExpressionParser } from 'cron-parser'

/** One sweep may be late, one cut short by a deployment: three that are missing are no chance. */
const missedSweeps = 3
/** However often sweeps are to run, one of them may take its time. */
const leastSeconds = 600
/** A broker that tells no schedule, as older packages do, is held to the default one. */
const usualSchedule = '0 */5 * * * *'

/**
 * Since when a sweep must have ended, by the broker's own schedule.
 * @param schedule NCRONTAB with seconds, read in UTC. Default is every five minutes.
 */
export function sweepExpectedSince(schedule: string | undefined, now: Date): Date {
  const least = new Date(now.getTime() - leastSeconds * 1000)
  const third = thirdLast(schedule ?? usualSchedule, now) ?? thirdLast(usualSchedule, now) ?? least
  return third < least ? third : least
}

function thirdLast(schedule: string, now: Date): Date | undefined {
  try {
    const expression = CronExpressionParser.parse(schedule, { currentDate: now, tz: 'UTC' })
    return Array.from({ length: missedSweeps }, () => expression.prev().toDate()).at(-1)
  } catch {
    return undefined
  }
}
