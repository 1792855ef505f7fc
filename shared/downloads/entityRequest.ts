import * as z from 'zod'

/** What the usual names stand for: Microsoft's `DownloadEntity` (bulk-service/downloadentity.md). */
const groups = {
  campaigns: ['Campaigns'],
  adGroups: ['AdGroups'],
  ads: ['Ads'],
  keywords: ['Keywords'],
  targets: ['CampaignTargetCriterions', 'AdGroupTargetCriterions'],
  audiences: ['Audiences', 'CampaignAudienceAssociations', 'AdGroupAudienceAssociations'],
  assets: ['AssetGroups', 'Images', 'Videos'],
} as const satisfies Record<string, readonly string[]>

const names = Object.keys(groups)

const entity = z
  .string()
  .regex(
    /^(campaigns|adGroups|ads|keywords|targets|audiences|assets|[A-Z]\w{0,79})$/,
    `must be ${names.join(', ')}, or one of Microsoft’s names`,
  )

/** The entities that an app wants. Microsoft has some 200 names of them. */
export const entities = z
  .array(entity)
  .min(1)
  .max(200)
  .describe(`What to download: ${names.join(', ')}, or Microsoft’s own names (\`DownloadEntity\`).`)

/** The time since when they changed. */
export const changedSince = z.iso
  .datetime({ offset: true })
  .describe(
    'Only entities that changed after this time, deleted ones too: the `syncTime` of the last download. At most 30 days ago.',
  )

/** Entities that an app wants. */
export interface EntityWish {
  readonly entities: readonly string[]
  readonly changedSince?: string | undefined
}

/** Microsoft's request for a file of entities (bulk-service/downloadcampaignsbyaccountids.md). */
export function toBulkRequest(
  { entities: wanted, changedSince: since }: EntityWish,
  accountId: string,
): object {
  const isGroup = (name: string): name is keyof typeof groups => Object.hasOwn(groups, name)
  return {
    AccountIds: [accountId],
    DownloadEntities: [...new Set(wanted.flatMap((name) => (isGroup(name) ? groups[name] : name)))],
    DataScope: 'EntityData',
    DownloadFileType: 'Csv',
    CompressionType: 'Zip',
    FormatVersion: '6.0',
    ...(since && { LastSyncTimeInUTC: new Date(since).toISOString() }),
  }
}
