/**
 * The columns of a bulk file in format version 6.0, `Type` first, as the CSV examples of the record pages in bulk-service
 * name them (MicrosoftDocs/Advertising at a21125df, 2026-08-17; each page is named after its record type). The real file
 * has more columns, and promises no order (bulk-service/bulk-file-schema).
 */
export const bulkColumns: readonly string[] = `
  Type,Status,Id,Parent Id,Sub Type,Campaign,Ad Group,Website,Sync Time,Client Id,Modified Time
  MSCLKID Auto Tagging Enabled,Include View Through Conversions,Profile Expansion Enabled,Tracking Template
  Final Url Suffix,Name,Budget Id,Budget Name,Budget,Budget Type,Bid Adjustment,Country Code,Store Id,Campaign Type
  Language,Target Setting,Priority,Custom Parameter,Bid Strategy Type,Domain Language,Source,Start Date,End Date
  Network Distribution,Ad Rotation,Cpc Bid,Title,Text,Display Url,Destination Url,Promotion,Device Preference
  Ad Format Preference,App Platform,App Id,Final Url,Mobile Final Url,Title Part 1,Title Part 2,Path 1,Path 2
  Text Part 2,Title Part 3,Description,Domain,Headline,Business Name,Call To Action,Long Headline,Images,Keyword
  Match Type,Bid,Param1,Param2,Param3,Target,Radius,Unit,From Hour,From Minute,To Hour,To Minute,Latitude,Longitude
  OS Names,Membership Duration,Scope,UET Tag Id,Audience,Remarketing Rule,Supported Campaign Types,Audience Id,Url
  Source Url,Thumbnail Url,Aspect Ratio,Duration In Milliseconds,Asset Group,Quality Score,Keyword Relevance,Landing Page Relevance,Landing Page User Experience`
  .trim()
  .split(/\s*[,\n]\s*/)

/**
 * The entities that the stand-in downloads, and the types of their records (bulk-service/downloadentity). The real service
 * has some hundred more.
 */
export const downloadEntities: Readonly<Record<string, readonly string[]>> = {
  Campaigns: ['Campaign'],
  AdGroups: ['Ad Group'],
  Ads: [
    ...['Responsive Search Ad', 'Expanded Text Ad', 'Text Ad', 'Product Ad', 'Dynamic Search Ad'],
    ...['Responsive Ad', 'Hotel Ad', 'App Install Ad'],
  ],
  Keywords: ['Keyword'],
  Budgets: ['Budget'],
  CampaignNegativeKeywords: ['Campaign Negative Keyword'],
  CampaignTargetCriterions: ['Campaign Location Criterion'],
  AdGroupTargetCriterions: ['Ad Group Age Criterion', 'Ad Group Radius Criterion'],
  RemarketingLists: ['Remarketing List'],
  InMarketAudiences: ['In Market Audience'],
  Audiences: ['Remarketing List', 'In Market Audience'],
  CampaignRemarketingListAssociations: ['Campaign Remarketing List Association'],
  CampaignAudienceAssociations: ['Campaign Remarketing List Association'],
  AdGroupRemarketingListAssociations: ['Ad Group Remarketing List Association'],
  AdGroupAudienceAssociations: ['Ad Group Remarketing List Association'],
  Images: ['Image'],
  Videos: ['Video'],
  AssetGroups: ['Asset Group'],
}
