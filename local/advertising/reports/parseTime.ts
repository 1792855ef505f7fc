import type { FaultName } from '../faults.ts'
import type { JsonObject } from '../json.ts'
import { type Aggregation, toDay } from './periods.ts'

/** The first and last day since 1970, or why there is none. */
export type Days = { readonly days: readonly [number, number] } | { readonly fault: FaultName }

/** Microsoft's names of time zones that the stand-in knows (guides/time-zones), with IANA's. */
const zones: Readonly<Record<string, string>> = {
  PacificTimeUSCanadaTijuana: 'America/Los_Angeles',
  EasternTimeUSCanada: 'America/New_York',
  GreenwichMeanTimeDublinEdinburghLisbonLondon: 'Europe/London',
  AmsterdamBerlinBernRomeStockholmVienna: 'Europe/Berlin',
}

/** Reads reporting-service/reporttime: a custom range or a predefined time, never both. Default zone is Pacific. */
export function parseTime(time: unknown, now: Date): Days & { readonly today?: number } {
  if (typeof time !== 'object' || !time) return { fault: 'invalidReportTime' }
  const { CustomDateRangeStart, CustomDateRangeEnd, PredefinedTime, ReportTimeZone } = time as JsonObject
  const zone = zones[String(ReportTimeZone ?? 'PacificTimeUSCanadaTijuana')]
  if (!zone) return { fault: 'apiInputValidationError' }
  const today = toDay(new Date(`${now.toLocaleDateString('sv-SE', { timeZone: zone })}T00:00:00Z`))
  const isCustom = Boolean(CustomDateRangeStart || CustomDateRangeEnd)
  if (isCustom === Boolean(PredefinedTime)) return { fault: 'invalidReportTime' }
  if (!isCustom) return { ...predefined(String(PredefinedTime), today), today }
  return { ...custom(parseDate(CustomDateRangeStart), parseDate(CustomDateRangeEnd), today), today }
}

/** The time periods that an aggregation takes; others take a custom range too (guides/reports#aggregation-time). */
export function fitsAggregation(aggregation: Aggregation, time: unknown): boolean {
  const { PredefinedTime } = time as JsonObject
  if (PredefinedTime)
    return aggregation !== 'Hourly' || ['Today', 'Yesterday'].includes(String(PredefinedTime))
  return aggregation !== 'DayOfWeek' && aggregation !== 'HourOfDay'
}

function custom(first: number | null, last: number | null, today: number): Days {
  if (first === null) return { fault: 'invalidCustomDateRangeStart' }
  if (last === null) return { fault: 'invalidCustomDateRangeEnd' }
  if (last < first) return { fault: 'endDateBeforeStartDate' }
  return first > today ? { fault: 'invalidFutureStartDate' } : { days: [first, Math.min(last, today)] }
}

function parseDate(value: unknown): number | null {
  if (typeof value !== 'object' || !value) return null
  const { Year, Month, Day } = value as JsonObject
  const date = new Date(Date.UTC(Number(Year), Number(Month) - 1, Number(Day)))
  const isReal = date.getUTCDate() === Number(Day) && date.getUTCMonth() === Number(Month) - 1
  return isReal ? toDay(date) : null
}

/** The values of reporting-service/reporttimeperiod that concern days and months. */
function predefined(name: string, today: number): Days {
  const date = new Date(today * 86_400_000)
  const monthStart = (back: number) =>
    toDay(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back)))
  const yearStart = (back: number) => toDay(new Date(Date.UTC(date.getUTCFullYear() - back, 0)))
  const sunday = today - ((today + 4) % 7)
  const spans: Readonly<Record<string, readonly [number, number]>> = {
    Today: [today, today],
    Yesterday: [today - 1, today - 1],
    LastSevenDays: [today - 7, today - 1],
    ThisWeek: [sunday, today],
    LastWeek: [sunday - 7, sunday - 1],
    LastFourWeeks: [sunday - 28, sunday - 1],
    ThisMonth: [monthStart(0), today],
    LastMonth: [monthStart(1), monthStart(0) - 1],
    LastThreeMonths: [monthStart(3), monthStart(0) - 1],
    LastSixMonths: [monthStart(6), monthStart(0) - 1],
    ThisYear: [yearStart(0), today],
    LastYear: [yearStart(1), yearStart(0) - 1],
  }
  const days = spans[name]
  return days ? { days } : { fault: 'invalidReportTime' }
}
