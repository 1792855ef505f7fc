import { describe, expect, test } from 'vitest'
import { isStatistic } from '../../local/advertising/reports/cells.ts'
import { reportColumns } from '../../local/advertising/reports/columns.ts'
import { readValue } from '../../shared/downloads/values.ts'

/** guides/report-attributes-performance-statistics.md, "Performance Statistics Columns" (at a21125df). */
const statistics = `
    AbsoluteTopImpressionRatePercent AbsoluteTopImpressionShareLostToBudgetPercent
    AbsoluteTopImpressionShareLostToRankPercent AbsoluteTopImpressionSharePercent AllConversionRate
    AllConversions AllConversionsQualified AllCostPerConversion AllReturnOnAdSpend AllRevenue
    AllRevenuePerConversion AssistedClicks AssistedConversions AssistedImpressions Assists
    AudienceImpressionLostToBudgetPercent AudienceImpressionLostToRankPercent
    AudienceImpressionSharePercent AverageCpc AverageCpm AveragePosition BenchmarkBid BenchmarkCtr
    Clicks ClickSharePercent ConversionRate Conversions ConversionsQualified CostPerAssist
    CostPerConversion Ctr DailySpend Duration ExactMatchImpressionSharePercent
    ImpressionLostToBudgetPercent ImpressionLostToRankAggPercent Impressions ImpressionSharePercent
    LowQualityClicks LowQualityGeneralClicks LowQualityClicksPercent LowQualityConversionRate
    LowQualityConversions LowQualityConversionsQualified LowQualityImpressions
    LowQualityImpressionsPercent LowQualitySophisticatedClicks ManualCalls MatchedProductsAtAdGroup
    MatchedProductsAtCampaign MatchedProductsAtProductGroup MonthlyBudget MonthToDateSpend PhoneCalls
    PhoneImpressions Ptr QuantityBought RelativeCtr ReturnOnAdSpend Revenue RevenuePerAssist
    RevenuePerConversion Spend TopImpressionRatePercent TopImpressionShareLostToBudgetPercent
    TopImpressionShareLostToRankPercent TopImpressionSharePercent TotalClicks ViewThroughConversions`
  .trim()
  .split(/\s+/)

const known = new Set(Object.values(reportColumns).flatMap((columns) => [...columns]))

/** Attributes by Microsoft's table, of which the values are numbers all the same. */
const numericAttributes = /^(CurrentMaxCpc|(Historical)?QualityScore|(FirstPage|Mainline1?)Bid)$/

describe('a value of a report', () => {
  test('is a number in each of Microsoft’s performance statistics', () => {
    expect(statistics.length).toBeGreaterThan(60)
    for (const column of statistics) expect(readValue(column)('1234.50'), column).toBe(1234.5)
  })

  test('is text in every other column, whatever it looks like', () => {
    for (const column of known) {
      const isNumber = statistics.includes(column) || isStatistic(column) || numericAttributes.test(column)
      if (column !== 'TimePeriod') expect(readValue(column)('2026'), column).toBe(isNumber ? 2026 : '2026')
    }
  })

  test.each([
    ['Ctr', '12.34%', 12.34],
    ['Revenue', '1,234,567.80', 1_234_567.8],
    ['AverageCpc', '-0.50', -0.5],
    ['Clicks', '0', 0],
    ['Revenue', '-1,234.5%', -1234.5],
    ['Clicks', '9,007,199,254,740,991', 9_007_199_254_740_991],
    ['ImpressionSharePercent', '< 10%', '< 10%'],
    ['Revenue', '12,34', '12,34'],
    ['Revenue', '1234,567', '1234,567'],
    ['Revenue', '1,234,56.7', '1,234,56.7'],
    ['Revenue', ',123', ',123'],
    ['Revenue', '0.1,234', '0.1,234'],
    ['Ctr', '5%%', '5%%'],
    ['Ctr', '%', '%'],
    ['Revenue', '-', '-'],
    ['Revenue', '1e3', '1e3'],
    ['Clicks', '9007199254740993', '9007199254740993'],
    ['Clicks', '9'.repeat(400), '9'.repeat(400)],
    ['QualityScore', '--', null],
    ['ExpectedCtr', '--', null],
    ['CampaignName', '--', '--'],
    ['CampaignId', '12345678901234567890', '12345678901234567890'],
    ['Keyword', '1,000', '1,000'],
    ['Keyword', '3/15/2020', '3/15/2020'],
  ])('of %s, written as %j, is %j', (column, text, value) => {
    expect(readValue(column)(text)).toBe(value)
  })

  test.each([
    ['2025-09-01', '2025-09-01'],
    ['2025-09-01|7', '2025-09-01T07:00'],
    ['3/15/2020', '2020-03-15'],
    ['3/15/2020 12:00:00 AM|17', '2020-03-15T17:00'],
    ['2025', '2025'],
    ['7', '7'],
  ])('of TimePeriod, written as %j, is %j', (text, value) => {
    expect(readValue('TimePeriod')(text)).toBe(value)
  })
})
