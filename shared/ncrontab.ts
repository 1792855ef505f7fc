/** A schedule: the values each of its fields allows, ascending. It's due when all six match. */
export interface Ncrontab {
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly months: readonly number[]
  /** Sunday is 0. */
  readonly weekdays: readonly number[]
}

interface Field {
  readonly first: number
  readonly last: number
  /** Names of the values, starting with `first`. */
  readonly names: readonly string[]
}

const monthNames =
  'january february march april may june july august september october november december'.split(' ')
const weekdayNames = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')

/** NCrontab's fields (`CrontabFieldImpl.cs`). */
const fields: readonly Field[] = [
  { first: 0, last: 59, names: [] },
  { first: 0, last: 59, names: [] },
  { first: 0, last: 23, names: [] },
  { first: 1, last: 31, names: [] },
  { first: 1, last: 12, names: monthNames },
  { first: 0, last: 6, names: weekdayNames },
]

/**
 * Reads a schedule as the Functions host does: with NCrontab.Signed 3.3.3, called by `CronSchedule.cs` of
 * azure-webjobs-sdk-extensions 5.1.0, which the host has had since October 2024. Version 3.4.0 does the same; 3.3.2
 * skips occurrences in the first minute it reaches. Spaces separate the fields, six of them (seconds first) or five,
 * for second 0. Undefined for schedules that the host doesn't run. NCrontab also accepts NUL after a number and,
 * depending on the image's ICU, invisible characters in names; here they are refused.
 */
export function parseNcrontab(text: string): Ncrontab | undefined {
  const parts = text.split(' ').filter((part) => part !== '')
  if (parts.length === 5) parts.unshift('0')
  if (parts.length !== 6) return undefined
  const [seconds, minutes, hours, days, months, weekdays] = fields.map((field, index) =>
    parseField(parts[index] ?? '', field),
  )
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) return undefined
  return { seconds, minutes, hours, days, months, weekdays }
}

function parseField(text: string, field: Field): number[] | undefined {
  const values = new Set<number>()
  for (const item of text.split(',')) {
    const range = parseItem(item, field)
    if (!range) return undefined
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
  }
  return [...values].sort((a, b) => a - b)
}

const itemPattern = /^([^/-]+)(?:-([^/-]+))?(?:\/([^/]+))?$/
const maxInteger = 2 ** 31 - 1

/**
 * `*`, a value, or a range, each with an optional step (`CrontabFieldImpl.InternalParse`). A range that starts above
 * its end is reversed, and a step below 1 counts as 1 (`CrontabField.Accumulate`).
 */
function parseItem(text: string, field: Field): { from: number; to: number; step: number } | undefined {
  const [, start = '', end, every] = itemPattern.exec(text) ?? []
  const isWhole = start === '*' && end === undefined
  const one = isWhole ? field.first : toValue(start, field)
  const other =
    isWhole || (end === undefined && every !== undefined) ? field.last : toValue(end ?? start, field)
  const from = Math.min(one, other)
  const to = Math.max(one, other)
  const step = Math.max(toInteger(every ?? '1'), 1)
  // Beyond it, NCrontab's counter overflows and it throws.
  const fits = from - field.first + step <= maxInteger
  return fits && field.first <= from && to <= field.last ? { from, to, step } : undefined
}

/** A number, or the beginning of a name: the first name with this beginning counts, in upper or lower case. */
function toValue(text: string, { first, names }: Field): number {
  if (/^\d/.test(text)) return toInteger(text)
  const index = /^[a-z]+$/i.test(text) ? names.findIndex((name) => name.startsWith(text.toLowerCase())) : -1
  return index < 0 ? Number.NaN : first + index
}

/** .NET's `int.Parse`: whitespace around the number, 32 bits; `parseItem` refuses larger numbers anyway. */
function toInteger(text: string): number {
  const number = /^[\t\n\v\f\r ]*[+-]?\d+[\t\n\v\f\r ]*$/.test(text) ? Number(text) : Number.NaN
  return number >= -maxInteger - 1 ? number : Number.NaN
}

const secondsPerDay = 86_400
/** The calendar repeats, weekdays included, after 400 years: a schedule that isn't due within that time never is. */
const daysPerCycle = 146_097
/** The last day of .NET's `DateTime`, 9999-12-31, where NCrontab stops searching. */
const lastDay = Date.UTC(9999, 11, 31) / 1000 / secondsPerDay

/**
 * The first time a schedule is due after `after`, in UTC; undefined if there is none up to the end of the year
 * 9999. Day of month and weekday must both match, unlike in Unix cron (`CrontabSchedule.TryGetNextOccurrence`).
 * UTC is right on Azure: `WEBSITE_TIME_ZONE` does not work on Linux in Flex Consumption
 * (learn.microsoft.com/azure/azure-functions/functions-bindings-timer, "NCRONTAB time zones").
 */
export function nextOccurrence(schedule: Ncrontab, after: Date): Date | undefined {
  const start = Math.floor(after.getTime() / 1000) + 1
  const firstDay = Math.floor(start / secondsPerDay)
  const end = Math.min(firstDay + daysPerCycle, lastDay)
  for (let day = firstDay; day <= end; day = followingDay(schedule, day)) {
    if (!isDueOn(schedule, day)) continue
    const second = firstSecond(schedule, day === firstDay ? start - day * secondsPerDay : 0)
    if (second !== undefined) return new Date((day * secondsPerDay + second) * 1000)
  }
  return undefined
}

const toDate = (day: number) => new Date(day * secondsPerDay * 1000)

function isDueOn({ days, months, weekdays }: Ncrontab, day: number): boolean {
  const date = toDate(day)
  return (
    days.includes(date.getUTCDate()) &&
    months.includes(date.getUTCMonth() + 1) &&
    weekdays.includes(date.getUTCDay())
  )
}

/** The next day, or the first of the next month if the schedule excludes this month. */
function followingDay({ months }: Ncrontab, day: number): number {
  const date = toDate(day)
  const month = date.getUTCMonth()
  return months.includes(month + 1) ? day + 1 : date.setUTCMonth(month + 1, 1) / 1000 / secondsPerDay
}

/** The first second of a day, at or after `from`, at which a schedule is due. */
function firstSecond({ hours, minutes, seconds }: Ncrontab, from: number): number | undefined {
  for (const hour of hours.filter((value) => value * 3600 + 3599 >= from)) {
    for (const minute of minutes.filter((value) => hour * 3600 + value * 60 + 59 >= from)) {
      const second = seconds.find((value) => hour * 3600 + minute * 60 + value >= from)
      if (second !== undefined) return hour * 3600 + minute * 60 + second
    }
  }
  return undefined
}
