import { createHash } from 'node:crypto'
import { type Sealer, sealContextOf } from '../domain/sealer.ts'
import type { Tenant } from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { Secret } from '../secret.ts'
import type { DownloadService } from './fileKinds.ts'

/** A download that has been started: what its handle says, so that nothing is stored. */
export interface StartedDownload {
  readonly service: DownloadService
  /** Microsoft's `ReportRequestId` or `DownloadRequestId`. */
  readonly requestId: string
  readonly accountId: string
  readonly customerId: string
  readonly startedAt: Date
}

/** Request, account, customer, mark of the consent, time in milliseconds, and service. What was sealed is trusted. */
type Contents = readonly [string, string, string, string, number, DownloadService]

/** Before there were entities: a report's, with the consent's whole id. It lives a day. */
type FormerContents = readonly [string, string, string, string, number]

/**
 * Seals a download for its tenant. The consent is inside, so that a handle of an earlier one can be told from a wrong one.
 * A handle is one segment of a path. Windows refuses segments of more than 260 characters (http.sys,
 * `UrlSegmentMaxLength`), so everything in it is short.
 */
export async function sealHandle(
  sealer: Sealer,
  tenant: Tenant,
  { service, requestId, accountId, customerId, startedAt }: StartedDownload,
): Promise<string> {
  const consent = markOf(grantIdOf(tenant))
  const contents: Contents = [requestId, accountId, customerId, consent, startedAt.getTime(), service]
  return sealer.seal(new Secret(JSON.stringify(contents)), contextOf(tenant), 'brief')
}

/**
 * Opens a handle.
 * @throws Problem `download_not_found` if it's of another tenant or environment, was changed, or is of another consent:
 *   only the user who requested a file can get it.
 */
export async function openHandle(sealer: Sealer, tenant: Tenant, handle: string): Promise<StartedDownload> {
  // A former handle is a whole JWE, without one of two dots in a row.
  const opened = await sealer.open(handle.replace('.', '..'), contextOf(tenant))
  if (!opened) throw new Problem('download_not_found', { members: { reason: 'handle_unknown' } })
  const contents: Contents | FormerContents = JSON.parse(opened.expose())
  const [requestId, accountId, customerId, consent, startedAt, service = 'reporting'] = contents
  const grantId = grantIdOf(tenant)
  if (consent !== grantId && consent !== markOf(grantId))
    throw new Problem('download_not_found', { members: { reason: 'other_consent' } })
  return { service, requestId, accountId, customerId, startedAt: new Date(startedAt) }
}

function contextOf(tenant: Tenant) {
  return sealContextOf(tenant, undefined, 'download')
}

function grantIdOf({ grant }: Tenant): string {
  return grant?.id ?? ''
}

/** Tells the consents of one tenant apart: 66 bits of SHA-256 over the grant's id. */
function markOf(grantId: string): string {
  return createHash('sha256').update(grantId).digest('base64url').slice(0, 11)
}
