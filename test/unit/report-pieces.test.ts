import { expect, test } from 'vitest'
import { bulkText } from '../../local/advertising/bulk/file.ts'
import { createInventories, sizesFor } from '../../local/advertising/inventory/inventory.ts'
import { reportText } from '../../local/advertising/reports/file.ts'
import { createWorld } from '../../local/advertising/world.ts'

const accountId = 180101001n
const inventories = createInventories()
const inventory = inventories.resize(accountId, sizesFor(10_000))
const source = { directory: createWorld().production, inventories }
const request = {
  type: 'KeywordPerformanceReportRequest',
  name: 'Mine',
  columns: ['TimePeriod', 'KeywordId', 'Keyword', 'Clicks'],
  aggregation: 'Daily',
  days: [20_000, 20_003],
  accountIds: [accountId],
  campaignIds: null,
  filter: { matches: () => true, devices: null },
  separator: ',',
  formatVersion: '2.0',
  excludeHeader: true,
  excludeFooter: true,
  excludeColumnHeaders: true,
  onlyComplete: false,
} as const

/** A piece ends with the row that fills it. */
const largest = 70_000

test.each([
  ['report', () => reportText(request, source, new Date())],
  [
    'bulk file',
    () => {
      const wanted = { types: new Set(['Keyword']), since: null, campaignIds: null, withQuality: false }
      return bulkText(inventory, wanted, { customerId: 1n, separator: ',', syncTime: new Date() })
    },
  ],
])('a large %s comes in small pieces, the same each time', (_what, make) => {
  const pieces = [...make()]
  expect(pieces.length).toBeGreaterThan(10)
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(largest)
  const head = (text: string) => text.split('\r\n').slice(3, 1000).join('\n')
  expect(head([...make()].join(''))).toBe(head(pieces.join('')))
})

test('an account of a given number of keywords has exactly those, all with ids of their own', () => {
  const wanted = { types: new Set(['Keyword']), since: null, campaignIds: null, withQuality: false }
  const text = [
    ...bulkText(inventory, wanted, { customerId: 1n, separator: ',', syncTime: new Date() }),
  ].join('')
  const lines = text.split('\r\n').filter((line) => line.startsWith('Keyword,'))
  expect(lines).toHaveLength(10_000)
  expect(new Set(lines.map((line) => line.split(',')[2])).size).toBe(10_000)
})
