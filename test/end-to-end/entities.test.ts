import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string
let account: string

beforeAll(async () => {
  world = await openWorld({ settings: { ROW_CACHE_SECONDS: '0' } })
  tenant = await world.connected()
  account = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId
})

const usualSizes = { campaigns: 8, adGroups: 2, keywords: 3 }
const options = (body: object) => world.advertising.control('POST', 'options', body)
const content = (body: object) =>
  world.advertising.control('POST', 'content', { accountId: account, ...body })
const forward = (forwardSeconds: number) => world.advertising.control('POST', 'clock', { forwardSeconds })
const fault = (body: object) => world.advertising.fault(body)

afterEach(async () => {
  await world.advertising.clear()
  await options({ zip: 'descriptor', pendingPolls: 1, maxBulkDownloads: 1000 })
  await content({ sizes: usualSizes })
})

afterAll(() => world.close())

const start = (body: object = {}, of = tenant) =>
  world.call('POST', `/v1/tenants/${of}/downloads`, { body: { entities: ['campaigns'], ...body } })

const read = (handle: string, headers: Record<string, string> = {}, of = tenant) =>
  world.call('GET', `/v1/tenants/${of}/downloads/${handle}`, { headers })

/** The answer once Microsoft isn't making the file any longer. */
async function finish(handle: string, headers: Record<string, string> = {}) {
  for (;;) {
    const answer = await read(handle, headers)
    if (answer.status !== 202) return answer
  }
}

async function handleOf(body: object = {}): Promise<string> {
  const { status, body: begun } = await start(body)
  expect(status, JSON.stringify(begun)).toBe(202)
  return begun.handle
}

/** The rows, and the last line. */
async function download(body: object = {}) {
  const { status, body: text } = await finish(await handleOf(body))
  expect([status, typeof text], JSON.stringify(text).slice(0, 300)).toEqual([200, 'string'])
  const lines: Record<string, unknown>[] = text
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line))
  return { rows: lines.slice(0, -1), end: lines.at(-1)?._end as { rows: number; syncTime: string } }
}

const typesOf = (rows: readonly Record<string, unknown>[]) => [...new Set(rows.map(({ Type }) => Type))]

