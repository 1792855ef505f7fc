/**
 * The elements of each report's own filter, and their values (MicrosoftDocs/Advertising at a21125df, reporting-service:
 * the pages of the 48 types of reports, of their filters, and of the filters' value sets).
 */

const campaigns = 'AccountStatus CampaignStatus'
const groups = `${campaigns} AdGroupStatus`
const assets = `${groups} AssetGroupStatus`

/**
 * The elements of a report's filter, by the report's type, separated by spaces; empty for a report without a filter.
 */
export const filterElements: Readonly<Record<string, string>> = {
  AccountPerformance: 'AccountStatus AdDistribution DeviceOS DeviceType',
  AdDynamicTextPerformance:
    'AccountStatus AdDistribution AdGroupStatus AdStatus AdType DeviceType KeywordStatus Language',
  AdExtensionByAd: `${groups} AdStatus DeviceOS DeviceType`,
  AdExtensionByKeyword: `${groups} DeviceOS DeviceType KeywordStatus`,
  AdExtensionDetail: `${groups} AdStatus DeviceOS DeviceType`,
  AdGroupPerformance: `${campaigns} AdDistribution DeviceOS DeviceType Language Status`,
  AdPerformance: `${groups} AdDistribution AdStatus AdType DeviceType Language`,
  AgeGenderAudience: `${assets} AdDistribution Language`,
  AppsPerformance: `${campaigns} AssetGroupStatus`,
  AssetGroupPerformance: `${campaigns} AssetGroupStatus`,
  AssetPerformance: '',
  AudiencePerformance: groups,
  BidStrategy: '',
  BudgetSummary: '',
  CallDetail: groups,
  CampaignPerformance: 'AccountStatus AdDistribution DeviceOS DeviceType Status',
  CategoryClickCoverage: 'CountryCode L1Vertical L2Vertical L3Vertical',
  CategoryInsights: 'CountryCode L1Vertical L2Vertical L3Vertical',
  CombinationPerformance: '',
  ConversionPerformance: `${groups} AdDistribution DeviceType KeywordStatus Keywords`,
  DestinationUrlPerformance: `${groups} AdDistribution AdStatus DeviceType Language`,
  DSAAutoTargetPerformance: `${groups} BidStrategyType DynamicAdTargetStatus Language`,
  DSACategoryPerformance: `${groups} AdStatus Language`,
  DSASearchQueryPerformance: `${groups} AdStatus ExcludeZeroClicks FeedUrl Language SearchQueries`,
  FeedItemPerformance: '',
  GeographicPerformance: `${assets} AdDistribution CountryCode Language`,
  GoalsAndFunnels: `${assets} AdDistribution DeviceOS DeviceType GoalIds KeywordStatus`,
  HotelDimensionPerformance: `${groups} DeviceType`,
  HotelGroupPerformance: `${groups} DeviceType`,
  KeywordPerformance: `${groups} AdDistribution AdRelevance AdType BidMatchType BidStrategyType DeliveredMatchType DeviceType ExpectedCtr KeywordStatus Keywords LandingPageExperience Language QualityScore`,
  MMMPerformance: `${assets} AdDistribution CountryCode Language`,
  MSClickIdPerformance: '',
  NegativeKeywordConflict: `${groups} KeywordStatus`,
  ProductDimensionPerformance: `${assets} AdStatus DeviceType Language`,
  ProductMatchCount: '',
  ProductNegativeKeywordConflict: assets,
  ProductPartitionPerformance: `${assets} AdStatus CampaignType DeviceType Language`,
  ProductPartitionUnitPerformance: `${assets} AdStatus DeviceType Language`,
  ProductSearchQueryPerformance: `${assets} AdStatus AdType ExcludeZeroClicks Language SearchQueries`,
  ProfessionalDemographicsAudience: `${assets} AdDistribution Language`,
  PublisherUsagePerformance: `${assets} AdDistribution Language`,
  SearchCampaignChangeHistory: 'AdDistribution HowChanged ItemChanged',
  SearchInsightPerformance: `${assets} SearchCategory SearchQueries`,
  SearchQueryPerformance: `${assets} AdStatus AdType DeliveredMatchType ExcludeZeroClicks KeywordStatus Language SearchQueries`,
  SearchTermLandingPage: 'AdType DeliveredMatchType Language SearchQueries',
  ShareOfVoice: `${groups} AdDistribution BidMatchType BidStrategyType DeliveredMatchType DeviceType KeywordStatus Keywords Language`,
  TravelQueryInsight: '',
  UserLocationPerformance: 'AdDistribution CountryCode Language',
}

/** The words that an element can have, separated by spaces; `Status` is the report's own. */
export const filterWords: Readonly<Record<string, string>> = {
  AccountStatus: 'Active Inactive Paused',
  AdDistribution: 'Audience CrossNetwork Search',
  AdGroupStatus: 'Active Deleted Expired Paused',
  AdStatus: 'Active Deleted Paused Pending Rejected',
  AdType: 'AppInstall DynamicSearchAd ExpandedText Local Product ResponsiveAd ResponsiveSearchAd Text',
  AssetGroupStatus: 'Active Deleted Paused',
  BidMatchType: 'Broad Exact Phrase',
  BidStrategyType: 'EnhancedCpc ManualCpc',
  CampaignStatus: 'Active BudgetPaused Deleted Paused Suspended',
  CampaignType: 'App Audience DynamicSearch Hotel PerformanceMax SearchAndContent Shopping Smart',
  DeliveredMatchType: 'AIOptimized Broad Exact ExactCloseVariant Phrase PhraseCloseVariant',
  DeviceOS: 'Android BlackBerry Other Windows iOS',
  DeviceType: 'Computer NonSmartPhone SmartPhone Tablet',
  DynamicAdTargetStatus: 'Active Deleted Paused',
  HowChanged: 'Added Changed Deleted',
  ItemChanged: 'Account Ad AdGroup Campaign Keyword',
  KeywordStatus: 'Active Deleted Paused',
  Language:
    'Arabic Bulgarian Croatian Czech Danish Dutch English Estonian Finnish French German Greek Hebrew Hungarian Italian Japanese Korean Latvian Lithuanian Maltese Norwegian Polish Portuguese Romanian Russian Slovak Slovenian Spanish Swedish TraditionalChinese',
}

/** Elements that aren't words: lists of numbers, of IDs, and what is true or false. Others are lists of any text. */
export const filterKinds: Readonly<Record<string, 'number' | 'id' | 'boolean'>> = {
  AdRelevance: 'number',
  ExcludeZeroClicks: 'boolean',
  ExpectedCtr: 'number',
  FeedUrl: 'boolean',
  GoalIds: 'id',
  LandingPageExperience: 'number',
  QualityScore: 'number',
}
