import { mix } from '../inventory/mix.ts'
import type { Period } from './periods.ts'

/** The counted facts of a row, from which every statistic follows. Money in hundredths. */
export interface Metrics {
  impressions: number
  clicks: number
  spend: number
  conversions: number
  revenue: number
}

/** What the facts are about. */
export interface Measured {
  readonly seed: number
  /** Distinguishes the entities of a level. */
  readonly key: number
  /** How many times the facts of a keyword; larger for what stands above. */
  readonly scale: number
}

/** The values of DeviceType that have facts (guides/report-attributes-performance-statistics). */
export const devices = ['Computer', 'Smartphone', 'Tablet'] as const

/** The facts of a period on some devices: sums over days and devices, so coarser reports agree with finer. */
export function measure(measured: Measured, period: Period, on: readonly number[]): Metrics {
  const sum = { impressions: 0, clicks: 0, spend: 0, conversions: 0, revenue: 0 }
  for (const day of period.days) {
    for (const device of on) {
      if (device < devices.length) add(sum, measured, { unit: day * 4 + device, hour: period.hour })
    }
  }
  return sum
}

/** Whether there is a row: days without anything have none; clicks may come a day after their impressions. */
export function isEmpty({ impressions, clicks }: Metrics): boolean {
  return impressions === 0 && clicks === 0
}

function add(sum: Metrics, { seed, key, scale }: Measured, at: { unit: number; hour: number | null }): void {
  const random = mix(seed, key, at.unit)
  if ((random & 15) === 0) return
  const shown = (random & 15) === 1 ? 0 : ((random >>> 4) & 127) * scale
  const clicks = shown === 0 ? 1 : Math.floor((shown * ((random >>> 11) & 15)) / 128)
  const conversions = (random & 48) === 0 ? clicks >> 2 : 0
  sum.impressions += share(shown, at.hour)
  const clicked = share(clicks, at.hour)
  sum.clicks += clicked
  sum.spend += clicked * (20 + ((random >>> 15) & 127))
  const converted = share(conversions, at.hour)
  sum.conversions += converted
  sum.revenue += converted * (1000 + ((random >>> 12) & 0xffff))
}

/** An hour's part of a day's count; the parts of 24 hours are the whole. */
function share(count: number, hour: number | null): number {
  return hour === null ? count : Math.floor(count / 24) + (hour < count % 24 ? 1 : 0)
}
