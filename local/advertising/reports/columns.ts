/**
 * The columns of each report that the stand-in serves, by the type of its request, sorted. They're the value sets
 * reporting-service/{account,campaign,adgroup,ad,keyword,searchquery}performancereportcolumn
 * (MicrosoftDocs/Advertising at a21125df, 2026-08-17).
 */
export const reportColumns: Readonly<Record<string, ReadonlySet<string>>> = {
  AccountPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AbsoluteTopImpressionShareLostToBudgetPercent
    AbsoluteTopImpressionShareLostToRankPercent AbsoluteTopImpressionSharePercent AccountId AccountName
    AccountNumber AccountStatus AdDistribution AllConversionRate AllConversions AllConversionsQualified
    AllCostPerConversion AllReturnOnAdSpend AllRevenue AllRevenuePerConversion AppInstalls Assists
    AudienceImpressionLostToBudgetPercent AudienceImpressionLostToRankPercent AudienceImpressionSharePercent
    AverageCPV AverageCpc AverageCpm AveragePosition AverageWatchTimePerImpression
    AverageWatchTimePerVideoView BidMatchType CPI CPP CPS ClickSharePercent Clicks CompletedVideoViews
    ConversionDelay ConversionRate Conversions ConversionsQualified CostPerAssist CostPerConversion
    CostPerDownload CostPerInstall CostPerSale Ctr CurrencyCode CustomerId CustomerName DeliveredMatchType
    DeviceOS DeviceType Downloads ExactMatchImpressionSharePercent Goal GoalType
    ImpressionLostToBudgetPercent ImpressionLostToRankAggPercent ImpressionSharePercent Impressions Installs
    LowQualityClicks LowQualityClicksPercent LowQualityConversionRate LowQualityConversions
    LowQualityConversionsQualified LowQualityGeneralClicks LowQualityImpressions
    LowQualityImpressionsPercent LowQualitySophisticatedClicks Network NewCustomerCPA
    NewCustomerConversionRate NewCustomerConversions NewCustomerCount NewCustomerReturnOnAdSpend
    NewCustomerRevenue NewCustomerSpend PhoneCalls PhoneImpressions PostClickDownloadRate
    PostClickInstallRate PostInstallPurchaseRate PostInstallSubscriptionRate Ptr Purchases ReturnOnAdSpend
    Revenue RevenuePerAssist RevenuePerConversion RevenuePerInstall RevenuePerSale Sales Spend Subscriptions
    TimePeriod TopImpressionRatePercent TopImpressionShareLostToBudgetPercent
    TopImpressionShareLostToRankPercent TopImpressionSharePercent TopVsOther TotalWatchTimeInMS
    UnknownCustomerConversions UnknownCustomerRevenue VideoCompletionRate VideoViews VideoViewsAt25Percent
    VideoViewsAt50Percent VideoViewsAt75Percent ViewThroughConversions ViewThroughConversionsQualified
    ViewThroughRate ViewThroughRevenue`),
  CampaignPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AbsoluteTopImpressionShareLostToBudgetPercent
    AbsoluteTopImpressionShareLostToRankPercent AbsoluteTopImpressionSharePercent AccountId AccountName
    AccountNumber AccountStatus AdDistribution AdRelevance AllConversionRate AllConversions
    AllConversionsQualified AllCostPerConversion AllReturnOnAdSpend AllRevenue AllRevenuePerConversion
    AppInstalls Assists AudienceImpressionLostToBudgetPercent AudienceImpressionLostToRankPercent
    AudienceImpressionSharePercent AverageCPV AverageCpc AverageCpm AveragePosition
    AverageWatchTimePerImpression AverageWatchTimePerVideoView BaseCampaignId BidMatchType
    BudgetAssociationStatus BudgetName BudgetStatus CPI CPP CPS CampaignId CampaignLabels CampaignName
    CampaignStatus CampaignType ClickSharePercent Clicks CompletedVideoViews ConversionDelay ConversionRate
    Conversions ConversionsQualified CostPerAssist CostPerConversion CostPerDownload CostPerInstall
    CostPerSale Ctr CurrencyCode CustomParameters CustomerId CustomerName DeliveredMatchType DeviceOS
    DeviceType Downloads ExactMatchImpressionSharePercent ExpectedCtr FinalUrlSuffix Goal GoalType
    HistoricalAdRelevance HistoricalExpectedCtr HistoricalLandingPageExperience HistoricalQualityScore
    ImpressionLostToBudgetPercent ImpressionLostToRankAggPercent ImpressionSharePercent Impressions Installs
    LandingPageExperience LowQualityClicks LowQualityClicksPercent LowQualityConversionRate
    LowQualityConversions LowQualityConversionsQualified LowQualityGeneralClicks LowQualityImpressions
    LowQualityImpressionsPercent LowQualitySophisticatedClicks Network NewCustomerCPA
    NewCustomerConversionRate NewCustomerConversions NewCustomerCount NewCustomerReturnOnAdSpend
    NewCustomerRevenue NewCustomerSpend PhoneCalls PhoneImpressions PostClickDownloadRate
    PostClickInstallRate PostInstallPurchaseRate PostInstallSubscriptionRate Ptr Purchases QualityScore
    RelativeCtr ReturnOnAdSpend Revenue RevenuePerAssist RevenuePerConversion RevenuePerInstall
    RevenuePerSale Sales Spend Subscriptions TimePeriod TopImpressionRatePercent
    TopImpressionShareLostToBudgetPercent TopImpressionShareLostToRankPercent TopImpressionSharePercent
    TopVsOther TotalWatchTimeInMS TrackingTemplate UnknownCustomerConversions UnknownCustomerRevenue
    VideoCompletionRate VideoViews VideoViewsAt25Percent VideoViewsAt50Percent VideoViewsAt75Percent
    ViewThroughConversions ViewThroughConversionsQualified ViewThroughRate ViewThroughRevenue`),
  AdGroupPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AbsoluteTopImpressionShareLostToBudgetPercent
    AbsoluteTopImpressionShareLostToRankPercent AbsoluteTopImpressionSharePercent AccountId AccountName
    AccountNumber AccountStatus AdDistribution AdGroupId AdGroupLabels AdGroupName AdGroupType AdRelevance
    AllConversionRate AllConversions AllConversionsQualified AllCostPerConversion AllReturnOnAdSpend
    AllRevenue AllRevenuePerConversion Assists AudienceImpressionLostToBudgetPercent
    AudienceImpressionLostToRankPercent AudienceImpressionSharePercent AverageCPV AverageCpc AverageCpm
    AveragePosition AverageWatchTimePerImpression AverageWatchTimePerVideoView BaseCampaignId BidMatchType
    CampaignId CampaignName CampaignStatus CampaignType ClickSharePercent Clicks CompletedVideoViews
    ConversionRate Conversions ConversionsQualified CostPerAssist CostPerConversion CostPerInstall
    CostPerSale Ctr CurrencyCode CustomParameters CustomerId CustomerName DeliveredMatchType DeviceOS
    DeviceType ExactMatchImpressionSharePercent ExpectedCtr FinalUrlSuffix Goal GoalId GoalType
    HistoricalAdRelevance HistoricalExpectedCtr HistoricalLandingPageExperience HistoricalQualityScore
    ImpressionLostToBudgetPercent ImpressionLostToRankAggPercent ImpressionSharePercent Impressions Installs
    LandingPageExperience Language Network PhoneCalls PhoneImpressions Ptr QualityScore RelativeCtr
    ReturnOnAdSpend Revenue RevenuePerAssist RevenuePerConversion RevenuePerInstall RevenuePerSale Sales
    Spend Status TimePeriod TopImpressionRatePercent TopImpressionShareLostToBudgetPercent
    TopImpressionShareLostToRankPercent TopImpressionSharePercent TopVsOther TotalWatchTimeInMS
    TrackingTemplate VideoCompletionRate VideoViews VideoViewsAt25Percent VideoViewsAt50Percent
    VideoViewsAt75Percent ViewThroughConversions ViewThroughConversionsQualified ViewThroughRate
    ViewThroughRevenue`),
  AdPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AccountId AccountName AccountNumber AccountStatus AdDescription
    AdDescription2 AdDistribution AdGroupId AdGroupName AdGroupStatus AdId AdLabels AdStatus AdStrength
    AdStrengthActionItems AdTitle AdType AllConversionRate AllConversions AllConversionsQualified
    AllCostPerConversion AllReturnOnAdSpend AllRevenue AllRevenuePerConversion Assists AverageCPV AverageCpc
    AverageCpm AveragePosition AverageWatchTimePerImpression AverageWatchTimePerVideoView BaseCampaignId
    BidMatchType BusinessName CampaignId CampaignName CampaignStatus CampaignType Clicks CompletedVideoViews
    ConversionRate Conversions ConversionsQualified CostPerAssist CostPerConversion Ctr CurrencyCode
    CustomParameters CustomerId CustomerName DeliveredMatchType DestinationUrl DeviceOS DeviceType
    DisplayUrl FinalAppUrl FinalMobileUrl FinalUrl FinalUrlSuffix Goal GoalId GoalType Headline Impressions
    Language LongHeadline Network Path1 Path2 ReturnOnAdSpend Revenue RevenuePerAssist RevenuePerConversion
    Spend TimePeriod TitlePart1 TitlePart2 TitlePart3 TopImpressionRatePercent TopVsOther TotalWatchTimeInMS
    TrackingTemplate VideoCompletionRate VideoViews VideoViewsAt25Percent VideoViewsAt50Percent
    VideoViewsAt75Percent ViewThroughConversions ViewThroughConversionsQualified ViewThroughRate
    ViewThroughRevenue`),
  KeywordPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AccountId AccountName AccountNumber AccountStatus AdDistribution
    AdGroupId AdGroupName AdGroupStatus AdId AdRelevance AdType AllConversionRate AllConversions
    AllConversionsQualified AllCostPerConversion AllReturnOnAdSpend AllRevenue AllRevenuePerConversion
    Assists AverageCpc AverageCpm AveragePosition BaseCampaignId BidMatchType BidStrategyType CampaignId
    CampaignName CampaignStatus Clicks ConversionRate Conversions ConversionsQualified CostPerAssist
    CostPerConversion Ctr CurrencyCode CurrentMaxCpc CustomParameters DeliveredMatchType DestinationUrl
    DeviceOS DeviceType ExpectedCtr FinalAppUrl FinalMobileUrl FinalUrl FinalUrlSuffix FirstPageBid Goal
    GoalId GoalType HistoricalAdRelevance HistoricalExpectedCtr HistoricalLandingPageExperience
    HistoricalQualityScore Impressions Keyword KeywordId KeywordLabels KeywordStatus LandingPageExperience
    Language Mainline1Bid MainlineBid Network QualityImpact QualityScore ReturnOnAdSpend Revenue
    RevenuePerAssist RevenuePerConversion Spend TimePeriod TopImpressionRatePercent TopVsOther
    TrackingTemplate ViewThroughConversions ViewThroughConversionsQualified ViewThroughRevenue`),
  SearchQueryPerformanceReportRequest: words(`
    AbsoluteTopImpressionRatePercent AccountId AccountName AccountNumber AccountStatus AdGroupCriterionId
    AdGroupId AdGroupName AdGroupStatus AdId AdStatus AdType AllConversionRate AllConversions
    AllConversionsQualified AllCostPerConversion AllReturnOnAdSpend AllRevenue AllRevenuePerConversion
    AssetGroupId AssetGroupName AssetGroupStatus Assists AverageCpc AverageCpm AveragePosition BidMatchType
    CampaignId CampaignName CampaignStatus CampaignType Clicks ConversionRate Conversions
    ConversionsQualified CostPerAssist CostPerConversion Ctr CustomerId CustomerName DeliveredMatchType
    DestinationUrl DeviceOS DeviceType Goal GoalType Impressions Keyword KeywordId KeywordStatus Language
    Network ReturnOnAdSpend Revenue RevenuePerAssist RevenuePerConversion SearchQuery Spend TimePeriod
    TopImpressionRatePercent TopVsOther`),
}

/**
 * Columns that exclude each other (guides/reports#columnrestrictions): none of the first with one of the second.
 * A request with both gets 2064 (MicrosoftDocs/Advertising-docs issue 850).
 */
export const restrictedAttributes: Readonly<Record<string, ReadonlySet<string>>> = {
  AccountPerformanceReportRequest: words('BidMatchType DeviceOS Goal GoalType TopVsOther'),
  AdGroupPerformanceReportRequest: words('BidMatchType DeviceOS Goal GoalType TopVsOther'),
  CampaignPerformanceReportRequest: words(
    'BidMatchType BudgetAssociationStatus BudgetName BudgetStatus DeviceOS Goal GoalType TopVsOther',
  ),
}

/** The impression share statistics of {@link restrictedAttributes}, as the campaign report has them. */
export const impressionShare = words(`
    AbsoluteTopImpressionRatePercent AbsoluteTopImpressionShareLostToBudgetPercent
    AbsoluteTopImpressionShareLostToRankPercent AbsoluteTopImpressionSharePercent
    AudienceImpressionLostToBudgetPercent AudienceImpressionLostToRankPercent AudienceImpressionSharePercent
    ClickSharePercent ExactMatchImpressionSharePercent ImpressionLostToBudgetPercent
    ImpressionLostToRankAggPercent ImpressionSharePercent RelativeCtr TopImpressionRatePercent
    TopImpressionShareLostToBudgetPercent TopImpressionShareLostToRankPercent TopImpressionSharePercent`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
