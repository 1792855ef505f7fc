import { z } from 'zod'
import { zipShapes } from './downloads/zip.ts'

/** The body of `POST /_control/options`, which changes what it names. */
export const mannerSchema = z.strictObject({
  /** Sends 64-bit ids as bare JSON numbers. Default is false. */
  numericIds: z.boolean(),
  /** How ZIP files are written. Default is `descriptor`. */
  zip: z.enum(zipShapes),
  /** How many polls of a report or bulk download find it unfinished. Default is 1. */
  pendingPolls: z.int().nonnegative(),
  /** The most unfinished reports of a user; another submission gets 207. Microsoft's limit is not public. Default is 100. */
  maxPendingReports: z.int().nonnegative(),
  /** The most bulk downloads of an account in 15 minutes; another gets 4204. Default is 100. */
  maxBulkDownloads: z.int().nonnegative(),
})

/** How the stand-in behaves; changed in place by the controls. */
export type Manner = z.infer<typeof mannerSchema>

/** The manner at the start. */
export function createManner(numericIds: boolean): Manner {
  return { numericIds, zip: 'descriptor', pendingPolls: 1, maxPendingReports: 100, maxBulkDownloads: 100 }
}
