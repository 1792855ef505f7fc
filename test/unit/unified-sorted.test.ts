import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../../shared/unified/field.ts'
import { type UnifiedKindName, unifiedKinds } from '../../shared/unified/objects.ts'
import { readPage } from '../../shared/unified/page.ts'
import { toPage, type UnifiedListQuery } from '../../shared/unified/toPage.ts'
import { liveMebibytes } from '../bench/liveMemory.ts'
import { counted } from './countedRows.ts'

const owner = { tenant: 'acme', account: {} }

async function* inTurn<T>(rows: readonly T[]) {
  yield* rows
}

/** The IDs of a list's page. */
async function idsOf(
  rows: readonly Row[],
  asked: Partial<UnifiedListQuery>,
  kind: UnifiedKindName = 'campaigns',
) {
  const page = toPage(kind, { limit: 100, offset: 0, fields: 'id', ...asked })
  return (await readPage(unifiedKinds[kind], inTurn(rows), { page, owner })).map(({ id }) => id)
}

const campaign = (name: string | null, modified: string | null, id: number): Row => ({
  ...{ Type: 'Campaign', Id: String(id), Campaign: name },
  'Modified Time': modified,
})

/** Few values, so that many rows have the same. */
const rowsOf = fc
  .array(
    fc.tuple(
      fc.constantFrom('Brand', 'brand', 'Ärmel', 'Zoo', 'a longer name of a campaign', null),
      fc.constantFrom('2026-11-01T00:00:00Z', '2026-11-01T00:00:00.5Z', '2025-12-31T23:59:59Z', null),
    ),
    { maxLength: 60 },
  )
  // More than a batch of candidates.
  .map((rows) => Array.from({ length: 41 }, () => rows).flat())
  .map((rows) => rows.map(([name, modified], id) => campaign(name, modified, id)))

const columns = { name: 'Campaign', updated_at: 'Modified Time' } as const

/** The whole list, sorted as the page says: without a value last, and equal ones in the file's order. */
function sorted(rows: readonly Row[], sort: 'name' | 'updated_at', order: 'asc' | 'desc') {
  const textOf = (row: Row) => row[columns[sort]] as string | null
  const known = rows.filter((row) => textOf(row) !== null)
  const sortedBy = (row: Row) => (sort === 'name' ? textOf(row)! : new Date(textOf(row)!).toISOString())
  const sign = order === 'desc' ? -1 : 1
  const inOrder = known.toSorted((one, other) => sign * sortedBy(one).localeCompare(sortedBy(other), 'en'))
  return [...inOrder, ...rows.filter((row) => textOf(row) === null)].map(({ Id }) => Id)
}

describe('the pages of a sorted list', () => {
  test('are the sorted list, with equal objects in the file’s order', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf,
        fc.constantFrom('name', 'updated_at'),
        fc.constantFrom('asc', 'desc'),
        fc.integer({ min: 150, max: 900 }),
        async (rows, sort, order, limit) => {
          const pages: unknown[] = []
          for (let offset = 0; offset <= rows.length; offset += limit)
            pages.push(...(await idsOf(rows, { sort, order, limit, offset })))
          expect(pages).toEqual(sorted(rows, sort, order))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('have what is searched for only', async () => {
    const rows = ['Shoes', 'Old SHOES', null, 'Hats', 'snowshoes'].map((name, id) => campaign(name, null, id))
    expect(await idsOf(rows, { query: 'shoes', sort: 'name' })).toEqual(['1', '0', '4'])
    expect(await idsOf(rows, { query: 'Shoes', limit: 1, offset: 1 })).toEqual(['1'])
  })

  test.each<[UnifiedKindName, Partial<UnifiedListQuery>, string]>([
    ['ads', { sort: 'name' }, 'query sort: can’t be used, because ads have no name'],
    ['ads', { query: 'shoes' }, 'query query: can’t be used, because ads have no name'],
    ['targets', { sort: 'updated_at' }, 'query sort: can’t be used, because targets have no updated_at'],
    ['campaigns', { order: 'desc' }, 'query order: goes with `sort`'],
    ['campaigns', { sort: 'name', offset: 4901 }, 'query offset: and `limit` can reach only the first 5,000'],
  ])('of %s can’t be asked for with %j', (kind, asked, detail) => {
    expect(() => toPage(kind, { limit: 100, offset: 0, ...asked })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining(detail) }),
    )
  })

  test('reach as far as the 5,000th object', async () => {
    const rows = Array.from({ length: 6000 }, (_, id) => campaign(`${id}`.padStart(4, '0'), null, id))
    expect(await idsOf(rows, { sort: 'name', order: 'desc', offset: 4999, limit: 1 })).toEqual(['1000'])
  })

  test.each([
    [{ sort: 'name', offset: 4000 } as const, 2000],
    [{ query: 'campaign' }, 1000],
  ])('keep little of a large file in memory: %j', async (asked, rowsRead) => {
    let [most, at] = [0, 0]
    async function* large() {
      while (at < 2000) {
        const text = `${'x'.repeat(100_000)}${Math.random()}, the name of a campaign`
        // A part of the text, as a field of a file is.
        yield campaign(text.slice(-30), null, at++)
        if (at % 400 === 0) most = Math.max(most, liveMebibytes())
      }
    }
    const before = liveMebibytes()
    const page = toPage('campaigns', { limit: 1000, offset: 0, ...asked })
    await readPage(unifiedKinds.campaigns, large(), { page, owner })
    expect(at).toBe(rowsRead)
    expect(most - before).toBeLessThan(20)
  })
})

