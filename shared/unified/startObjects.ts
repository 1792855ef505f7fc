import { createHash } from 'node:crypto'
import type { TenantName } from '../domain/tenant.ts'
import { type BegunDownload, type DownloadDependencies, startDownload } from '../downloads/start.ts'
import type { UnifiedKindName } from './objects.ts'
import { type AccountStores, readAccount } from './readAccount.ts'
import { toReportWish, type UnifiedReportQuery } from './reportWish.ts'

/** The kinds of objects that are read from a file. */
export type FileKindName = Exclude<UnifiedKindName, 'organizations'>

/** What decides which file objects are read from. */
export interface UnifiedFile {
  readonly kind: FileKindName
  readonly org_id?: string | undefined
  readonly updated_gte?: string | undefined
  /** For reports. */
  readonly report?: UnifiedReportQuery | undefined
}

/** Microsoft's names of what has each kind's records (bulk-service/downloadentity.md). */
const entitiesOf: Readonly<Record<FileKindName, readonly string[]>> = {
  campaigns: ['Campaigns'],
  groups: ['AdGroups'],
  ads: ['AdGroups', 'Ads'],
  creatives: ['Images', 'Videos'],
  targets: ['CampaignTargetCriterions', 'AdGroupTargetCriterions', 'Audiences'],
  reports: [],
}

/** A file of what changed reaches back 30 days (bulk-service/downloadcampaignsbyaccountids.md); one day is for clocks. */
const longestDeltaMilliseconds = 29 * 86_400_000

/**
 * Requests the file that has an account's objects. Changes of more than 29 days are found in a file of everything.
 * @returns a handle that opens only for the same file's parameters.
 * @throws Problem
 */
export async function startObjects(
  dependencies: DownloadDependencies & AccountStores,
  name: TenantName,
  file: UnifiedFile,
): Promise<BegunDownload> {
  const { kind, org_id: accountId, updated_gte, report } = file
  const isRecent =
    dependencies.clock.now().getTime() - Date.parse(updated_gte ?? '') < longestDeltaMilliseconds
  const begun = await startDownload(dependencies, name, {
    accountId,
    ...(report
      ? { report: toReportWish(report, (await readAccount(dependencies, name, accountId))?.timeZone) }
      : { entities: [...entitiesOf[kind]], ...(isRecent && { changedSince: updated_gte }) }),
  })
  return { ...begun, handle: `${begun.handle}.${markOf(file)}` }
}

/** Tells files apart, so that a page isn't read from another one: 48 bits of SHA-256 over what decides which it is. */
export function markOf({ kind, org_id, updated_gte, report }: UnifiedFile): string {
  const { start_gte, end_lt, type, dimension, campaign_id, group_id, ad_id } = report ?? {}
  const parts = [kind, org_id, updated_gte, start_gte, end_lt, type, dimension, campaign_id, group_id, ad_id]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8)
}
