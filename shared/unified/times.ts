import { type RowAccount, textIn, type UnifiedField } from './field.ts'

/** A moment, as rows have it: an ISO time with its zone. */
export function time(column: string): UnifiedField {
  return { from: [column], read: (row) => toMoment(textIn(row, column))?.toISOString() ?? null }
}

/** The moment at which a day begins or ends where the account is. An end is the day's last second. */
export function day(column: string, edge: 'begin' | 'end'): UnifiedField {
  return { from: [column], read: (row, account) => edgeOfDay(textIn(row, column), edge, account) }
}

/**
 * Days of bulk files and of reports have no time zone; they're the account's (bulk-service/ad-group.md#startdate).
 * @returns null if the account's time zone isn't known, or for anything that isn't a day.
 */
function edgeOfDay(text: string | null, edge: 'begin' | 'end', { ianaTimeZone }: RowAccount): string | null {
  const midnight = text?.length === 10 ? toMoment(text) : undefined
  if (!midnight || !ianaTimeZone) return null
  if (edge === 'end') midnight.setUTCDate(midnight.getUTCDate() + 1)
  const begin = beginOfDay(midnight.getTime(), ianaTimeZone)
  return new Date(begin - (edge === 'end' ? 1000 : 0)).toISOString()
}

/** @returns undefined for anything that isn't an ISO date, or an ISO time with its zone. */
export function toMoment(text: string | null): Date | undefined {
  if (!/^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text ?? '')) return undefined
  const moment = new Date(text ?? '')
  return Number.isNaN(moment.getTime()) ? undefined : moment
}

/** The offset is asked for twice, because it can be another one at midnight there than at midnight in UTC. */
function beginOfDay(utcMidnight: number, zone: string): number {
  return utcMidnight - offsetAt(utcMidnight - offsetAt(utcMidnight, zone), zone)
}

/** Milliseconds that a place is ahead of UTC. */
function offsetAt(moment: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
  const name = format.formatToParts(moment).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
  const ahead = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
  return sign === '-' ? -ahead : ahead
}
