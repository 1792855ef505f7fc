import type { Part } from './ground.ts'

/** A time in which something is down. */
export interface Outage {
  /** Days since the start, with a fraction. */
  readonly from: number
  readonly hours: number
  readonly part: Part
}

/** What happens at a known time, in days since the start. */
export interface Calendar {
  readonly outages: readonly Outage[]
  readonly sealingKeys: readonly number[]
  /** Each with the days that the new secret lives: one ends before it's replaced. */
  readonly clientSecrets: readonly { readonly at: number; readonly lives: number }[]
  readonly developerTokens: readonly number[]
  /** From this day on, nothing is down, and alerts must be silent. */
  readonly calmFrom: number
}

const parts: readonly Part[] = ['provider', 'tables', 'vault']
/** Hours of the outages, in turn; every seventh lasts three days. */
const hours = [1, 3, 2, 6, 1, 12, 72]
const monthDays = 365 / 12

/** The last month is calm; in a shorter time, the last third. */
export function calendarOf(days: number): Calendar {
  const calmFrom = days - Math.min(monthDays, days / 3)
  const shares = (count: number) => Array.from({ length: count }, (_, index) => (index + 0.5) / count)
  const spanDays = days / 4
  /** How long one has been over when it's replaced. */
  const overDays = Math.min(2, spanDays / 4)
  return {
    outages: outagesOf(days, calmFrom),
    sealingKeys: shares(4).map((share) => Math.round(share * days) + 0.4),
    clientSecrets: shares(4).map((share, index) => ({
      at: share * days,
      lives: index === 1 ? spanDays - overDays : spanDays + 365,
    })),
    developerTokens: shares(2).map((share) => share * days),
    calmFrom,
  }
}

/** One each month, in its middle; in less than a quarter, one in every five days. */
function outagesOf(days: number, calmFrom: number): Outage[] {
  const everyDays = days < 90 ? 5 : monthDays
  const count = Math.floor(calmFrom / everyDays)
  return Array.from({ length: count }, (_, index) => ({
    from: (index + 0.45) * everyDays,
    // A short run has no three days for one outage.
    hours: hours[index % (days < 90 ? 6 : hours.length)]!,
    part: parts[index % parts.length]!,
  }))
}
