import * as z from 'zod'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Resolutions } from './resolutions.ts'

/** One thing that was looked at. */
export const readinessCheck = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** The command that fixes it; only where it is not ok. */
  resolution: z.string().optional(),
})

/** A {@link readinessCheck}'s value. */
export type ReadinessCheck = z.infer<typeof readinessCheck>

/** What looking at one thing brought. */
export type Finding = Omit<ReadinessCheck, 'name'>

/** Looks at one thing; storage that does not answer as it should is a finding, not a failure. */
export async function runCheck(
  name: string,
  resolutions: Resolutions,
  look: () => Promise<Finding>,
): Promise<ReadinessCheck> {
  try {
    return { name, ...(await look()) }
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error
    const detail = `${error.code} (${error.status || 'no answer'})`
    // A vault's firewall answers like a missing right, and no role fixes it.
    const isClosed = error.code === 'ForbiddenByFirewall'
    const refused = !isClosed && (error.status === 401 || error.status === 403)
    return { name, ok: false, detail, resolution: refused ? resolutions.refused : resolutions.unreachable }
  }
}
