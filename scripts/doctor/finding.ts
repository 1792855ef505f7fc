/**
 * Who can be at fault: a deployed `package`, which another package fixes, or what only the `operator` can change,
 * whichever package runs.
 */
export type Category = 'package' | 'operator'

/** What looking at one thing brought; `ok` is null where it could not be told, and `detail` says why. */
export interface Diagnosed {
  readonly name: string
  readonly ok: boolean | null
  readonly detail: string
  /** The command that fixes it; only where it is not ok. */
  readonly resolution?: string | undefined
}

/** One line of the doctor's table. */
export interface Finding extends Diagnosed {
  readonly category: Category
}

/** Every line as JSON has it, and the verdict. */
export interface DoctorReport {
  readonly healthy: boolean
  readonly checks: readonly Finding[]
}

/** What the verdict is about. */
export interface VerdictOptions {
  /** Only lines of this category count. Default is all. */
  readonly category?: Category | undefined
  /** Whether what could not be looked at counts as bad. Default is false. */
  readonly strict?: boolean | undefined
}

/** By what the name of a line begins with. */
const ofPackage =
  /^(settings?\b|health|redirect URI reachable|readiness|identity|table |vault |queue |blobs |broker state|sign-in table)/

/** What a package can break is whatever it does itself: start, answer, and reach its storage. */
export function categoryOf(name: string): Category {
  return ofPackage.test(name) ? 'package' : 'operator'
}

/** Weighs the lines. */
export function toReport(
  diagnosed: readonly Diagnosed[],
  { category, strict = false }: VerdictOptions = {},
): DoctorReport {
  const checks = diagnosed.map((line) => ({ ...line, category: categoryOf(line.name) }))
  const counted = checks.filter((line) => category === undefined || line.category === category)
  return { healthy: counted.every(({ ok }) => ok ?? !strict), checks }
}

/** The table that people read: a mark, what, how it is, and what fixes it. */
export function toTable({ checks }: DoctorReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .map(({ name, ok, detail, resolution }) => {
      const mark = ok === null ? '–' : ok ? '✓' : '✗'
      return `${mark} ${name.padEnd(width)}  ${detail}${resolution ? `\n  ${' '.repeat(width)}  → ${resolution}` : ''}`
    })
    .join('\n')
}
