import { adFields } from './bulk/records.ts'
import type { Ad, AdGroup, Keyword } from './inventory/entities.ts'
import type { JsonObject } from './json.ts'

/** What an ad group has only if `ReturnAdditionalFields` names it (campaign-management-service/adgroup). */
const additional: Readonly<Record<string, JsonObject>> = {
  AdGroupType: { AdGroupType: 'SearchStandard' },
  AdScheduleUseSearcherTimeZone: { AdScheduleUseSearcherTimeZone: false },
  CommissionRate: { CommissionRate: null },
  CpmBid: { CpmBid: null },
  CpvBid: { CpvBid: null },
  FrequencyCapSettings: { FrequencyCapSettings: [] },
  McpaBid: { McpaBid: null },
  MultimediaAdsBidAdjustment: { MultimediaAdsBidAdjustment: 0 },
  PercentCpcBid: { PercentCpcBid: null },
  UseOptimizedTargeting: { UseOptimizedTargeting: null },
  UsePredictiveTargeting: { UsePredictiveTargeting: null },
}

/** What ad groups, ads, and keywords have in common, and no entity here uses. */
const usual = {
  FinalUrlSuffix: null,
  ForwardCompatibilityMap: [],
  TrackingUrlTemplate: null,
  UrlCustomParameters: null,
} as const

/**
 * An ad group with every property, including nulls (campaign-management-service/adgroup); values agree with the bulk file.
 * @param fields the additional fields that the call names.
 */
export function toAdGroup({ id, name, status }: AdGroup, fields: Iterable<string>): JsonObject {
  const adGroup = {
    ...usual,
    Id: BigInt(id),
    Name: name,
    Status: status,
    AdRotation: null,
    AudienceAdsBidAdjustment: null,
    BiddingScheme: { Type: 'InheritFromParent', InheritedBidStrategyType: 'EnhancedCpc' },
    CpcBid: { Amount: 0.5 },
    StartDate: { Day: 15, Month: 1, Year: 2025 },
    EndDate: null,
    Language: 'English',
    Network: 'OwnedAndOperatedAndSyndicatedSearch',
    PrivacyStatus: null,
    Settings: [],
  }
  return Object.assign(adGroup, ...[...fields].map((field) => additional[field]))
}

/** By the name of their type in a bulk file. */
const typesOfAds: Readonly<Record<string, string>> = {
  'Responsive Search Ad': 'ResponsiveSearch',
  'Expanded Text Ad': 'ExpandedText',
  'Text Ad': 'Text',
  'Product Ad': 'Product',
  'Dynamic Search Ad': 'DynamicSearch',
  'Responsive Ad': 'ResponsiveAd',
  'Hotel Ad': 'Hotel',
  'App Install Ad': 'AppInstall',
}

/** An ad's `AdType`. */
export function typeOfAd({ type }: Ad): string {
  return typesOfAds[type]!
}

/** The properties whose name isn't the bulk column's without its spaces. */
const renamed: Readonly<Record<string, string>> = { Promotion: 'PromotionalText', 'App Id': 'AppStoreId' }

/** An ad, with the texts of its record in the bulk file (campaign-management-service/ad, and the page of each type). */
export function toAd(ad: Ad): JsonObject {
  const own = Object.entries(adFields[ad.type] ?? {}).map(([column, text]) => [
    renamed[column] ?? (column === 'Headline' && text.startsWith('[') ? 'Headlines' : nameOf(column, text)),
    text.startsWith('[') ? toAssetLinks(text) : text,
  ])
  return {
    ...usual,
    AdFormatPreference: 'All',
    DevicePreference: null,
    EditorialStatus: 'Active',
    FinalAppUrls: null,
    FinalMobileUrls: null,
    FinalUrls: ['https://example.com/shoes'],
    Id: BigInt(ad.id),
    Status: ad.status,
    Type: typeOfAd(ad),
    ...Object.fromEntries(own),
  }
}

function nameOf(column: string, text: string): string {
  const name = column.replaceAll(' ', '')
  return text.startsWith('[') ? `${name}s` : name
}

/** Texts with their pins, as `AssetLink` has them (campaign-management-service/assetlink, textasset). */
function toAssetLinks(json: string): JsonObject[] {
  const links: { text: string; pinnedField?: string }[] = JSON.parse(json)
  return links.map(({ text, pinnedField = null }) => ({
    Asset: { Type: 'TextAsset', Id: null, Name: null, Text: text },
    AssetPerformanceLabel: null,
    EditorialStatus: null,
    PinnedField: pinnedField,
  }))
}

/** A keyword with every property, including nulls (campaign-management-service/keyword). */
export function toKeyword({ id, text, matchType, status }: Keyword): JsonObject {
  return {
    ...usual,
    Id: BigInt(id),
    Text: text,
    MatchType: matchType,
    Status: status,
    Bid: { Amount: 0.5 },
    BiddingScheme: { Type: 'InheritFromParent', InheritedBidStrategyType: 'EnhancedCpc' },
    DestinationUrl: null,
    EditorialStatus: 'Active',
    FinalAppUrls: null,
    FinalMobileUrls: null,
    FinalUrls: ['https://example.com/shoes'],
    Param1: null,
    Param2: null,
    Param3: null,
  }
}
