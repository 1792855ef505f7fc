/** What is copied. The listing and the due rows follow from the tenants; one-time records must never come back. */
export const savedTables = ['BrokerState', 'Tenants'] as const

/** One of {@link savedTables}. */
export type SavedTable = (typeof savedTables)[number]

/** The partitions of `BrokerState` that describe a moment, not the broker. */
export const passingPartitions: ReadonlySet<string> = new Set(['hold', 'sweep', 'writer'])

/** The name of a backup's last blob. Without it, the backup is incomplete. */
export const manifestName = 'manifest.json'

/** One blob of rows: JSON lines in gzip. */
export interface Part {
  readonly name: string
  readonly table: SavedTable
  /** Rows with the same partition key are in parts of the same range, in their order. */
  readonly range: string
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/** The last blob of a backup: what the others must contain. */
export interface Manifest {
  readonly format: 1
  readonly startedAt: string
  readonly endedAt: string
  readonly parts: readonly Part[]
}
