import { describe, expect, test } from 'vitest'
import { bulkColumns } from '../../local/advertising/bulk/columns.ts'
import { readRecordValue } from '../../shared/downloads/records.ts'

/** Columns of bulk-service's record pages (at a21125df) with amounts, bids, scores, sizes, and spans. */
const numbers = `
  Budget,Bid,Cpc Bid,Cpm Bid,Cpv Bid,Percent Cpc Bid,Maximum Bid,Bid Adjustment,Multi Media Ad Bid Adjustment
  Bid Boost Value,Commission Rate,Cashback Percent,Traffic Split Percent,Bid Strategy MaxCpc
  Bid Strategy PercentMaxCpc,Bid Strategy TargetCpa,Bid Strategy TargetRoas,Bid Strategy TargetImpressionShare
  Bid Strategy TargetCostPerSale,Bid Strategy CommissionRate,Quality Score,Keyword Relevance
  Landing Page Relevance,Landing Page User Experience,Radius,Latitude,Longitude,From Hour,From Minute,To Hour
  To Minute,Priority,Membership Duration,Audience Search Size,Audience Network Size,Price 1,Price 8,Percent Off
  Money Amount Off,Orders Over Amount,Height,Width,Duration In Milliseconds,Sitelink Extension Order
  Revenue Value,Additional Conversion Value,Conversion Window In Minutes
  View Through Conversion Window In Minutes,Minimum Duration In Second,Minimum Pages Viewed`
  .trim()
  .split(/\s*[,\n]\s*/)

/** What looks like one of them and isn't, besides the columns of the stand-in's files. */
const texts = `
  Budget Id,Budget Name,Budget Type,Bid Strategy Id,Bid Strategy Type,Bid Strategy TargetAdPosition,Bid Option
  Store Id,Price Unit 1,Price Qualifier 1,Price Description 1,Min Target Value,Max Target Value,Business Icon
  Audience Id,Product Value 1,Version,Time Zone,Final Url 1,Media Ids,Postal Code,Phone Number,Video Id`
  .trim()
  .split(/\s*[,\n]\s*/)

const read = (column: string, text: string) => readRecordValue(column)(text)

describe('a field of a bulk file', () => {
  test('is a number in the columns of amounts, bids, scores, sizes, and spans', () => {
    for (const column of numbers) expect(read(column, '12.50'), column).toBe(12.5)
  })

  test('is text in every other column, whatever it looks like', () => {
    const others = bulkColumns.filter((column) => !numbers.includes(column))
    for (const column of [...others, ...texts]) expect(read(column, '2026'), column).toBe('2026')
  })

  test('that is empty is left out', () => {
    for (const column of bulkColumns) expect(read(column, ''), column).toBeUndefined()
  })

  test.each([
    ['Id', '12345678901234567890', '12345678901234567890'],
    ['Target', '190', '190'],
    ['Bid Adjustment', '-100', -100],
    ['Bid', 'Auto', 'Auto'],
    ['Keyword', '3/15/2026', '3/15/2026'],
    ['Campaign', '--', '--'],
    ['Start Date', '1/5/2026', '2026-01-05'],
    ['End Date', '12/31/2050', '2050-12-31'],
    ['Promotion End', '01/15/2026', '2026-01-15'],
    ['Start Date', '01/15/2026 08:30:00', '2026-01-15T08:30:00'],
    ['Modified Time', '01/15/2025 09:30:00.123', '2025-01-15T09:30:00.123Z'],
    ['Modified Time', '2025-01-15T09:30:00.1230000', '2025-01-15T09:30:00.1230000Z'],
    ['Sync Time', '02/12/2026 15:32', '2026-02-12T15:32:00Z'],
    ['Sync Time', '02/12/2026 15:32:34', '2026-02-12T15:32:34Z'],
    ['End Date', 'never', 'never'],
  ])('of %s, written as %j, is %j', (column, text, value) => {
    expect(read(column, text)).toBe(value)
  })
})
