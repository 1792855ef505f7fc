import { number, text, textIn, type UnifiedFields, word } from './field.ts'
import { time } from './times.ts'

/** `AdsCreative`: an image, of the columns of bulk-service/image.md. */
export const creativeFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('Modified Time'),
  name: text('Text'),
  organization_id: text('Parent Id'),
  campaign_id: null,
  group_id: null,
  item_id: null,
  creative_type: word('Type', { Image: 'IMAGE' }),
  status: word('Status', { Active: 'ACTIVE' }),
  title: null,
  body: null,
  asset_urls: {
    from: ['Url'],
    read: (row) => {
      const url = textIn(row, 'Url')
      return url === null ? null : [url]
    },
  },
  link_url: null,
  width: number('Width'),
  height: number('Height'),
  cta: null,
  data: null,
  labels: null,
  path1: null,
  path2: null,
  url_tags: null,
  vast_tag_url: null,
  third_party_tag: null,
  hosting_source: null,
  external_ad_reference: null,
  external_creative_reference: null,
  external_placement_reference: null,
  promoted: null,
}