describe('entities', () => {
  test('are started, then pending with their progress, and then rows, with their number and sync time', async () => {
    await options({ pendingPolls: 2 })
    const started = await start()
    expect(started).toMatchObject({ status: 202, body: { status: 'pending' } })
    expect(started.headers.get('retry-after')).toBe('15')
    const { handle } = started.body
    const pending = await read(handle)
    expect(pending).toMatchObject({ status: 202, body: { status: 'pending', handle, percent: 33 } })
    expect(Number(pending.headers.get('retry-after'))).toBeGreaterThanOrEqual(15)
    expect((await read(handle)).body.percent).toBe(66)
    const { status, headers, body } = await finish(handle)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
    const lines = body.trimEnd().split('\n')
    const first = JSON.parse(lines[0])
    expect(first).toMatchObject({
      Type: 'Campaign',
      Status: 'Active',
      Id: expect.stringMatching(/^\d+$/),
      'Parent Id': account,
      Budget: 50,
      'Modified Time': '2025-01-15T09:30:00.123Z',
    })
    expect(Object.values(first).filter((value) => value === null || value === '')).toEqual([])
    const { _end } = JSON.parse(lines.at(-1))
    expect(_end).toEqual({ rows: lines.length - 1, syncTime: expect.stringMatching(/^20.+T.+:\d\dZ$/) })
  })

  test.each([
    ['campaigns', ['Campaign']],
    ['adGroups', ['Ad Group']],
    ['ads', expect.arrayContaining(['Responsive Search Ad', 'Product Ad', 'App Install Ad'])],
    ['keywords', ['Keyword']],
    ['targets', expect.arrayContaining(['Campaign Location Criterion', 'Ad Group Radius Criterion'])],
    ['audiences', expect.arrayContaining(['Remarketing List', 'Campaign Remarketing List Association'])],
    ['assets', expect.arrayContaining(['Image', 'Video', 'Asset Group'])],
    ['Budgets', ['Budget']],
  ])('named %s are such records, and no others', async (name, types) => {
    const { rows, end } = await download({ entities: [name] })
    expect(typesOf(rows)).toEqual(types)
    expect(end.rows).toBe(rows.length)
  })

  test('are CSV if the app asks for it, with the sync time before their number', async () => {
    const { headers, body } = await finish(await handleOf(), { accept: 'text/csv' })
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const lines = body.trimEnd().split('\r\n')
    expect(lines[0]).toMatch(/^Type,Status,Id,/)
    expect(lines.at(-2)).toMatch(/^# syncTime: 20.+Z$/)
    expect(lines.at(-1)).toBe(`# rows: ${lines.length - 3}`)
  })

  test('of the next download are what has changed since the sync time of the last, deletions too', async () => {
    const entities = ['campaigns', 'adGroups', 'ads', 'keywords']
    const { end } = await download({ entities })
    await forward(2)
    await content({
      changes: [
        { kind: 'Campaign', ordinal: 1, status: 'Deleted' },
        { kind: 'Keyword', ordinal: 0, status: 'Paused' },
        { kind: 'Ad', ordinal: 0, status: 'Deleted' },
      ],
    })
    await forward(2)
    const delta = await download({ entities, changedSince: end.syncTime })
    expect(delta.rows.map(({ Type, Status }) => [Type, Status])).toEqual([
      ['Responsive Search Ad', 'Deleted'],
      ['Keyword', 'Paused'],
      ['Campaign', 'Deleted'],
    ])
    expect(Date.parse(delta.end.syncTime)).toBeGreaterThan(Date.parse(end.syncTime))
    const none = await download({ entities, changedSince: delta.end.syncTime })
    expect([none.rows, none.end.rows]).toEqual([[], 0])
  })

  test('of 100,000 keywords are as many rows', { timeout: 120_000 }, async () => {
    await content({ keywords: 100_000 })
    const { rows, end } = await download({ entities: ['keywords'] })
    expect([rows.length, end.rows]).toEqual([100_000, 100_000])
  })
})

describe('a refusal of entities', () => {
  test('for too many downloads at once says when to try again', async () => {
    await options({ maxBulkDownloads: 0 })
    const { status, body, headers } = await start()
    expect([status, body]).toMatchObject([
      429,
      { code: 'too_many_requests', reason: 'throttled_by_microsoft', actor: 'nobody' },
    ])
    expect(headers.get('retry-after')).toBe('900')
  })

  test('for changes of more than 30 days asks for a full download', async () => {
    const changedSince = new Date(Date.now() - 31 * 86_400_000).toISOString()
    expect(await start({ changedSince })).toMatchObject({
      status: 409,
      body: { code: 'full_download_required', reason: 'changed_since_too_old', actor: 'app' },
    })
  })

  test('for an account that Microsoft has migrated asks for a full download', async () => {
    const { end } = await download()
    await forward(2)
    await content({ migrate: true })
    expect(await finish(await handleOf({ changedSince: end.syncTime }))).toMatchObject({
      status: 409,
      body: { code: 'full_download_required', reason: 'full_sync_required', actor: 'app' },
    })
    await download()
  })

  test('for an account of more than four million keywords says how to get parts of it', async () => {
    const [{ Id }] = (await download()).rows as [{ Id: string }]
    await content({ keywords: 4_000_001 })
    const { status, body } = await start({ entities: ['keywords'] })
    expect([status, body]).toMatchObject([
      422,
      { code: 'entities_refused', reason: 'too_large', actor: 'app' },
    ])
    expect(body.codes).toEqual(['3207 CampaignServiceAccountTooBigToDownload'])
    expect(body.resolution).toContain('`campaigns`')
    const { rows } = await download({ entities: ['campaigns', 'keywords'], campaigns: [Id] })
    expect(rows.filter(({ Type }) => Type === 'Campaign')).toMatchObject([{ Id }])
    expect(rows).toHaveLength(5001)
  })

  test('for too many campaigns says the same', async () => {
    await fault({ path: '/Campaigns/DownloadByAccountIds', kind: 'operationFault', code: 3216, times: 1 })
    expect(await start()).toMatchObject({
      status: 422,
      body: { code: 'entities_refused', reason: 'too_large', actor: 'app' },
    })
  })

  test('for anything else has Microsoft’s codes and words', async () => {
    expect(await start({ entities: ['Nonsense'] })).toMatchObject({
      status: 422,
      body: {
        code: 'entities_refused',
        actor: 'app',
        codes: ['3211 CampaignServiceBulkDownloadUnsupportedEntities'],
        detail: expect.stringMatching(/ Microsoft’s words: “.+”$/),
      },
    })
  })

  test('of a request that the user can’t reach any longer says who acts', async () => {
    const handle = await handleOf()
    await fault({ path: '/BulkDownloadStatus/Query', kind: 'operationFault', code: 106, times: 1 })
    const { body } = await read(handle)
    expect(body).toMatchObject({ code: 'account_not_found', actor: 'advertiserAdmin' })
  })

  test.each([
    [{ entities: ['campaign'] }, 'one of Microsoft'],
    [{ entities: [] }, 'entities'],
    [{ changedSince: 'yesterday' }, 'changedSince'],
    [{ entities: undefined }, 'needs'],
  ])('by the broker for %j names the fault', async (change, expected) => {
    const { status, body } = await start(change)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(JSON.stringify(body)).toContain(expected)
  })
})

describe('a file of entities', () => {
  test('that Microsoft couldn’t make is a problem', async () => {
    const handle = await handleOf()
    await fault({ path: '/BulkDownloadStatus/Query', kind: 'failed', times: 1 })
    expect(await read(handle)).toMatchObject({
      status: 502,
      body: {
        code: 'download_failed',
        reason: 'entities_failed',
        actor: 'nobody',
        detail: expect.stringContaining('status Failed'),
      },
    })
  })

  test('that is said to be complete and has no address is a problem, not an account without entities', async () => {
    const handle = await handleOf()
    await fault({ path: '/BulkDownloadStatus/Query', kind: 'noData', times: 1 })
    expect((await read(handle)).body).toMatchObject({ code: 'download_failed', reason: 'entities_failed' })
  })

  test('is over when Microsoft has forgotten the request, after two days', async () => {
    const handle = await handleOf()
    await forward(90_000)
    expect((await finish(handle)).status).toBe(200)
    await forward(90_000)
    expect(await read(handle)).toMatchObject({
      status: 404,
      body: { code: 'download_not_found', reason: 'request_expired' },
    })
  })

  test.each([3205, 4201])('is over if Microsoft answers %i', async (code) => {
    const handle = await handleOf()
    await fault({ path: '/BulkDownloadStatus/Query', kind: 'operationFault', code, times: 1 })
    expect(await read(handle)).toMatchObject({ status: 404, body: { reason: 'request_expired' } })
  })

  test('cut at any byte is a problem, never fewer rows', { timeout: 120_000 }, async () => {
    await content({ sizes: { campaigns: 1, adGroups: 0, keywords: 0 } })
    const handle = await handleOf()
    const whole = (await finish(handle)).body
    await fault({ path: '/_downloads/file', times: 1, kind: 'withoutLength' })
    const { url } = (await read(handle)).body
    const bytes = (await (await fetch(url)).arrayBuffer()).byteLength
    expect(bytes).toBeGreaterThan(200)
    for (let atByte = 0; atByte < bytes; atByte++) {
      await fault({ path: '/_downloads/file', times: 1, kind: 'cutFile', atByte })
      const { status, body } = await read(handle)
      expect([atByte, status, body]).toMatchObject([atByte, 502, { code: 'download_failed' }])
    }
    expect((await read(handle)).body).toBe(whole)
  })

  test('above the limit is Microsoft’s own address', async () => {
    await world.addBroker({ LARGEST_DOWNLOAD_BYTES: '100' })
    const handle = await handleOf()
    await finish(handle)
    const { status, body } = await world.call('GET', `/v1/tenants/${tenant}/downloads/${handle}`, {
      broker: 1,
    })
    expect([status, body]).toMatchObject([200, { status: 'address', reason: 'too_large' }])
  })

  test('of another tenant opens nothing', async () => {
    const handle = await handleOf()
    expect(handle.length).toBeLessThan(260)
    const other = await world.connected()
    expect((await read(handle, {}, other)).body).toMatchObject({ reason: 'handle_unknown' })
  })
})
