import * as z from 'zod'
import { type Clock, TimeLimitError, withTimeLimit } from '../clock.ts'
import { IdentityUnavailableError, identityResolution } from '../domain/identityUnavailable.ts'
import { disallowedByPolicy, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { Resolutions } from './resolutions.ts'

const result = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  /** The command that fixes it; only if it isn't ok. */
  resolution: z.string().optional(),
})

/** The result of one check, as `/ready` shows it. */
export const readinessCheck = result
  .extend({
    category: z
      .enum(['package', 'operator'])
      // An older package, after a rollback, shows none.
      .default('operator')
      .describe('Who fixes it: another `package`, or the `operator` with any package.'),
  })
  .meta({ id: 'ReadinessCheck', description: 'A check of a dependency, a secret, or an issuer.' })

/** The result of one check. */
export type ReadinessCheck = z.infer<typeof result>

/** A check's result without its name. */
export type Finding = Omit<ReadinessCheck, 'name'>

/** What a check looks at. */
export interface CheckSubject {
  readonly name: string
  readonly clock: Clock
  readonly resolutions: Resolutions
  /** The host that is asked, for the detail if it doesn't answer. Default is none: `name` says it. */
  readonly host?: string
}

/**
 * The longest time of one check. All run at once, so `/ready` answers soon after it, before a person, a monitor, or
 * `npm run doctor` gives up.
 */
export const checkSeconds = 8

/** Runs one check; an error from storage, or no answer within {@link checkSeconds}, is a finding, not a failure. */
export async function runCheck(
  { name, clock, resolutions, host }: CheckSubject,
  look: () => Promise<Finding>,
): Promise<ReadinessCheck> {
  try {
    return { name, ...(await withTimeLimit(clock, checkSeconds, name, look)) }
  } catch (error) {
    if (error instanceof TimeLimitError) {
      const detail = `no answer${host ? ` from ${host}` : ''} within ${checkSeconds} s`
      return { name, ok: false, detail, resolution: resolutions.unreachable }
    }
    if (!(error instanceof StorageUnavailableError)) throw error
    const detail = codeAndStatus(error)
    // The check `identity` names the app.
    if (error instanceof IdentityUnavailableError)
      return { name, ok: false, detail, resolution: identityResolution(error.reason) }
    return { name, ok: false, detail, resolution: resolutionOf(error, resolutions) }
  }
}

/**
 * The fix for a failure. A closed network answers like a missing right, but no role fixes it: a vault with a code of
 * its own, storage with `AuthorizationFailure`, which some report for a missing role too (usually
 * `AuthorizationPermissionMismatch`).
 */
export function resolutionOf(
  { code, status }: Pick<StorageUnavailableError, 'code' | 'status'>,
  { disallowed, refused, unreachable }: Resolutions,
): string {
  if (code === disallowedByPolicy) return disallowed
  if (code === 'ForbiddenByFirewall') return unreachable
  if (code === 'AuthorizationFailure') return `${unreachable}; if the app may connect: ${refused}`
  return status === 401 || status === 403 ? refused : unreachable
}

/** A failure as a finding shows it. */
export function codeAndStatus({ code, status }: StorageUnavailableError): string {
  return `${code} (${status || 'no answer'})`
}
