import type { Actor } from '../problems.ts'
import { StorageUnavailableError } from './storageUnavailable.ts'

/**
 * Why this process's managed identity gives no token. `identity_refused`: the endpoint answers that there is no such
 * identity; `identity_unreachable`: there is no endpoint; `identity_failing`: it answers with its own error, or with
 * nothing usable; `identity_silent`: it doesn't answer in time.
 */
export type IdentityReason =
  | 'identity_refused'
  | 'identity_unreachable'
  | 'identity_failing'
  | 'identity_silent'

/** A failed request for a token, as the identity endpoint or the connection to it ended it. */
export interface IdentityFault {
  readonly reason: IdentityReason
  /** HTTP status, or 0 if there was no answer. */
  readonly status: number
}

/** The managed identity gives this process no token, so it reaches neither storage nor a vault, nor authenticates. */
export class IdentityUnavailableError extends StorageUnavailableError {
  readonly reason: IdentityReason
  readonly actor: Extract<Actor, 'operator' | 'nobody'>

  constructor({ reason, status }: IdentityFault, actor: IdentityUnavailableError['actor']) {
    super('identity', status, reason)
    this.name = 'IdentityUnavailableError'
    this.reason = reason
    this.actor = actor
  }
}

/** Failures in a row after which a process says that its identity fails. One alone often passes. */
export const failuresBeforeReport = 3

/** A setting causes these, so every process has the same trouble, and an app with one process has no other witness. */
const settingReasons: ReadonlySet<IdentityReason> = new Set(['identity_refused', 'identity_unreachable'])

/**
 * Who must act on an identity that fails. Endpoints are local to an instance, and sick ones pass
 * (azure-functions-host#10238): only several processes that say the same, or a setting that can't work, need the
 * operator.
 * @param failures of this process in a row.
 * @param processes that said so lately, including this one.
 */
export function actorOfIdentityFault(
  reason: IdentityReason,
  failures: number,
  processes: number,
): IdentityUnavailableError['actor'] {
  if (failures < failuresBeforeReport) return 'nobody'
  return settingReasons.has(reason) || processes > 1 ? 'operator' : 'nobody'
}

/** What to do if an identity gives no token: compare the setting, or leave an instance whose endpoint is sick. */
export function identityResolution(
  reason: IdentityReason | undefined,
  app = '<app>',
  resourceGroup = '<group>',
): string {
  const of = `--name ${app} --resource-group ${resourceGroup}`
  if (reason === 'identity_failing' || reason === 'identity_silent')
    return `az functionapp restart ${of} (docs/runbooks/identity-failing.md)`
  return `az functionapp identity show ${of}; AZURE_CLIENT_ID must be the clientId of a user-assigned identity listed there`
}
