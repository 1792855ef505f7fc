import { adFields, isAd } from './ad.ts'
import { campaignFields } from './campaign.ts'
import { creativeFields, isCreative } from './creative.ts'
import type { UnifiedFields } from './field.ts'
import { groupFields } from './group.ts'
import { organizationFields } from './organization.ts'
import { reportFields } from './report.ts'
import { isTarget, targetFields } from './target.ts'

/** A kind of normalized object. */
export interface UnifiedKind {
  readonly fields: UnifiedFields
  /** Unified.to's parameters that keep only the objects whose field of the same name has that value. */
  readonly filters: readonly string[]
  /** Whether a record of a file is one, by its type. */
  readonly includes: (type: string) => boolean
  /** Whether its `Parent Id` is an ad group's, whose own record has the campaign's. */
  readonly isInGroup?: boolean
  /** Microsoft's operation that writes such a record, below `/ads/`; null if there's none. */
  readonly writtenBy: (type: string) => Written | null
}

/** Microsoft's operation, and its methods that change or delete what is there. */
export interface Written {
  readonly methods: readonly string[]
  readonly path: string
}

const isAny = () => true

const campaignManagement = (path: string, methods: readonly string[] = ['PUT', 'DELETE']): Written => ({
  methods,
  path: `campaignManagement/${path}`,
})

/** The kinds of normalized objects, by the last segment of their path. */
export const unifiedKinds = {
  organizations: {
    fields: organizationFields,
    filters: ['parent_id', 'status'],
    includes: isAny,
    writtenBy: () => ({ methods: ['PUT', 'DELETE'], path: 'customerManagement/Account' }),
  },
  campaigns: {
    fields: campaignFields,
    filters: ['status', 'effective_status'],
    includes: (type) => type === 'Campaign',
    writtenBy: () => campaignManagement('Campaigns'),
  },
  groups: {
    fields: groupFields,
    filters: ['campaign_id', 'status', 'effective_status'],
    includes: (type) => type === 'Ad Group',
    writtenBy: () => campaignManagement('AdGroups'),
  },
  ads: {
    fields: adFields,
    filters: ['group_id', 'status'],
    includes: isAd,
    isInGroup: true,
    writtenBy: () => campaignManagement('Ads'),
  },
  creatives: {
    fields: creativeFields,
    filters: ['status'],
    includes: isCreative,
    writtenBy: (type) =>
      type === 'Video' ? campaignManagement('Videos') : campaignManagement('Media', ['DELETE']),
  },
  targets: {
    fields: targetFields,
    filters: ['type'],
    includes: isTarget,
    writtenBy: targetWrittenBy,
  },
  reports: { fields: reportFields, filters: [], includes: isAny, writtenBy: () => null },
} as const satisfies Readonly<Record<string, UnifiedKind>>

/** One of {@link unifiedKinds}. */
export type UnifiedKindName = keyof typeof unifiedKinds

/**
 * Microsoft makes the audiences in its market and the similar ones itself, and changes only two types by this operation
 * (campaign-management-service/updateaudiences.md).
 */
function targetWrittenBy(type: string): Written | null {
  if (/^(In Market Audience|Similar Remarketing List)$/.test(type)) return null
  if (/^(Remarketing List|Custom Audience)$/.test(type)) return campaignManagement('Audiences')
  if (!type.endsWith(' Criterion')) return campaignManagement('Audiences', ['DELETE'])
  return campaignManagement(type.startsWith('Campaign ') ? 'CampaignCriterions' : 'AdGroupCriterions')
}
