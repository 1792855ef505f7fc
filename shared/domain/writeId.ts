import type { Randomness } from '../clock.ts'
import type { Tenant } from './tenant.ts'

/**
 * The number of writes that a row remembers. A writer whose answer was lost checks within seconds, before that many
 * other writes.
 */
const maxWriteIds = 8

/** A new id for one change of a row, shared by all its attempts. */
export function newWriteId(randomness: Pick<Randomness, 'identifier'>): string {
  return randomness.identifier().slice(0, 16)
}

/** The row with the id of the change that wrote it. */
export function withWriteId(row: Tenant, writeId: string): Tenant {
  return { ...row, writeIds: [...(row.writeIds ?? []), writeId].slice(-maxWriteIds) }
}

/**
 * Whether a change has taken effect, even if its writer got an error: a client that repeats a write whose answer was
 * lost meets its own ETag, and a connection may break after the write.
 */
export function isWrittenBy(row: Tenant, writeId: string): boolean {
  return row.writeIds?.includes(writeId) === true
}
