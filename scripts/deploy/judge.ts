import type { DoctorReport, Finding } from '../doctor/finding.ts'

/** Others' outages say nothing about the package. */
const foreign = /^caller issuer: /

/**
 * What a new package is blamed for: checks that a package can break and that fail or couldn't be made, and what was well
 * before and isn't now. An expired secret or a hold is never blamed on it.
 */
export function faultsOfPackage(before: DoctorReport | undefined, after: DoctorReport): Finding[] {
  const well = new Set(before?.checks.filter(({ ok }) => ok === true).map(({ name }) => name))
  return after.checks.filter(({ category, name, ok }) => {
    if (category === 'package') return ok !== true
    return ok === false && well.has(name) && !foreign.test(name)
  })
}
