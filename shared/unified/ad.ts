import { statusWords } from './campaign.ts'
import { ofAccount, type Row, text, textIn, type UnifiedField, type UnifiedFields, word } from './field.ts'
import { time } from './times.ts'

/** The types of records of ads (bulk-service/downloadentity.md#ads). */
const adTypes = {
  'App Install Ad': 'APP',
  'Dynamic Search Ad': null,
  'Expanded Text Ad': 'TEXT',
  'Hotel Ad': null,
  'Product Ad': 'SHOPPING',
  'Responsive Ad': 'RESPONSIVE',
  'Responsive Search Ad': 'RESPONSIVE',
  'Text Ad': 'TEXT',
}

/** Whether a record is an ad, of whatever type: Microsoft adds types at any time. */
export function isAd(type: string): boolean {
  return type.endsWith(' Ad')
}

/** `AdsAd`, of the columns of the pages of ads in bulk-service. */
export const adFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('Modified Time'),
  name: null,
  organization_id: ofAccount('Account.Id', 'accountId'),
  campaign_id: ofAccount('Ad Group.Parent Id', 'campaignId'),
  group_id: text('Parent Id'),
  ad_type: word('Type', adTypes),
  status: word('Status', statusWords),
  headline: {
    from: ['Title', 'Headline'],
    // In a responsive search ad, the column has a list.
    read: (row) => textIn(row, row.Type === 'Responsive Ad' ? 'Headline' : 'Title'),
  },
  description: { from: ['Text', 'Text Part 2'], read: readDescription },
  ad_copy: null,
  final_url: {
    from: ['Final Url'],
    // Only the first is used (bulk-service/responsive-search-ad.md#finalurl).
    read: (row) => textIn(row, 'Final Url')?.split('; ')[0] ?? null,
  },
  display_url: text('Display Url'),
  path1: text('Path 1'),
  path2: text('Path 2'),
  cta: text('Call To Action'),
  creative_ids: imageIds('Images'),
  creative_asset_url: null,
  logo_creative_id: null,
  advertiser_name: text('Business Name'),
  promoted: null,
}

/** One text can't hold two. */
function readDescription(row: Row): string | null {
  return textIn(row, 'Text Part 2') === null ? textIn(row, 'Text') : null
}

/** The ids in a list of assets, once each. They're taken from its text, since a number of JSON.parse can't hold them. */
function imageIds(column: string): UnifiedField {
  return {
    from: [column],
    read: (row) => {
      const ids = (textIn(row, column) ?? '').matchAll(/"id" ?: ?"?(\d+)/g)
      const found = [...new Set([...ids].map(([, id]) => id))]
      return found.length > 0 ? found : null
    },
  }
}