describe('an ad’s campaign', () => {
  const group = (id: string, campaign: string): Row => ({ Type: 'Ad Group', Id: id, 'Parent Id': campaign })
  const ad = (id: string, of: string | null): Row => ({ Type: 'Text Ad', Id: id, 'Parent Id': of })
  const rows = [
    ...[group('1300000000000001', '9'), ad('1', '1300000000000001'), ad('2', '1300000000000002')],
    ...[ad('3', 'none'), ad('4', null), group('1300000000000002', '9223372036854775807')],
    ...[{ Type: 'Campaign', Id: '9', 'Parent Id': '1' }, ad('5', '9'), ad('6', '0')],
    group('end', '9'),
  ]
  const ids = [
    ...[
      ['1', '9'],
      ['2', '9223372036854775807'],
    ],
    ...[
      ['3', null],
      ['4', null],
    ],
    ['5', null],
    ['6', null],
  ]

  const adsOf = async (limit: number, fields = 'id,campaign_id,raw') => {
    const { seen, rows: reading } = counted(rows)
    const page = toPage('ads', { limit, offset: 0, fields })
    return { seen, ads: await readPage(unifiedKinds.ads, reading, { page, owner }) }
  }

  test('is that of its ad group, before or behind it in the file', async () => {
    const { ads } = await adsOf(100)
    expect(ads.map((each) => [each.id, each.campaign_id])).toEqual(ids)
    expect(ads[0]?.raw).toEqual(ad('1', '1300000000000001'))
  })

  test('is looked for behind a full page only as far as needed', async () => {
    expect((await adsOf(1)).seen).toEqual({ rows: 2, isEnded: true })
    const { ads, seen } = await adsOf(2)
    expect([ads.map(({ campaign_id }) => campaign_id), seen]).toEqual([
      ids.slice(0, 2).map(([, id]) => id),
      { rows: 6, isEnded: true },
    ])
    expect((await adsOf(2, 'id')).seen).toEqual({ rows: 3, isEnded: true })
  })

  test('is looked for past other ad groups', async () => {
    const file = [
      ad('1', '21'),
      ad('2', '22'),
      group('23', '7'),
      group('24', '7'),
      group('21', '8'),
      group('22', '9'),
    ]
    const page = toPage('ads', { limit: 2, offset: 0 })
    const ads = await readPage(unifiedKinds.ads, inTurn(file), { page, owner })
    expect(ads.map(({ campaign_id }) => campaign_id)).toEqual(['8', '9'])
  })

  test('is found among more ad groups than fit into a block', async () => {
    const many = Array.from({ length: 20_000 }, (_, at) => group(`${1_300_000_000 + at}`, `${at % 700}`))
    const wanted = [
      ad('1', '1300000000'),
      ad('2', '1300008191'),
      ad('3', '1300008192'),
      ad('4', '1300019999'),
    ]
    const page = toPage('ads', { limit: 4, offset: 0 })
    const ads = await readPage(unifiedKinds.ads, inTurn([...many, ...wanted]), { page, owner })
    expect(ads.map(({ campaign_id }) => Number(campaign_id))).toEqual([0, 491, 492, 399])
  })
})
