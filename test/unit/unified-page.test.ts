import { describe, expect, test } from 'vitest'
import { organizationsQuery } from '../../shared/http/unifiedQuery.ts'
import { Problem } from '../../shared/problems.ts'
import type { Row } from '../../shared/unified/field.ts'
import { type UnifiedKindName, unifiedKinds } from '../../shared/unified/objects.ts'
import { readPage, type UnifiedPage } from '../../shared/unified/page.ts'
import { toPage } from '../../shared/unified/toPage.ts'
import { counted } from './countedRows.ts'

const owner = { tenant: 'acme', account: {} }
const whole: UnifiedPage = { limit: 100, offset: 0, filters: {} }

const campaigns: Row[] = Array.from({ length: 9 }, (_, index) => ({
  ...{ Type: 'Campaign', Id: String(index), Status: index % 2 ? 'Paused' : 'Active' },
  'Modified Time': index === 8 ? null : `2026-11-0${index + 1}T00:00:00.000Z`,
}))

async function idsOf(page: Partial<UnifiedPage>, rows = campaigns, kind: UnifiedKindName = 'campaigns') {
  const found = await readPage(unifiedKinds[kind], counted(rows).rows, { page: { ...whole, ...page }, owner })
  return found.map(({ id }) => id).join('')
}

describe('a page', () => {
  test('has 100 objects unless told, and 1,000 at most', () => {
    expect(organizationsQuery.parse({})).toMatchObject({ limit: 100, offset: 0 })
    expect(organizationsQuery.parse({ limit: '1000' }).limit).toBe(1000)
    expect(organizationsQuery.safeParse({ limit: '1001' }).success).toBe(false)
  })

  test.each<[Partial<UnifiedPage>, string]>([
    [{}, '012345678'],
    [{ limit: 3 }, '012'],
    [{ limit: 3, offset: 3 }, '345'],
    [{ limit: 3, offset: 8 }, '8'],
    [{ offset: 9 }, ''],
    [{ filters: { status: 'PAUSED' } }, '1357'],
    [{ filters: { status: 'PAUSED' }, limit: 2, offset: 1 }, '35'],
    [{ filters: { status: 'PAUSED', effective_status: 'SERVING' } }, ''],
    [{ updatedSince: new Date('2026-11-07T00:00:00Z') }, '678'],
    [{ isAbout: ({ Id }) => Id === '4' }, '4'],
  ])('with %j has the objects %s', async (page, ids) => {
    expect(await idsOf(page)).toBe(ids)
  })

  test('stops reading once it is full', async () => {
    const { seen, rows } = counted(campaigns)
    await readPage(unifiedKinds.campaigns, rows, { page: { ...whole, limit: 2, offset: 1 }, owner })
    expect(seen).toEqual({ rows: 3, isEnded: true })
  })

  test('fails with its file, although it has objects', async () => {
    async function* broken() {
      yield* campaigns
      throw new Error('breaks off')
    }
    await expect(readPage(unifiedKinds.campaigns, broken(), { page: whole, owner })).rejects.toThrow(
      'breaks off',
    )
  })

  test('has the wanted members', async () => {
    const page = toPage('campaigns', { limit: 1, offset: 0, fields: 'name,raw,id' })
    const found = await readPage(unifiedKinds.campaigns, counted([{ Type: 'Campaign', Id: '1' }]).rows, {
      ...{ page, owner },
    })
    expect(found).toEqual([{ id: '1', name: null, raw: { Type: 'Campaign', Id: '1' } }])
  })

  test.each<[UnifiedKindName, string]>([
    ['campaigns', 'c'],
    ['groups', 'g'],
    ['ads', 'rtm'],
    ['creatives', 'iv'],
    ['targets', 'lpu'],
  ])('of %s has the records of their types', async (kind, ids) => {
    const types = {
      c: 'Campaign',
      g: 'Ad Group',
      r: 'Responsive Search Ad',
      t: 'Text Ad',
      m: 'Some New Ad',
      x: 'Image Ad Extension',
      y: 'Text Ad Label',
      i: 'Image',
      v: 'Video',
      l: 'Campaign Location Criterion',
      n: 'Campaign Negative Location Criterion',
      p: 'Ad Group Placement Criterion',
      u: 'Remarketing List',
      a: 'Ad Group Remarketing List Association',
      s: 'Asset Group',
    }
    const rows = Object.entries(types).map(([Id, Type]) => ({ Id, Type }))
    expect(await idsOf({}, rows, kind)).toBe(ids)
  })

  test.each<[UnifiedKindName, object, object, string]>([
    ['ads', { fields: 'id,budget_amount' }, {}, 'query fields: ads have no budget_amount'],
    ['ads', { fields: 'constructor' }, {}, 'query fields: ads have no constructor'],
    ['ads', {}, { effective_status: 'PAUSED' }, 'query effective_status: can’t filter ads'],
    ['targets', {}, { status: 'ACTIVE' }, 'query status: can’t filter targets'],
    ['campaigns', {}, { campaign_id: '1' }, 'query campaign_id: can’t filter campaigns'],
  ])('of %s can’t have %j and %j', (kind, query, filters, detail) => {
    const make = () => toPage(kind, { limit: 1, offset: 0, ...query }, filters)
    expect(make).toThrow(Problem)
    expect(make).toThrow(detail)
  })
})
