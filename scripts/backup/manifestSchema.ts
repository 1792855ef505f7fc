import * as z from 'zod'
import { type Manifest, savedTables } from '../../shared/operations/manifest.ts'

/** The schema of a backup's manifest. */
export const manifestSchema: z.ZodType<Manifest> = z.object({
  format: z.literal(1),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  parts: z.array(
    z.object({
      name: z.string(),
      table: z.enum(savedTables),
      range: z.string(),
      rows: z.int().min(0),
      bytes: z.int().min(0),
      sha256: z.string(),
    }),
  ),
})
