import type { DoctorReport, Finding } from './finding.ts'

/** Others' outages, and what comes only minutes later or from Azure itself, say nothing about the package. */
const foreign = /^(caller issuer: |telemetry: |alerts$|backup$)/

/** What a report says about a new package, beside the report of the broker before it. */
export interface Judgement {
  /** What the new package, and no outage, can have broken: the package before it is better. */
  readonly blamed: readonly Finding[]
  /** What a package can break and isn't well, but wasn't with the package before it either: no rollback fixes that. */
  readonly asBefore: readonly Finding[]
}

/**
 * Judges a new package. Blamed on it are checks that a package can break and that fail or couldn't be made, unless the
 * same check failed before; and what was well before and isn't now. An expired secret or a hold is never blamed on it.
 * What a broker that couldn't check itself had hidden counts as failing before.
 * @param before undefined before the first package.
 */
export function judgePackage(before: DoctorReport | undefined, after: DoctorReport): Judgement {
  const earlier = new Map(before?.checks.map(({ name, ok }) => [name, ok]))
  const wasBlind = earlier.get('readiness') === false
  const failedBefore = ({ name }: Finding) => earlier.get(name) === false || (wasBlind && !earlier.has(name))
  const bad = after.checks.filter(({ category, ok }) => category === 'package' && ok !== true)
  const worse = after.checks.filter(
    ({ category, name, ok }) =>
      category !== 'package' && ok === false && earlier.get(name) === true && !foreign.test(name),
  )
  return {
    blamed: [...bad.filter((check) => !failedBefore(check)), ...worse],
    asBefore: bad.filter(failedBefore),
  }
}

/** Whether nothing that a package can break, and nothing that was well before it, is wrong. */
export function isWell({ asBefore, blamed }: Judgement): boolean {
  return asBefore.length + blamed.length === 0
}
