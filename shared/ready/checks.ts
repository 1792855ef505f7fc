import * as z from 'zod'
import { IdentityUnavailableError, identityResolution } from '../domain/identityUnavailable.ts'
import { isDisallowedByPolicy, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Resolutions } from './resolutions.ts'

/** The result of one check. */
export const readinessCheck = z
  .object({
    name: z.string(),
    ok: z.boolean(),
    detail: z.string(),
    /** The command that fixes it; only if it isn't ok. */
    resolution: z.string().optional(),
  })
  .meta({ id: 'ReadinessCheck', description: 'A check of a dependency, a secret, or an issuer.' })

/** A {@link readinessCheck}'s value. */
export type ReadinessCheck = z.infer<typeof readinessCheck>

/** A check's result without its name. */
export type Finding = Omit<ReadinessCheck, 'name'>

/** Runs one check; an error from storage is a finding, not a failure. */
export async function runCheck(
  name: string,
  resolutions: Resolutions,
  look: () => Promise<Finding>,
): Promise<ReadinessCheck> {
  try {
    return { name, ...(await look()) }
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error
    const detail = codeAndStatus(error)
    // The check `identity` names the app.
    if (error instanceof IdentityUnavailableError)
      return { name, ok: false, detail, resolution: identityResolution() }
    // A vault's firewall answers like a missing right, but no role fixes it.
    const isClosed = error.code === 'ForbiddenByFirewall'
    if (isDisallowedByPolicy(error)) return { name, ok: false, detail, resolution: resolutions.disallowed }
    const refused = !isClosed && (error.status === 401 || error.status === 403)
    return { name, ok: false, detail, resolution: refused ? resolutions.refused : resolutions.unreachable }
  }
}

/** A failure as a finding shows it. */
export function codeAndStatus({ code, status }: StorageUnavailableError): string {
  return `${code} (${status || 'no answer'})`
}
