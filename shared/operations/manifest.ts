import * as z from 'zod'

/** What is copied. The listing and the due rows follow from the tenants; one-time records must never come back. */
export const savedTables = ['BrokerState', 'Tenants'] as const

/** One of {@link savedTables}. */
export type SavedTable = (typeof savedTables)[number]

/** The partitions of `BrokerState` that describe a moment, not the broker. */
export const passingPartitions: ReadonlySet<string> = new Set(['hold', 'sweep', 'writer'])

/** The name of a backup's last blob. Without it, the backup is incomplete. */
export const manifestName = 'manifest.json'

/** The schema of the last blob of a backup: what the others must contain. */
export const manifestSchema = z.object({
  format: z.literal(1),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  parts: z.array(
    z.object({
      name: z.string(),
      table: z.enum(savedTables),
      /** Rows with the same partition key are in parts of the same range, in their order. */
      range: z.string(),
      rows: z.int().min(0),
      bytes: z.int().min(0),
      sha256: z.string(),
    }),
  ),
})

/** A backup's contents. */
export type Manifest = z.infer<typeof manifestSchema>

/** One blob of rows: JSON lines in gzip. */
export type Part = Manifest['parts'][number]
