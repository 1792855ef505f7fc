import { statusWords } from './campaign.ts'
import { number, ofAccount, text, type UnifiedFields, word } from './field.ts'
import { day, time } from './times.ts'

/** `AdsGroup`, of the columns of bulk-service/ad-group.md. */
export const groupFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('Modified Time'),
  name: text('Ad Group'),
  parent_id: null,
  organization_id: ofAccount('Account.Id', 'accountId'),
  campaign_id: text('Parent Id'),
  insertionorder_id: null,
  status: word('Status', statusWords),
  effective_status: word('Status', { Paused: 'PAUSED', Expired: 'ENDED', Deleted: 'REMOVED' }),
  type: word('Ad Group Type', { SearchStandard: 'SEARCH' }),
  start_at: day('Start Date', 'begin'),
  end_at: day('End Date', 'end'),
  bid_amount: number('Cpc Bid'),
  bid_strategy: null,
  billing_event: null,
  optimization_goal: null,
  budget_amount: null,
  budget_max_amount: null,
  budget_allocation_type: null,
  budget_period: null,
  budget_unit: null,
  pacing: null,
  frequency_cap: null,
  targeting: null,
  language_locale: null,
  creative_ids: null,
  creative_selection: word('Ad Rotation', { OptimizeForClicks: 'OPTIMIZED', RotateAdsEvenly: 'ROUND_ROBIN' }),
  promoted: null,
  currency: ofAccount('Account.CurrencyCode', 'currencyCode'),
  has_eu_political_ads: null,
}
