import type { Row } from '../../shared/unified/field.ts'

/** Rows, how many of them were read, and whether the reader has ended. */
export function counted(rows: readonly Row[]) {
  const seen = { rows: 0, isEnded: false }
  async function* read() {
    try {
      for (const row of rows) {
        seen.rows++
        yield row
      }
    } finally {
      seen.isEnded = true
    }
  }
  return { seen, rows: read() }
}
