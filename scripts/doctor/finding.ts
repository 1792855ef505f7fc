import type { OutgoingHost } from '../outgoingHosts.ts'

/**
 * The responsible side: a deployed `package`, which another package fixes, or the `operator`, whose changes are needed
 * with any package.
 */
export type Category = 'package' | 'operator'

/** The result of a check; `ok` is null if it's unknown, and `detail` says why. */
export interface Diagnosed {
  readonly name: string
  readonly ok: boolean | null
  readonly detail: string
  /** The command that fixes it; only if it isn't ok. */
  readonly resolution?: string | undefined
}

/** A row of the doctor's table. */
export interface Finding extends Diagnosed {
  readonly category: Category
}

/** All rows for JSON, and the verdict. */
export interface DoctorReport {
  readonly healthy: boolean
  readonly checks: readonly Finding[]
  /** The hosts that the broker calls; only with settings. */
  readonly outgoing?: readonly OutgoingHost[]
}

/** Options of the verdict. */
export interface VerdictOptions {
  /** Only rows of this category count. Default is all. */
  readonly category?: Category | undefined
  /** Whether unknown results count as bad. Default is false. */
  readonly strict?: boolean | undefined
}

/** Files results under who fixes them. A package can break only its own work: starting, answering, and reaching its storage. */
export function inCategory(category: Category, diagnosed: readonly Diagnosed[]): Finding[] {
  return diagnosed.map((line) => ({ ...line, category }))
}

/** Creates the report, with the verdict. */
export function toReport(
  checks: readonly Finding[],
  { category, strict = false }: VerdictOptions = {},
): DoctorReport {
  const counted = checks.filter((line) => category === undefined || line.category === category)
  return { healthy: counted.every(({ ok }) => ok ?? !strict), checks }
}

/** The table for people: a mark, the name, the state, and the fix. */
export function toTable({ checks }: DoctorReport): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return checks
    .map(({ name, ok, detail, resolution }) => {
      const mark = ok === null ? '–' : ok ? '✓' : '✗'
      return `${mark} ${name.padEnd(width)}  ${detail}${resolution ? `\n  ${' '.repeat(width)}  → ${resolution}` : ''}`
    })
    .join('\n')
}
