import type { UnifiedKindName } from '../shared/unified/objects.ts'

const listsElsewhere = 'Microsoft has its own records for these.'
const ofCampaign = 'Microsoft has it in the campaign.'
const notInRecord = 'The record doesn’t have the time.'

/** Why a field doesn't fit, or fits only in part, by the kind of object. Without a note, Microsoft has nothing like it. */
export const normalizedNotes: Readonly<Record<UnifiedKindName, Readonly<Record<string, string>>>> = {
  organizations: {
    created_at: notInRecord,
    timezone: 'As IANA’s name; null for one that isn’t in Microsoft’s list.',
    managers: 'Users belong to customers, not to accounts.',
  },
  campaigns: {
    created_at: notInRecord,
    start_at: 'A bulk file has the dates only in the ad group.',
    end_at: 'A bulk file has the dates only in the ad group.',
    budget_amount: 'Of a shared budget, too.',
    total_spend_amount: 'Request a report.',
    targeting: 'See `targets`.',
    labels: listsElsewhere,
  },
  groups: {
    created_at: notInRecord,
    start_at: 'The first moment of the day in the account’s time zone; null if that isn’t known.',
    end_at: 'The last second of the day in the account’s time zone; null if that isn’t known.',
    bid_amount: 'Of search ads.',
    bid_strategy: ofCampaign,
    budget_amount: ofCampaign,
    budget_period: ofCampaign,
    budget_unit: ofCampaign,
    frequency_cap: 'A list of its own form, in `Frequency Cap Settings`.',
    targeting: 'See `targets`.',
    language_locale: '`Language` names a language, not a locale.',
    creative_ids: 'Images belong to ads.',
    has_eu_political_ads: ofCampaign,
  },
  ads: {
    created_at: notInRecord,
    name: 'Ads have no names.',
    campaign_id:
      'That of its ad group, whose record is in the same file; null if it isn’t, as with `updated_gte` if only the ad changed.',
    headline:
      'Only of ads with one: a responsive search ad has 3 to 15 in `Headline`, an expanded text ad up to three in `Title Part 1` to `3`.',
    description:
      'Only of ads with one: a responsive search ad has 2 to 4 in `Description`, others a second one in `Text Part 2`.',
    ad_copy: 'See `description`.',
    final_url: 'The first one, which is the only one that Microsoft uses.',
    display_url: 'Of text ads.',
    cta: 'Of responsive ads.',
    creative_ids: 'Of responsive ads: the IDs of images.',
    logo_creative_id: 'An image among `Images`, by its `subType`.',
    advertiser_name: 'Of responsive ads.',
  },
  creatives: {
    created_at: notInRecord,
    name: 'Of an image, or of a video.',
    campaign_id: 'It belongs to the account.',
    group_id: 'It belongs to the account.',
    asset_urls:
      'Where an image is, or where a video came from. Microsoft reserves the `Url` of a video for its own use.',
    width: 'Of images.',
    height: 'Of images.',
    title: 'Texts belong to ads and asset groups.',
    body: 'Texts belong to ads and asset groups.',
    link_url: 'Addresses belong to ads and asset groups.',
    cta: 'Belongs to ads and asset groups.',
  },
  targets: {
    name: 'Of audiences. A place is the number in `Target`.',
    type: 'Age, gender, device, time, radius, and others have no type.',
    parent_id: 'The campaign, the ad group, or an audience’s account or customer.',
    audience_count_min: 'Microsoft has two exact sizes, one for each network.',
    audience_count_max: 'Microsoft has two exact sizes, one for each network.',
  },
  reports: {
    id: 'A row has none.',
    created_at: notInRecord,
    updated_at: notInRecord,
    start_at: 'With the dimension `DATE`: the first moment of the day in the account’s time zone.',
    end_at: 'With the dimension `DATE`: the last second of the day in the account’s time zone.',
    metrics: 'One for each wanted type, with what it’s about: see below.',
  },
}
