import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld({ settings: { LARGEST_DOWNLOAD_BYTES: '100000', ROW_CACHE_SECONDS: '0' } })
  tenant = await world.connected()
})

afterEach(async () => {
  await world.advertising.clear()
  await world.advertising.control('POST', 'options', { zip: 'descriptor', pendingPolls: 1 })
})

afterAll(() => world.close())

const report = {
  type: 'CampaignPerformance',
  columns: ['TimePeriod', 'CampaignId', 'CampaignName', 'Impressions', 'Clicks', 'Ctr', 'Spend'],
  from: '2025-09-01',
  to: '2025-09-07',
}

const start = (change: object = {}, of = tenant) =>
  world.call('POST', `/v1/tenants/${of}/downloads`, { body: { report: { ...report, ...change } } })

const read = (handle: string, headers: Record<string, string> = {}, of = tenant) =>
  world.call('GET', `/v1/tenants/${of}/downloads/${handle}`, { headers })

/** The answer once Microsoft isn't making the report any longer. */
async function finish(handle: string, headers: Record<string, string> = {}) {
  for (;;) {
    const answer = await read(handle, headers)
    if (answer.status !== 202) return answer
  }
}

async function handleOf(change: object = {}): Promise<string> {
  const { status, body } = await start(change)
  expect(status, JSON.stringify(body)).toBe(202)
  return body.handle
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('a report', () => {
  test('is started, then pending, and then its rows, with their number at the end', async () => {
    const started = await start()
    expect(started).toMatchObject({ status: 202, body: { status: 'pending' } })
    expect(started.headers.get('retry-after')).toBe('5')
    const { handle } = started.body
    const pending = await read(handle)
    expect(pending).toMatchObject({ status: 202, body: { status: 'pending', handle } })
    expect(Number(pending.headers.get('retry-after'))).toBeGreaterThanOrEqual(5)
    const { status, headers, body } = await finish(handle)
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
    const lines = linesOf(body)
    expect(lines.at(-1)).toEqual({ _end: { rows: lines.length - 1 } })
    expect(lines.length).toBeGreaterThan(7)
    expect(lines[0]).toEqual({
      TimePeriod: expect.stringMatching(/^2025-09-0\d$/),
      CampaignId: expect.stringMatching(/^\d+$/),
      CampaignName: expect.any(String),
      Impressions: expect.any(Number),
      Clicks: expect.any(Number),
      Ctr: expect.any(Number),
      Spend: expect.any(Number),
    })
  })

  test('is CSV if the app asks for it', async () => {
    const { headers, body } = await finish(await handleOf(), { accept: 'text/csv' })
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const lines = body.trimEnd().split('\r\n')
    expect(lines[0]).toBe(report.columns.join(','))
    expect(lines.at(-1)).toBe(`# rows: ${lines.length - 2}`)
  })

  test('is what `Accept` weighs most, and is refused if it allows neither format', async () => {
    const handle = await handleOf()
    const prefers = 'text/csv;q=0.1, application/x-ndjson'
    expect((await finish(handle, { accept: prefers })).headers.get('content-type')).toMatch('x-ndjson')
    expect(await read(handle, { accept: 'text/csv;q=0, application/json' })).toMatchObject({
      status: 406,
      body: { code: 'not_acceptable', actor: 'app', detail: expect.stringContaining('text/csv') },
    })
  })

  test('without data has no rows', async () => {
    await world.advertising.fault({ path: '/GenerateReport/Poll', kind: 'noData', times: 9 })
    expect((await finish(await handleOf())).body).toBe('{"_end":{"rows":0}}\n')
  })

  test('is about the wanted campaigns, days, and sums', async () => {
    const [{ CampaignId }] = linesOf((await finish(await handleOf())).body)
    const only = {
      campaigns: [CampaignId],
      columns: ['CampaignId', 'Clicks'],
      from: undefined,
      to: undefined,
    }
    const lines = linesOf((await finish(await handleOf({ ...only, period: 'LastSevenDays' }))).body)
    expect(lines.map((line) => line.CampaignId)).toEqual([CampaignId, undefined])
  })

  test('is about what its filter leaves over', async () => {
    const account = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId
    const paused = { kind: 'Campaign', ordinal: 1, status: 'Paused' }
    await world.advertising.control('POST', 'content', { accountId: account, changes: [paused] })
    const statusesOf = async (filter: object) => {
      const columns = ['CampaignId', 'CampaignStatus', 'Clicks']
      const lines = linesOf((await finish(await handleOf({ columns, filter }))).body).slice(0, -1)
      return [...new Set(lines.map(({ CampaignStatus }) => CampaignStatus))].toSorted()
    }
    expect(await statusesOf({ Status: ['Paused'] })).toEqual(['Paused'])
    expect(await statusesOf({ Status: ['Active', 'Paused'] })).toEqual(['Active', 'Paused'])
    const wrong = { report: { ...report, filter: { Status: ['Expired'] } } }
    expect(await world.call('POST', `/v1/tenants/${tenant}/downloads`, { body: wrong })).toMatchObject({
      ...{ status: 400, body: { code: 'invalid_request', errors: [{ in: 'body' }] } },
    })
  })

  test('above the limit is Microsoft’s own address, which needs no credentials', async () => {
    const account = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId
    await world.advertising.control('POST', 'content', { accountId: account, keywords: 3000 })
    const columns = ['TimePeriod', 'KeywordId', 'Keyword', 'Impressions', 'Clicks']
    const { status, body } = await finish(await handleOf({ type: 'KeywordPerformance', columns }))
    expect([status, body]).toMatchObject([200, { status: 'address', reason: 'too_large' }])
    const file = await fetch(body.url)
    expect(Number(file.headers.get('content-length'))).toBeGreaterThan(100_000)
    await file.body?.cancel()
  })

  test('is read without sending Microsoft’s storage a credential', async () => {
    await finish(await handleOf())
    const { requests } = (await world.advertising.control('GET', 'requests')) as {
      requests: { path: string; headerNames: string[] }[]
    }
    const file = requests.findLast(({ path }) => path.includes('/_downloads/'))
    expect(file?.headerNames.filter((name) => /auth|token|customer/.test(name))).toEqual([])
  })
})

describe('a handle', () => {
  test('of another tenant, or a changed one, opens nothing', async () => {
    const handle = await handleOf()
    const other = await world.connected()
    expect(await read(handle, {}, other)).toMatchObject({
      status: 404,
      body: { code: 'download_not_found', reason: 'handle_unknown' },
    })
    for (const changed of [`${handle}A`, handle.slice(1), 'x', 'a.b.c.d'])
      expect((await read(changed)).body).toMatchObject({ reason: 'handle_unknown' })
  })

  test('of another consent says so', async () => {
    const again = await world.connected('ada@outlook.example')
    const { body } = await start({}, again)
    await world.connect(again, 'ada@outlook.example')
    expect(await read(body.handle, {}, again)).toMatchObject({
      status: 404,
      body: { code: 'download_not_found', reason: 'other_consent', actor: 'app' },
    })
  })

  test('is over when Microsoft has forgotten the request', async () => {
    const handle = await handleOf()
    await world.advertising.control('POST', 'clock', { forwardSeconds: 90_000 })
    expect(await read(handle)).toMatchObject({
      status: 404,
      body: { code: 'download_not_found', reason: 'request_expired' },
    })
  })
})

describe('a refusal', () => {
  const refused = (code: number, operation = 'Submit') =>
    world.advertising.fault({ path: `/GenerateReport/${operation}`, kind: 'operationFault', code })

  test('for too many reports at once says when to try again', async () => {
    await refused(207)
    const { status, body, headers } = await start()
    expect([status, body]).toMatchObject([
      429,
      {
        code: 'too_many_requests',
        reason: 'throttled_by_microsoft',
        actor: 'nobody',
        codes: ['207 ConcurrentRequestOverLimit'],
        detail: expect.stringContaining(' Microsoft’s words: “'),
      },
    ])
    expect(headers.get('retry-after')).toBe('60')
  })

  test('for data that isn’t complete yet says when to try again', async () => {
    await refused(2004)
    const { status, body } = await start({ completeOnly: true })
    expect([status, body]).toMatchObject([
      409,
      {
        code: 'report_not_complete',
        actor: 'nobody',
        retryAfter: 3600,
        codes: ['2004 ReportingServiceNoCompleteDataAvaliable'],
        detail: expect.stringContaining(' Microsoft’s words: “'),
      },
    ])
  })

  test('for columns that exclude each other names both sets', async () => {
    const columns = ['CampaignId', 'Clicks', 'DeviceOS', 'Goal', 'ImpressionSharePercent']
    const { status, body } = await start({ columns })
    expect([status, body]).toMatchObject([
      422,
      {
        code: 'report_refused',
        reason: 'columns_exclude_each_other',
        codes: [expect.stringMatching(/^2064 \w+$/)],
        exclusive: { attributes: ['DeviceOS', 'Goal'], statistics: ['ImpressionSharePercent'] },
      },
    ])
    expect(body.detail).toContain('DeviceOS, Goal')
  })

  test('for anything else has Microsoft’s codes and words', async () => {
    const { status, body } = await start({ type: 'Nonsense' })
    expect([status, body]).toMatchObject([
      422,
      { code: 'report_refused', actor: 'app', codes: ['2002 ReportingServiceUnknownReportType'] },
    ])
    expect(body.detail).toMatch(
      /^Microsoft Advertising refuses to make this report\. Microsoft’s words: “.+”$/,
    )
  })

  test('of an account that the user can’t reach any longer isn’t lost consent', async () => {
    const handle = await handleOf()
    await refused(106, 'Poll')
    expect(await read(handle)).toMatchObject({
      status: 404,
      body: {
        code: 'account_not_found',
        reason: 'advertising_106',
        codes: ['106 UserIsNotAuthorized'],
        actor: 'advertiserAdmin',
        detail: expect.stringContaining(' Microsoft’s words: “'),
      },
    })
    await world.advertising.fault({
      path: '/GenerateReport/Submit',
      kind: 'fault',
      code: 105,
      reason: 'AccountInactive',
    })
    expect(await start()).toMatchObject({
      status: 404,
      body: { code: 'account_not_found', actor: 'advertiser', detail: expect.stringContaining('inactive') },
    })
    await world.advertising.clear()
    const { accountId } = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
    await refused(2003)
    expect(await start({ accounts: [accountId] })).toMatchObject({
      status: 404,
      body: { code: 'account_not_found', detail: expect.stringContaining('one of the report’s accounts') },
    })
  })

  test('of a report’s accounts that aren’t the tenant’s names the account', async () => {
    const { accountId } = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body
    expect(await start({ accounts: [accountId] })).toMatchObject({ status: 202 })
    expect(await start({ accounts: [accountId, '7'] })).toMatchObject({
      status: 404,
      body: { code: 'account_not_found', actor: 'app', detail: expect.stringContaining('the account 7') },
    })
  })

  test.each([
    [{ from: undefined }, 'needs'],
    [{ period: 'Today' }, 'needs'],
    [{ accounts: ['1'], campaigns: ['1'] }, 'not both'],
    [{ columns: [] }, 'columns'],
    [{ from: '1.9.2025' }, 'date'],
  ])('by the broker for %j names the fault', async (change, fault) => {
    const { status, body } = await start(change)
    expect([status, body.code]).toEqual([400, 'invalid_request'])
    expect(JSON.stringify(body)).toContain(fault)
  })
})

/** A report whose rows are more than one piece. */
async function handleOfLarge(): Promise<string> {
  const account = (await world.call('GET', `/v1/tenants/${tenant}/token`)).body.accountId
  await world.advertising.control('POST', 'content', { accountId: account, keywords: 1500 })
  const columns = ['KeywordId', 'Keyword', 'Clicks']
  return handleOf({ type: 'KeywordPerformance', columns, to: '2025-09-01' })
}

/** The size of a download's file, as the stand-in sends it. */
async function sizeOf(handle: string): Promise<number> {
  await world.advertising.fault({ path: '/_downloads/file', times: 1, kind: 'withoutLength' })
  const { body } = await read(handle)
  return (await (await fetch(body.url)).arrayBuffer()).byteLength
}

/** How many of Microsoft's files the broker has asked for. */
async function filesAskedFor(): Promise<number> {
  const requests = (await world.advertising.requests()) as unknown as { path: string }[]
  return requests.filter(({ path }) => path.includes('/_downloads/')).length
}

describe('a file', () => {
  const fileFault = (fault: object) =>
    world.advertising.fault({ path: '/_downloads/file', times: 1, ...fault })

  test('that Microsoft couldn’t make is a problem', async () => {
    await world.advertising.fault({ path: '/GenerateReport/Poll', kind: 'failed', times: 9 })
    expect(await finish(await handleOf())).toMatchObject({
      status: 502,
      body: {
        code: 'download_failed',
        reason: 'report_failed',
        detail: expect.stringContaining('status Error'),
      },
    })
  })

  test('cut at any byte is a problem, never fewer rows', { timeout: 60_000 }, async () => {
    const small = { columns: ['CampaignId', 'Clicks'], to: '2025-09-01' }
    const handle = await handleOf(small)
    const whole = (await finish(handle)).body
    const bytes = await sizeOf(handle)
    expect(bytes).toBeGreaterThan(200)
    for (let atByte = 0; atByte < bytes; atByte++) {
      await fileFault({ kind: 'cutFile', atByte })
      const { status, body } = await read(handle)
      expect([atByte, status, body]).toMatchObject([atByte, 502, { code: 'download_failed' }])
    }
    expect((await read(handle)).body).toBe(whole)
  })

  test('cut after its first rows ends with the problem as NDJSON, and breaks off as CSV', async () => {
    const handle = await handleOfLarge()
    const first = await finish(handle)
    expect(first.headers.get('content-type'), JSON.stringify(first.body).slice(0, 200)).toContain('ndjson')
    const whole = linesOf(first.body)
    const cut = { kind: 'cutFile', atByte: Math.floor((await sizeOf(handle)) * 0.9) }
    await fileFault(cut)
    const { status, body } = await read(handle)
    const lines = linesOf(body)
    expect(status).toBe(200)
    expect(lines.at(-1)).toMatchObject({
      _problem: { code: 'download_failed', reason: 'file_broken', actor: 'nobody', status: 502 },
    })
    expect(lines.slice(0, -1)).toEqual(whole.slice(0, lines.length - 1))
    expect(lines.length).toBeGreaterThan(100)
    await fileFault(cut)
    await expect(read(handle, { accept: 'text/csv' })).rejects.toThrow('terminated')
  })

  test('at once are four for an app, and there is room when their readers leave', async () => {
    const handle = await handleOfLarge()
    await finish(handle)
    const atByte = Math.floor((await sizeOf(handle)) * 0.9)
    await fileFault({ kind: 'stallFile', atByte, times: 4 })
    const headers = { authorization: `Bearer ${await world.stack.callerToken()}` }
    const stalled = await Promise.all(
      Array.from({ length: 4 }, () =>
        fetch(`${world.origin}/v1/tenants/${tenant}/downloads/${handle}`, { headers }),
      ),
    )
    expect(stalled.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { status, body, headers: told } = await read(handle)
    expect([status, told.get('retry-after'), body]).toMatchObject([
      429,
      '10',
      { code: 'too_many_requests', reason: 'too_many_downloads_at_once', actor: 'app' },
    ])
    for (const each of stalled) await each.body?.cancel()
    for (;;) {
      const answer = await read(handle)
      if (answer.status !== 429) return expect(answer.status).toBe(200)
    }
  })

  test.each([
    ['hasn’t answered', { kind: 'hang' }],
    ['sends nothing', { kind: 'stallFile', atByte: 0 }],
  ])(
    'gives its place back at once if its reader leaves while Microsoft’s storage %s',
    async (_title, fault) => {
      const handle = await handleOf()
      await finish(handle)
      await world.advertising.forget()
      await fileFault({ ...fault, times: 4 })
      const headers = { authorization: `Bearer ${await world.stack.callerToken()}` }
      const leaving = new AbortController()
      const url = `${world.origin}/v1/tenants/${tenant}/downloads/${handle}`
      const unanswered = Array.from({ length: 4 }, () => fetch(url, { headers, signal: leaving.signal }))
      await expect.poll(filesAskedFor, { timeout: 60_000 }).toBe(4)
      expect((await read(handle)).body.reason).toBe('too_many_downloads_at_once')
      leaving.abort()
      expect(await Promise.allSettled(unanswered)).toMatchObject(Array(4).fill({ status: 'rejected' }))
      // A storage that is silent is given up only after minutes.
      await expect.poll(async () => (await read(handle)).status, { timeout: 20_000 }).toBe(200)
    },
  )

  test('has the same rows, however its archive is written', async () => {
    const { body } = await finish(await handleOf())
    for (const zip of ['descriptorWithoutSignature', 'sizes', 'stored', 'zip64']) {
      await world.advertising.control('POST', 'options', { zip })
      expect([zip, (await finish(await handleOf())).body]).toEqual([zip, body])
    }
  })

  test.each(['wrongChecksum', 'wrongSize', 'encrypted', 'twoFiles'])(
    'that is %s is a problem',
    async (zip) => {
      await world.advertising.control('POST', 'options', { zip })
      expect(await finish(await handleOf())).toMatchObject({
        status: 502,
        body: { code: 'download_failed', reason: 'file_broken', actor: 'nobody' },
      })
    },
  )

  test.each([
    ['redirect', 502],
    ['serverError', 502],
  ])('behind a %s isn’t read', async (kind, expected) => {
    const handle = await handleOf()
    await finish(handle)
    await fileFault({ kind })
    expect((await read(handle)).status).toBe(expected)
  })

  test('of unknown length is left to the app', async () => {
    const handle = await handleOf()
    await finish(handle)
    await fileFault({ kind: 'withoutLength' })
    expect((await read(handle)).body).toMatchObject({ status: 'address', reason: 'length_unknown' })
  })
})
