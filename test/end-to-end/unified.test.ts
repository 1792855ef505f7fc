import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { accountsOf } from './accountsOf.ts'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string
let account: string

beforeAll(async () => {
  world = await openWorld({ settings: { LARGEST_DOWNLOAD_BYTES: '5000000', ROW_CACHE_SECONDS: '0' } })
  tenant = await world.connected()
  account = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId
})

const usualSizes = { campaigns: 8, adGroups: 2, keywords: 3 }
const content = (body: object) =>
  world.advertising.control('POST', 'content', { accountId: account, ...body })

afterEach(async () => {
  await world.advertising.clear()
  await world.advertising.control('POST', 'options', { zip: 'descriptor', pendingPolls: 1 })
  await content({ sizes: usualSizes })
})

afterAll(() => world.close())

const { connectedByApi } = accountsOf(() => world)

const list = (of: string, path: string) => world.call('GET', `/v1/tenants/${of}/unified/${path}`)

/** An address that an answer leads to. */
const follow = (location: string | null) => {
  const { origin, pathname, search } = new URL(location ?? '')
  expect(origin).toBe(world.origin)
  return world.call('GET', `${pathname}${search}`)
}

/** The answer once Microsoft isn't making the file any longer, and the file's handle. */
async function finish(path: string) {
  let answer = await list(tenant, path)
  let handle = ''
  while (answer.status === 202) {
    handle = answer.body.handle
    answer = await follow(answer.headers.get('location'))
  }
  return { ...answer, handle }
}

async function objectsOf(path: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await finish(path)
  expect(status, JSON.stringify(body).slice(0, 300)).toBe(200)
  return body
}

const idsOf = (objects: readonly Record<string, unknown>[]) => objects.map(({ id }) => id)

/** How often one of Microsoft's operations was called. */
async function callsOf(path: string): Promise<number> {
  const { requests } = (await world.advertising.control('GET', 'requests')) as {
    requests: { path: string }[]
  }
  return requests.filter((each) => each.path.endsWith(path)).length
}

