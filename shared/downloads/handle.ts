import { type Sealer, sealContextOf } from '../domain/sealer.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { Problem } from '../problems.ts'
import { Secret } from '../secret.ts'

/** A download that has been started: what its handle says, so that nothing is stored. */
export interface StartedDownload {
  /** Microsoft's `ReportRequestId`. */
  readonly requestId: string
  readonly accountId: string
  readonly customerId: string
  readonly startedAt: Date
}

/** Request, account, customer, consent, and the time in milliseconds. What was sealed is trusted. */
type Contents = readonly [string, string, string, string, number]

/** Seals a download for its tenant. The consent is inside, so that a handle of an earlier one can be told from a wrong one. */
export async function sealHandle(
  sealer: Sealer,
  tenant: VendedTenant,
  { requestId, accountId, customerId, startedAt }: StartedDownload,
): Promise<string> {
  const contents: Contents = [requestId, accountId, customerId, grantIdOf(tenant), startedAt.getTime()]
  const sealed = await sealer.seal(new Secret(JSON.stringify(contents)), contextOf(tenant))
  // Compact JWE with `dir` has an empty part, and proxies don't like two dots in a path.
  return sealed.replace('..', '.')
}

/**
 * Opens a handle.
 * @throws Problem `download_not_found` if it's of another tenant or environment, was changed, or is of another consent:
 *   only the user who requested a report can get it.
 */
export async function openHandle(
  sealer: Sealer,
  tenant: VendedTenant,
  handle: string,
): Promise<StartedDownload> {
  const opened = await sealer.open(handle.replace('.', '..'), contextOf(tenant))
  if (!opened) throw new Problem('download_not_found', { members: { reason: 'handle_unknown' } })
  const contents: Contents = JSON.parse(opened.expose())
  const [requestId, accountId, customerId, grantId, startedAt] = contents
  if (grantId !== grantIdOf(tenant))
    throw new Problem('download_not_found', { members: { reason: 'other_consent' } })
  return { requestId, accountId, customerId, startedAt: new Date(startedAt) }
}

function contextOf(tenant: VendedTenant) {
  return sealContextOf(tenant, undefined, 'download')
}

function grantIdOf({ grant }: VendedTenant): string {
  return grant?.id ?? ''
}
