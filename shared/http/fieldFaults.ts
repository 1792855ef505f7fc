import type * as z from 'zod'
import { Problem } from '../problems.ts'

/** The parts of a request that have fields. */
export type RequestPart = 'query' | 'body' | 'path'

/** An invalid field, named as the caller wrote it. */
export interface FieldFault {
  readonly in: RequestPart
  readonly field: string
  readonly fault: string
}

/** The most faults that an answer lists, and the most characters of a name: an answer never outgrows its request. */
const [maxFaults, maxNameCharacters] = [20, 100]

/** The faults that a schema has found. */
export function toFieldFaults(
  where: RequestPart,
  { path, message, ...issue }: z.core.$ZodIssue,
): FieldFault[] {
  const named = (names: readonly PropertyKey[]) => names.join('.').slice(0, maxNameCharacters)
  if (issue.code !== 'unrecognized_keys') return [{ in: where, field: named(path), fault: message }]
  return issue.keys
    .slice(0, maxFaults + 1)
    .map((name) => ({ in: where, field: named([...path, name]), fault: message }))
}

/** The refusal of a request for its fields; the first 20 faults are listed. */
export function invalidFields(faults: readonly FieldFault[]): Problem {
  const errors = faults.slice(0, maxFaults)
  const listed = errors.map(({ in: where, field, fault }) => `${where}${field && ` ${field}`}: ${fault}`)
  const detail = [...listed, ...(faults.length > maxFaults ? ['and more'] : [])].join('; ')
  return new Problem('invalid_request', { detail, members: { errors } })
}
