import type { Campaign } from './inventory/entities.ts'
import type { JsonObject } from './json.ts'

/**
 * What an answer has only if `ReturnAdditionalFields` names it (campaign-management-service/campaignadditionalfield).
 * The other additional fields concern settings and bidding schemes that no campaign here has.
 */
const additional: Readonly<Record<string, JsonObject>> = {
  AdScheduleUseSearcherTimeZone: { AdScheduleUseSearcherTimeZone: false },
  BidStrategyId: { BidStrategyId: null },
  CampaignConversionGoal: { GoalIds: [] },
  CrossAccountBidStrategyFields: { BidStrategyScope: null },
  DealIds: { DealIds: [] },
  IsDealCampaign: { IsDealCampaign: false },
  LifetimeBudgetFields: { StartDate: null, EndDate: null, UseCampaignLevelDates: false },
  MarketingObjective: { MarketingObjective: null },
  MultimediaAdsBidAdjustment: { MultimediaAdsBidAdjustment: 0 },
  TargetSetting: { Settings: [{ Type: 'TargetSetting', Details: [] }] },
}

/**
 * A campaign with every property, including nulls. Microsoft's .NET SDK demands each and refuses unknown ones
 * (campaign-management-service/campaign; the data contract in BingAds-dotNet-SDK 13.0.28).
 * @param fields the additional fields that the call names.
 */
export function toCampaign({ id, name, status, type }: Campaign, fields: Iterable<string>): JsonObject {
  const campaign = {
    Id: BigInt(id),
    Name: name,
    Status: status,
    CampaignType: type,
    SubType: null,
    TimeZone: 'PacificTimeUSCanadaTijuana',
    BudgetId: null,
    BudgetType: 'DailyBudgetStandard',
    DailyBudget: 50,
    BiddingScheme: { Type: 'EnhancedCpc' },
    AudienceAdsBidAdjustment: 0,
    ExperimentId: null,
    FinalUrlSuffix: null,
    ForwardCompatibilityMap: [],
    Languages: ['English'],
    Settings: [],
    TrackingUrlTemplate: null,
    UrlCustomParameters: null,
  }
  return Object.assign(campaign, ...[...fields].map((field) => additional[field]))
}
