import { number, ofAccount, text, textIn, type UnifiedFields, word } from './field.ts'
import { time } from './times.ts'

/** Of campaigns, of ad groups, and of ads. What else Microsoft has says more than one word can. */
export const statusWords = { Active: 'ACTIVE', Paused: 'PAUSED' }

const budgetTypes = ['DailyBudgetStandard', 'DailyBudgetAccelerated', 'LifetimeBudgetStandard']

/** `AdsCampaign`, of the columns of bulk-service/campaign.md. */
export const campaignFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('Modified Time'),
  name: text('Campaign'),
  organization_id: text('Parent Id'),
  status: word('Status', { ...statusWords, BudgetPaused: 'PAUSED', BudgetAndManualPaused: 'PAUSED' }),
  effective_status: word('Status', {
    Paused: 'PAUSED',
    BudgetAndManualPaused: 'PAUSED',
    BudgetPaused: 'LIMITED',
    Suspended: 'NOT_ELIGIBLE',
    Deleted: 'REMOVED',
  }),
  start_at: null,
  end_at: null,
  budget_amount: number('Budget'),
  budget_period: word('Budget Type', {
    DailyBudgetStandard: 'DAILY',
    DailyBudgetAccelerated: 'DAILY',
    LifetimeBudgetStandard: 'LIFETIME',
  }),
  budget_unit: word('Budget Type', Object.fromEntries(budgetTypes.map((type) => [type, 'CURRENCY']))),
  total_spend_amount: null,
  targeting: null,
  goal: null,
  planned_spend_amount: null,
  frequency_cap: null,
  advertising_channel_type: word('Campaign Type', { Search: 'SEARCH', Shopping: 'SHOPPING', App: 'APP' }),
  campaign_budget_identifier: {
    from: ['Budget Id'],
    // 0 is a campaign's own budget.
    read: (row) => (textIn(row, 'Budget Id') === '0' ? null : textIn(row, 'Budget Id')),
  },
  currency: ofAccount('Account.CurrencyCode', 'currencyCode'),
  category: null,
  has_eu_political_ads: word('Is Political', { False: false, false: false }),
  labels: null,
}
