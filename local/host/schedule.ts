import { type Ncrontab, nextOccurrence, parseNcrontab } from '../../shared/ncrontab.ts'
import { parseTimeSpan } from './hostJson.ts'

/** A timer's schedule. */
export interface Schedule {
  /** The first time it is due after `time`; the end of the year 9999 if it never is. */
  next(time: Date): Date
  /** Whether it is due more than once a minute; the status of such timers isn't kept across restarts. */
  readonly isFrequent: boolean
}

/** NCrontab's result for a schedule that is never due: .NET's `DateTime.MaxValue`. */
const endOfTime = new Date(Date.UTC(9999, 11, 31, 23, 59, 59, 999))

/**
 * Reads a timer's schedule: an NCRONTAB expression, otherwise a time span, which is an interval (`TimerSchedule.cs` of
 * azure-webjobs-sdk-extensions). Both in UTC, as on Flex Consumption.
 * @throws Error if it's neither.
 */
export function parseSchedule(text: string): Schedule {
  const schedule = parseNcrontab(text)
  if (schedule) {
    return { next: (time) => nextOccurrence(schedule, time) ?? endOfTime, isFrequent: isFrequent(schedule) }
  }
  const seconds = parseTimeSpan(text)
  if (seconds) {
    return { next: (time) => new Date(time.getTime() + seconds * 1000), isFrequent: seconds < 60 }
  }
  throw new Error(`The schedule ${JSON.stringify(text)} is neither an NCRONTAB expression nor a time span.`)
}

/** `TimerSchedule.ShouldDisableScheduleMonitor`: due in several seconds of every minute. */
function isFrequent({ seconds, minutes, hours, days, months, weekdays }: Ncrontab): boolean {
  const valuesOfAll = 60 + 24 + 31 + 12 + 7
  const values = [minutes, hours, days, months, weekdays].reduce((sum, { length }) => sum + length, 0)
  return seconds.length > 1 && values === valuesOfAll
}
