import { number, type Row, text, textIn, type UnifiedFields, word } from './field.ts'
import { time } from './times.ts'

/** Whether a record is an image or a video. */
export function isCreative(type: string): boolean {
  return type === 'Image' || type === 'Video'
}

/**
 * `AdsCreative`: an image, of the columns of bulk-service/image.md, or a video. Microsoft has no page of the columns of
 * videos, so they're those of its SDK (BingAds-Python-SDK at c8490a04, bulk_video.py), with the words of
 * campaign-management-service/video.md.
 */
export const creativeFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('Modified Time'),
  name: { from: ['Text', 'Description'], read: (row) => textIn(row, isVideo(row) ? 'Description' : 'Text') },
  organization_id: text('Parent Id'),
  campaign_id: null,
  group_id: null,
  item_id: null,
  creative_type: word('Type', { Image: 'IMAGE', Video: 'VIDEO' }),
  status: word('Status', { Active: 'ACTIVE', Draft: 'DRAFT', Failed: 'PROCESSING_FAILED' }),
  title: null,
  body: null,
  asset_urls: {
    from: ['Url', 'Source Url'],
    read: (row) => {
      // A video's other one is reserved for Microsoft's own use.
      const url = textIn(row, isVideo(row) ? 'Source Url' : 'Url')
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

function isVideo(row: Row): boolean {
  return row.Type === 'Video'
}