describe('organizations', () => {
  test('are the tenant’s accounts, with Microsoft’s own elements and where they are written', async () => {
    const connected = await connectedByApi()
    const { body: known } = await world.call('GET', `/v1/tenants/${connected}/accounts`)
    const { status, body } = await list(connected, 'organizations')
    expect(status).toBe(200)
    expect(body.map(({ id }: { id: string }) => id)).toEqual(
      known.accounts.map(({ accountId }: { accountId: string }) => accountId),
    )
    const suspended = body.find(
      ({ raw }: { raw: Record<string, string> }) => raw.AccountLifeCycleStatus === 'Suspended',
    )
    expect(suspended).toMatchObject({
      id: '180222002',
      name: 'Harbour South',
      account_number: 'C0222002',
      status: null,
      currency: expect.stringMatching(/^[A-Z]{3}$/),
      timezone: expect.stringMatching(/^\w+\/\w+$/),
      managers: null,
      write: { methods: ['PUT', 'DELETE'], path: `/v1/tenants/${connected}/ads/customerManagement/Account` },
    })
  })

  test('come in pages, by their fields, and by what filters say', async () => {
    const connected = await connectedByApi()
    const ids = (await list(connected, 'organizations?fields=id')).body
    expect(ids.every((each: object) => Object.keys(each).join() === 'id')).toBe(true)
    expect((await list(connected, 'organizations?fields=id&limit=2&offset=1')).body).toEqual(ids.slice(1, 3))
    const { body: archived } = await list(connected, 'organizations?status=ARCHIVED')
    expect(archived.map(({ name }: { name: string }) => name)).toEqual(['Harbour Closed'])
    const [{ parent_id }] = archived
    const { body: siblings } = await list(connected, `organizations?parent_id=${parent_id}&fields=name`)
    expect(siblings).toHaveLength(3)
  })

  test('are sorted, and searched by their names', async () => {
    const connected = await connectedByApi()
    const names = (of: { name: string }[]) => of.map(({ name }) => name)
    const found = names((await list(connected, 'organizations?sort=name&order=desc&query=HARBOUR')).body)
    expect(found.length).toBeGreaterThan(2)
    expect(found.every((name) => name.startsWith('Harbour'))).toBe(true)
    expect(found).toEqual(found.toSorted().reverse())
  })

  test('that the advertiser didn’t choose aren’t listed', async () => {
    const connected = await connectedByApi()
    const [first] = (await list(connected, 'organizations?status=ACTIVE')).body
    const choice = { accounts: [first.id] }
    const { status } = await world.call('PUT', `/v1/tenants/${connected}/accounts/selection`, {
      body: choice,
    })
    expect(status).toBe(200)
    expect((await list(connected, 'organizations')).body).toEqual([first])
  })

  test.each([
    'sort=created_at',
    'order=up',
    'limit=1001',
    'limit=0',
    'fields=goal',
    'updated_gte=today',
    'status=a%20b',
  ])('can’t be asked for with %s', async (query) => {
    expect(await list(await connectedByApi(), `organizations?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ in: 'query', field: query.split('=')[0] }] },
    })
  })
})

describe('an account’s objects', () => {
  test('are pending at an address that leads to them, with their handle', async () => {
    await world.advertising.control('POST', 'options', { pendingPolls: 2 })
    const begun = await list(tenant, 'campaigns?limit=2&status=ACTIVE')
    expect(begun).toMatchObject({ status: 202, body: { status: 'pending', handle: expect.any(String) } })
    expect(begun.headers.get('retry-after')).toBe('15')
    const location = begun.headers.get('location') ?? ''
    expect(new URL(location).pathname).toBe(`/v1/tenants/${tenant}/unified/campaigns`)
    expect(Object.fromEntries(new URL(location).searchParams)).toEqual({
      ...{ limit: '2', status: 'ACTIVE', handle: begun.body.handle },
    })
    const pending = await follow(location)
    expect(pending).toMatchObject({ status: 202, body: { ...begun.body, percent: 33 } })
    expect(pending.headers.get('location')).toBe(location)
    await follow(location)
    expect(await follow(location)).toMatchObject({
      status: 200,
      body: [{ status: 'ACTIVE' }, { status: 'ACTIVE' }],
    })
  })

  test('are campaigns, of the account, in its currency', async () => {
    const campaigns = await objectsOf('campaigns')
    expect(campaigns).toHaveLength(8)
    expect(campaigns[0]).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      created_at: null,
      updated_at: '2025-01-15T09:30:00.123Z',
      organization_id: account,
      name: 'Brand',
      status: 'ACTIVE',
      effective_status: null,
      budget_amount: 50,
      budget_period: 'DAILY',
      budget_unit: 'CURRENCY',
      advertising_channel_type: 'SEARCH',
      currency: expect.stringMatching(/^[A-Z]{3}$/),
      goal: null,
      raw: { Type: 'Campaign', 'Campaign Type': 'Search', Budget: 50 },
      write: {
        methods: ['PUT', 'DELETE'],
        path: `/v1/tenants/${tenant}/ads/campaignManagement/Campaigns`,
        headers: { 'X-Account-Id': account },
      },
    })
    const byType = Object.fromEntries(
      campaigns.map(({ raw, advertising_channel_type: type }) => [Object(raw)['Campaign Type'], type]),
    )
    expect(byType).toMatchObject({ Search: 'SEARCH', Shopping: 'SHOPPING', App: 'APP', Hotel: null })
  })

  test('are groups of a campaign, and ads of a group', async () => {
    const [campaign] = await objectsOf('campaigns?limit=1')
    const groups = await objectsOf(`groups?campaign_id=${campaign?.id}`)
    expect(groups).toHaveLength(2)
    expect(groups[0]).toMatchObject({
      ...{ campaign_id: campaign?.id, organization_id: account, status: 'ACTIVE', bid_amount: 0.5 },
      start_at: expect.stringMatching(/^2025-01-1[45]T\d\d:00:00\.000Z$/),
      end_at: null,
    })
    const ads = await objectsOf(`ads?group_id=${groups[0]?.id}`)
    expect(ads.map(({ ad_type }) => ad_type)).toEqual(['RESPONSIVE', 'TEXT', 'TEXT'])
    expect(ads[0]).toMatchObject({
      headline: null,
      campaign_id: campaign?.id,
      raw: { Headline: expect.any(String) },
    })
    expect(ads[2]).toMatchObject({ headline: 'Contoso quick setup', group_id: groups[0]?.id })
  })

  test('are images and videos as creatives, and audiences and criterions as targets', async () => {
    const creatives = await objectsOf('creatives')
    expect(creatives.length).toBeGreaterThan(0)
    expect(creatives[0]).toMatchObject({
      ...{ creative_type: 'IMAGE', name: 'A bridge', asset_urls: ['https://example.com/bridge.jpg'] },
      organization_id: account,
    })
    expect(creatives.at(-1)).toMatchObject({
      ...{ creative_type: 'VIDEO', name: 'Over the bridge', asset_urls: ['https://example.com/bridge.mp4'] },
      write: { path: expect.stringMatching(/Videos$/) },
    })
    const targets = await objectsOf('targets?limit=1000')
    const types = new Set(targets.map(({ type }) => type))
    expect(types).toEqual(new Set(['USER_LIST', 'INTEREST', 'COUNTRY', null]))
    const places = await objectsOf('targets?type=COUNTRY&fields=type,write')
    expect(places.length).toBeGreaterThan(1)
    for (const { type, write } of places)
      expect([type, Object(write).path]).toEqual(['COUNTRY', expect.stringMatching(/CampaignCriterions$/)])
  })

  test('are those of the account that is named', async () => {
    const connected = await connectedByApi()
    const [, other] = (await list(connected, 'organizations?status=ACTIVE&fields=id,account_number')).body
    const { body, status } = await list(connected, `campaigns?org_id=${other.account_number}`)
    expect(status).toBe(202)
    for (;;) {
      const answer = await list(connected, `campaigns?org_id=${other.account_number}&handle=${body.handle}`)
      if (answer.status === 202) continue
      expect(answer.body.map(({ organization_id }: Record<string, unknown>) => organization_id)).toEqual(
        Array.from({ length: 8 }, () => other.id),
      )
      break
    }
  })

  test('come in pages of one file, with its handle', async () => {
    const before = await callsOf('/DownloadByAccountIds')
    const { body: whole, handle } = await finish('ads?fields=id')
    const ids = idsOf(whole)
    expect(ids.length).toBeGreaterThan(8)
    const found: unknown[] = []
    for (let offset = 0; ; offset += 4) {
      const { body } = await list(tenant, `ads?fields=id&limit=4&offset=${offset}&handle=${handle}`)
      found.push(...idsOf(body))
      if (body.length < 4) break
    }
    expect(found).toEqual(ids)
    expect(await callsOf('/DownloadByAccountIds')).toBe(before + 1)
  })

  test('come in sorted pages of the same file, up to the 5,000th object', async () => {
    const { body: whole, handle } = await finish('campaigns?fields=id,name')
    const of = (query: string) => list(tenant, `campaigns?fields=id,name&${query}&handle=${handle}`)
    const sorted = whole.toSorted((one: { name: string }, other: { name: string }) =>
      one.name.localeCompare(other.name, 'en'),
    )
    expect(sorted).not.toEqual(whole)
    const { body: first } = await of('sort=name&limit=5')
    const { body: second } = await of('sort=name&limit=5&offset=5')
    expect([...first, ...second]).toEqual(sorted)
    const { name } = sorted[3]
    expect((await of(`query=${encodeURIComponent(name.toUpperCase())}`)).body).toContainEqual(sorted[3])
    expect(await of('sort=name&offset=4996&limit=5')).toMatchObject({
      ...{ status: 400, body: { code: 'invalid_request', errors: [{ in: 'query', field: 'offset' }] } },
    })
  })
})

describe('a handle', () => {
  test('works for the parameters that it was made for, for the tenant, and for no others', async () => {
    const since = '2025-01-01T00:00:00Z'
    const { handle } = await finish(`campaigns?updated_gte=${since}`)
    const others = [
      'campaigns?',
      `ads?updated_gte=${since}`,
      `campaigns?updated_gte=${since}&org_id=${account}`,
    ]
    for (const path of others)
      expect(await list(tenant, `${path}&handle=${handle}`)).toMatchObject({
        ...{ status: 400, body: { code: 'invalid_request', errors: [{ in: 'query', field: 'handle' }] } },
      })
    const other = await world.connected()
    expect(await list(other, `campaigns?updated_gte=${since}&handle=${handle}`)).toMatchObject({
      ...{ status: 404, body: { code: 'download_not_found' } },
    })
    const changed = await list(tenant, `campaigns?updated_gte=${since}&handle=x${handle}`)
    expect(changed.body).toMatchObject({ code: 'download_not_found', reason: 'handle_unknown' })
  })
})

describe('what changed', () => {
  const forward = (forwardSeconds: number) => world.advertising.control('POST', 'clock', { forwardSeconds })

  test('is read from a file of changes, deletions too', async () => {
    const since = new Date(Date.now() - 1000).toISOString()
    await content({
      changes: [
        { kind: 'Campaign', ordinal: 1, status: 'Deleted' },
        { kind: 'Campaign', ordinal: 2, status: 'Paused' },
      ],
    })
    const campaigns = await objectsOf(`campaigns?updated_gte=${since}`)
    expect(campaigns.map(({ status, effective_status }) => [status, effective_status])).toEqual([
      [null, 'REMOVED'],
      ['PAUSED', 'PAUSED'],
    ])
  })

  test('of more than 29 days ago is found in a file of everything', async () => {
    await content({ changes: [{ kind: 'Campaign', ordinal: 2, status: 'Paused' }] })
    const since = new Date(Date.now() - 40 * 86_400_000).toISOString()
    expect((await objectsOf(`campaigns?updated_gte=${since}`)).map(({ status }) => status)).toEqual([
      'PAUSED',
    ])
  })

  test('that Microsoft can’t say is a problem', async () => {
    const since = new Date(Date.now() - 1000).toISOString()
    await forward(1)
    await content({ migrate: true })
    expect(await finish(`campaigns?updated_gte=${since}`)).toMatchObject({
      ...{ status: 409, body: { code: 'full_download_required', reason: 'full_sync_required' } },
    })
  })
})

describe('a file', () => {
  const fileFault = (fault: object) =>
    world.advertising.fault({ path: '/_downloads/file', times: 1, ...fault })

  /** The handle of a file of many ads: some 500 kB. */
  async function handleOfLarge() {
    await content({ sizes: { campaigns: 16, adGroups: 1000, keywords: 0 } })
    const { body, handle } = await finish('ads?fields=id&limit=5')
    expect(body).toHaveLength(5)
    return handle
  }

  test('that breaks off before a page’s end is a problem, never a short page', async () => {
    const handle = await handleOfLarge()
    await fileFault({ kind: 'cutFile', atByte: 400_000, times: 9 })
    const last = await list(tenant, `ads?fields=id&offset=1000000&handle=${handle}`)
    expect(last).toMatchObject({ status: 502, body: { code: 'download_failed', reason: 'file_broken' } })
    const { status, body } = await list(tenant, `ads?fields=id&limit=5&handle=${handle}`)
    expect([status, body]).toMatchObject([200, { length: 5 }])
  })

  test('isn’t read behind a full page, even if it stalls there', async () => {
    const handle = await handleOfLarge()
    await fileFault({ kind: 'stallFile', atByte: 400_000, times: 5 })
    // One more than an app can read at once.
    for (let time = 0; time < 5; time++)
      expect((await list(tenant, `ads?fields=id&limit=5&handle=${handle}`)).status).toBe(200)
  })

  test('that is too large for the broker is left to downloads', async () => {
    await content({ sizes: { campaigns: 8, adGroups: 2, keywords: 3 } })
    const { handle } = await finish('campaigns')
    await fileFault({ kind: 'withoutLength' })
    const { status, body } = await list(tenant, `campaigns?handle=${handle}`)
    expect([status, body]).toMatchObject([
      502,
      {
        code: 'download_failed',
        reason: 'length_unknown',
        actor: 'app',
        detail: expect.stringContaining('/downloads'),
      },
    ])
    expect(body.url).toBeUndefined()
  })
})

describe('reports', () => {
  const span = 'start_gte=2025-09-01&end_lt=2025-09-08T00:00:00Z'

  test('have the numbers of each campaign on each day', async () => {
    const reports = await objectsOf(`reports?${span}&dimension=DATE&type=CLICKS,COST,CTR&limit=1000`)
    const days = new Set(reports.map(({ raw }) => Object(raw).TimePeriod))
    expect([...days].toSorted()).toEqual(Array.from({ length: 7 }, (_, index) => `2025-09-0${index + 1}`))
    const { raw, ...report } = reports[0] ?? {}
    const row = Object(raw)
    const about = { campaign: { id: row.CampaignId, name: row.CampaignName } }
    const shared = { dimension: 'DATE', dimension_value: row.TimePeriod, ...about }
    expect(report).toEqual({
      ...{ id: null, created_at: null, updated_at: null, organization_id: account, write: null },
      currency: expect.stringMatching(/^[A-Z]{3}$/),
      start_at: expect.stringMatching(/^2025-\d\d-\d\dT\d\d:00:00\.000Z$/),
      end_at: expect.stringMatching(/^2025-\d\d-\d\dT\d\d:59:59\.000Z$/),
      metrics: [
        { type: 'CLICKS', value: row.Clicks, ...shared },
        { type: 'COST', value: row.Spend, ...shared },
        { type: 'CTR', value: row.Ctr, ...shared },
      ],
    })
  })

  test('are of one campaign, one group, or one ad', async () => {
    const [campaign] = await objectsOf('campaigns?limit=1')
    const [ofCampaign, ...others] = await objectsOf(`reports?${span}&campaign_id=${campaign?.id}`)
    expect(Object(ofCampaign?.metrics)[0].campaign.id).toBe(campaign?.id)
    expect(others).toEqual([])
    const [group] = await objectsOf(`groups?campaign_id=${campaign?.id}`)
    const ofGroup = await objectsOf(`reports?${span}&group_id=${group?.id}&type=CLICKS`)
    expect(ofGroup.map(({ metrics }) => Object(metrics)[0].group.id)).toEqual([group?.id])
    const [ad] = await objectsOf(`ads?group_id=${group?.id}`)
    const ofAd = await objectsOf(`reports?${span}&ad_id=${ad?.id}&type=CLICKS`)
    expect(ofAd.map(({ metrics }) => Object(metrics)[0].ad)).toEqual([{ id: ad?.id, name: null }])
  })

  test('without data are none', async () => {
    await world.advertising.fault({ path: '/GenerateReport/Poll', kind: 'noData', times: 9 })
    expect(await objectsOf(`reports?${span}`)).toEqual([])
  })

  test.each([
    ['end_lt=2025-09-08', 'start_gte'],
    ['start_gte=yesterday&end_lt=2025-09-08', 'start_gte'],
    [`${span}&type=CLICKS,LIKES`, 'type'],
    [`${span}&dimension=DATE,DEVICE`, 'dimension'],
    [`${span}&updated_gte=2025-09-01T00:00:00Z`, 'updated_gte'],
  ])('can’t be asked for with %s', async (query, field) => {
    const { status, body } = await list(tenant, `reports?${query}`)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(body.errors[0].field).toMatch(new RegExp(`^${field}`))
  })
})
