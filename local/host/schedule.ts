import { CronExpressionParser } from 'cron-parser'
import { parseTimeSpan } from './hostJson.ts'

/** When a timer is due. */
export interface Schedule {
  /** The first time it is due after `time`. */
  next(time: Date): Date
  /** Whether it is due more than once a minute; such schedules are not remembered across restarts. */
  readonly isFrequent: boolean
}

/**
 * Reads a timer's schedule: an NCRONTAB expression of six fields (seconds first) or five, or a time span, which is
 * an interval (learn.microsoft.com/azure/azure-functions/functions-bindings-timer, "NCRONTAB expressions").
 * @param timeZone an IANA name, the app's `WEBSITE_TIME_ZONE`. Default is UTC.
 * @throws Error when it is neither.
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  const seconds = parseTimeSpan(text)
  if (seconds) {
    return { next: (time) => new Date(time.getTime() + seconds * 1000), isFrequent: seconds < 60 }
  }
  const expression = toCron(text)
  const next = (time: Date) =>
    CronExpressionParser.parse(expression, { currentDate: time, tz: timeZone }).next().toDate()
  const first = next(new Date(0))
  return { next, isFrequent: next(first).getTime() - first.getTime() < 60_000 }
}

function toCron(text: string): string {
  const fields = text.trim().split(/\s+/)
  if (fields.length !== 5 && fields.length !== 6) {
    throw new Error(`The schedule "${text}" is neither an NCRONTAB expression of six fields nor a time span.`)
  }
  return (fields.length === 5 ? ['0', ...fields] : fields).join(' ')
}
