/** One day in milliseconds. Days are counted in UTC from 1970. */
const dayMilliseconds = 86_400_000

/** The time that one row of a report covers. */
export interface Period {
  /** What the TimePeriod column says; empty in a summary. */
  readonly label: string
  /** Days since 1970. */
  readonly days: readonly number[]
  /** The hour of these days; null for all hours. */
  readonly hour: number | null
}

/** The values of reporting-service/reportaggregation. */
export const aggregations = [
  ...(['Summary', 'Hourly', 'Daily', 'Weekly', 'Monthly', 'Yearly'] as const),
  ...(['HourOfDay', 'DayOfWeek', 'WeeklyStartingMonday'] as const),
] as const

/** A value of reporting-service/reportaggregation. */
export type Aggregation = (typeof aggregations)[number]

/** A day's number, from its date. */
export function toDay(date: Date): number {
  return Math.floor(date.getTime() / dayMilliseconds)
}

/** A day as yyyy-mm-dd. */
export function isoDay(day: number): string {
  return new Date(day * dayMilliseconds).toISOString().slice(0, 10)
}

/** A day as m/d/yyyy. */
export function usDay(day: number): string {
  const [year, month, date] = isoDay(day).split('-').map(Number)
  return `${month}/${date}/${year}`
}

/**
 * The rows' periods from the first to the last day. Weeks, months, and years that are cut are completed, as Microsoft
 * does (guides/reports#timeperiod).
 */
export function periodsOf(
  aggregation: Aggregation,
  [first, last]: readonly [number, number],
  formatVersion: string,
): Period[] {
  const days = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  switch (aggregation) {
    case 'Summary':
      return [{ label: '', days, hour: null }]
    case 'Hourly':
      return days.flatMap((day) => hours.map((hour) => hourly(day, hour, formatVersion)))
    case 'HourOfDay':
      return hours.map((hour) => ({ label: String(hour), days, hour }))
    case 'DayOfWeek':
      return groupDays(days, (day) => String(weekday(day) + 1))
    case 'Daily':
      return groupDays(days, isoDay)
    default:
      return groupDays(complete(days, aggregation), (day) => labelOf(day, aggregation))
  }
}

const hours = Array.from({ length: 24 }, (_, hour) => hour)

function hourly(day: number, hour: number, formatVersion: string): Period {
  const date = formatVersion === '2.0' ? isoDay(day) : `${usDay(day)} 12:00:00 AM`
  return { label: `${date}|${hour}`, days: [day], hour }
}

/** 0 is Sunday; day 0 was a Thursday. */
function weekday(day: number): number {
  return (day + 4) % 7
}

function labelOf(day: number, aggregation: Aggregation): string {
  if (aggregation === 'Weekly') return isoDay(day - weekday(day))
  if (aggregation === 'WeeklyStartingMonday') return isoDay(day - ((weekday(day) + 6) % 7))
  return aggregation === 'Monthly' ? `${isoDay(day).slice(0, 7)}-01` : isoDay(day).slice(0, 4)
}

function complete(days: readonly number[], aggregation: Aggregation): number[] {
  let [first, last] = [days[0]!, days.at(-1)!]
  while (labelOf(first - 1, aggregation) === labelOf(first, aggregation)) first -= 1
  while (labelOf(last + 1, aggregation) === labelOf(last, aggregation)) last += 1
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function groupDays(days: readonly number[], labelled: (day: number) => string): Period[] {
  const groups = Map.groupBy(days, labelled)
  return [...groups].map(([label, group]) => ({ label, days: group, hour: null }))
}
