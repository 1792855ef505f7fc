import type { Randomness } from '../clock.ts'
import type { Tenant } from './tenant.ts'

/** Writes that a row remembers. A writer whose answer was lost checks within seconds, before that many others. */
const maxWriteIds = 8

/** A new mark for one change of a row, under which each try of it is known. */
export function newWriteId(randomness: Pick<Randomness, 'identifier'>): string {
  return randomness.identifier().slice(0, 16)
}

/** The row with a mark of the change that wrote it. */
export function withWriteId(row: Tenant, writeId: string): Tenant {
  return { ...row, writeIds: [...(row.writeIds ?? []), writeId].slice(-maxWriteIds) }
}

/**
 * Whether a change has taken effect, whatever its writer was told: a client that repeats a write whose answer was lost
 * meets its own ETag, and a connection may break after the write.
 */
export function isWrittenBy(row: Tenant, writeId: string): boolean {
  return row.writeIds?.includes(writeId) === true
}
