import * as z from 'zod'
import { idOfCustomer } from '../domain/account.ts'

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

/** The campaigns that they belong to (bulk-service/downloadcampaignsbycampaignids.md has their most). */
export const entityCampaigns = z
  .array(idOfCustomer)
  .min(1)
  .max(1000)
  .describe('Only these campaigns, by their IDs, and what’s in them. Default is the whole account.')

/** Entities that an app wants. */
export interface EntityWish {
  readonly entities: readonly string[]
  readonly campaigns?: readonly string[] | undefined
  readonly changedSince?: string | undefined
}

/** Microsoft's request for a file of entities (bulk-service/downloadcampaignsby{accountids,campaignids}.md). */
export function toBulkRequest(wish: EntityWish, accountId: string): { path: string; body: object } {
  const { campaigns, changedSince: since } = wish
  const isGroup = (name: string): name is keyof typeof groups => Object.hasOwn(groups, name)
  const names = wish.entities.flatMap((name) => (isGroup(name) ? groups[name] : name))
  return {
    path: `Campaigns/DownloadBy${campaigns ? 'Campaign' : 'Account'}Ids`,
    body: {
      ...(campaigns
        ? { Campaigns: campaigns.map((id) => ({ CampaignId: id, ParentAccountId: accountId })) }
        : { AccountIds: [accountId] }),
      DownloadEntities: [...new Set(names)],
      DataScope: 'EntityData',
      DownloadFileType: 'Csv',
      CompressionType: 'Zip',
      FormatVersion: '6.0',
      ...(since && { LastSyncTimeInUTC: new Date(since).toISOString() }),
    },
  }
}
