/** Options of a benchmark. */
export interface BenchOptions {
  /** Smaller sizes and fewer rounds, for a quick check. */
  readonly quick: boolean
}

/** A row of a benchmark's table. */
export interface Measurement {
  readonly what: string
  /** In readable form, with its unit. */
  readonly value: string
  /** The target; absent if the number is only reported. */
  readonly target?: string
  readonly reached?: boolean
}

/** A benchmark's results. */
export interface BenchReport {
  readonly title: string
  /** The real parts, and the stand-ins. */
  readonly ground: string
  readonly measurements: readonly Measurement[]
}

/** A benchmark; all ratios in its report come from the same run. */
export type Bench = (options: BenchOptions) => Promise<BenchReport>

/** A measurement without a target. */
export function reported(what: string, value: string): Measurement {
  return { what, value }
}

/** A ratio that must be at least `least`. */
export function atLeast(what: string, ratio: number, least: number): Measurement {
  return { what, value: ratio.toFixed(2), target: `at least ${least}`, reached: ratio >= least }
}

/** A ratio that must be 1, within `tolerance` in either direction. */
export function near(what: string, ratio: number, tolerance: number): Measurement {
  const target = `1 within ${tolerance * 100} %`
  return { what, value: ratio.toFixed(3), target, reached: Math.abs(ratio - 1) <= tolerance }
}

/** A ratio that must be at most 1 plus `tolerance`. */
export function notAbove(what: string, ratio: number, tolerance: number): Measurement {
  return {
    what,
    value: ratio.toFixed(3),
    target: `at most ${1 + tolerance}`,
    reached: ratio <= 1 + tolerance,
  }
}

/** A count that must be exactly `wanted`. */
export function exactly(what: string, count: number, wanted: number): Measurement {
  return { what, value: String(count), target: `exactly ${wanted}`, reached: count === wanted }
}

/** The middle value; for an even number of values, the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0]
  return (low + high) / 2
}

/** The value below which a share of the values lies; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** The number of operations in all. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

/** A report as lines of text, its table aligned. */
export function formatReport({ title, ground, measurements }: BenchReport): string {
  const rows = measurements.map(({ what, value, target = '', reached }) => [
    what,
    value,
    target,
    reached === undefined ? '' : reached ? 'reached' : 'MISSED',
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`
  return [title, `  ${ground}`, '', ...rows.map((row) => line(row).trimEnd()), ''].join('\n')
}
