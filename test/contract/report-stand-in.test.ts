import { afterEach, expect, test } from 'vitest'
import type { Json } from '../../local/advertising/caller.ts'
import { zipShapes } from '../../local/advertising/downloads/zip.ts'
import { openAdvertising } from './openAdvertising.ts'
import { unpack } from './unpack.ts'

const { caller, origin } = await openAdvertising()
const { call, control } = caller
const ids = { CustomerId: '250000101', CustomerAccountId: '180101001' }
const week = {
  CustomDateRangeStart: { Day: 1, Month: 9, Year: 2025 },
  CustomDateRangeEnd: { Day: 7, Month: 9, Year: 2025 },
}
const usual = {
  Type: 'CampaignPerformanceReportRequest',
  Aggregation: 'Daily',
  Columns: ['TimePeriod', 'CampaignId', 'CampaignName', 'Impressions', 'Clicks', 'Ctr', 'Spend', 'Revenue'],
  Scope: { AccountIds: ['180101001'] },
  Time: week,
}
const bare = {
  FormatVersion: '2.0',
  ExcludeReportHeader: true,
  ExcludeReportFooter: true,
} as const

afterEach(async () => {
  await control('options', {
    zip: 'descriptor',
    pendingPolls: 1,
    maxPendingReports: 100,
    maxBulkDownloads: 100,
  })
})

const post = (
  host: 'reporting' | 'bulk',
  path: string,
  body: object,
  headers: Record<string, string> = ids,
) => call(`/${host === 'bulk' ? 'Bulk' : 'Reporting'}/v13${path}`, body, { host, headers })

async function submit(request: object): Promise<Json> {
  return (await post('reporting', '/GenerateReport/Submit', { ReportRequest: { ...usual, ...request } })).json
}

async function poll(submitted: object): Promise<Json> {
  return (await post('reporting', '/GenerateReport/Poll', submitted)).json.ReportRequestStatus
}

/** The address of a finished report. */
async function finish(request: object): Promise<string | null> {
  const submitted = await submit(request)
  for (;;) {
    const { Status, ReportDownloadUrl } = await poll(submitted)
    if (Status !== 'Pending') return ReportDownloadUrl
  }
}

async function download(url: string | null): Promise<Buffer> {
  const response = await fetch(url!)
  const bytes = Buffer.from(await response.arrayBuffer())
  expect(response.headers.get('content-length')).toBe(String(bytes.length))
  return bytes
}

async function linesOf(request: object): Promise<string[]> {
  return unpack(await download(await finish(request))).split('\r\n')
}

async function code(request: object): Promise<unknown> {
  const { Type, OperationErrors } = await submit(request)
  expect(Type).toBe('ApiFaultDetail')
  return OperationErrors[0].Code
}

test('a report has a header, the columns’ names, its rows, and a footer', async () => {
  const lines = await linesOf({ ReportName: 'Mine' })
  expect(lines.slice(0, 2)).toEqual(['\uFEFF"Report Name: Mine"', '"Report Time: 9/1/2025, 9/7/2025"'])
  expect(lines[9]).toBe('')
  expect(lines[10]).toBe(usual.Columns.map((name) => `"${name}"`).join(','))
  const end = lines.indexOf('', 11)
  expect(lines[8]).toBe(`"Rows: ${end - 11}"`)
  expect(lines[11]).toMatch(
    /^"2025-09-0\d","1801010010","Brand","\d+","\d+","\d+\.\d\d%","\d+\.\d\d","[\d,]+\.\d\d"$/,
  )
  expect(lines.slice(end + 1)).toEqual([expect.stringMatching(/^"@\d{4} Microsoft Corporation/), ''])
})

test('header, footer, and the columns’ names can be left out', async () => {
  const lines = await linesOf({ ...bare, ExcludeColumnHeaders: true })
  expect(lines[0]).toMatch(/^\uFEFF"2025-09-0\d"/)
  expect(lines.at(-1)).toBe('')
  expect(lines.at(-2)).toMatch(/^"2025/)
})

test('thousands have commas only in format version 1.0', async () => {
  const request = { ...usual, Columns: ['AccountName', 'Clicks', 'Revenue'], Aggregation: 'Summary' }
  const account = { ...request, ...bare, Type: 'AccountPerformanceReportRequest' }
  expect((await linesOf(account))[1]).toMatch(/,"\d{4,}\.\d\d"$/)
  expect((await linesOf({ ...account, FormatVersion: '1.0' }))[1]).toMatch(/,"[\d,]*\d,\d{3}\.\d\d"$/)
})

test('coarser rows are the sums of finer ones', async () => {
  const clicks = async (Aggregation: string, more: string[] = []) => {
    const period = Aggregation === 'Summary' ? [] : ['TimePeriod']
    const lines = await linesOf({
      ...bare,
      Aggregation,
      Columns: [...period, ...more, 'CampaignId', 'Clicks'],
    })
    const counts = lines.slice(1, -1).map((line) => Number(line.split('","').at(-1)!.slice(0, -1)))
    return [counts.length, counts.reduce((sum, count) => sum + count, 0)]
  }
  const [rows, sum] = await clicks('Summary')
  expect(rows).toBe(8)
  for (const finer of [
    await clicks('Daily'),
    await clicks('Hourly'),
    await clicks('Daily', ['DeviceType']),
  ]) {
    expect(finer[0]).toBeGreaterThan(rows!)
    expect(finer[1]).toBe(sum)
  }
})

test.each([
  ['Hourly', '2.0', /^"2025-09-01\|\d+"/],
  ['Hourly', '1.0', /^"9\/1\/2025 12:00:00 AM\|\d+"/],
  ['Weekly', '2.0', /^"2025-08-31"/],
  ['Monthly', '2.0', /^"2025-09-01"/],
  ['Yearly', '2.0', /^"2025"/],
])('%s periods are written as format version %s has them', async (Aggregation, FormatVersion, form) => {
  expect((await linesOf({ ...bare, Aggregation, FormatVersion }))[1]).toMatch(form)
})

test.each(['AccountPerformance', 'AdGroupPerformance', 'AdPerformance', 'KeywordPerformance'])(
  'the %s report has rows',
  async (type) => {
    const Columns = ['TimePeriod', 'AccountId', 'Impressions']
    expect((await linesOf({ ...bare, Columns, Type: `${type}ReportRequest` })).length).toBeGreaterThan(3)
  },
)

test('text with commas, quotes, and letters beyond ASCII is quoted', async () => {
  const lines = await linesOf(bare)
  expect(lines.some((line) => line.includes('"Zürich, ""spring"" people"'))).toBe(true)
})

test.each([
  [{ Type: 'Nothing' }, 2002],
  [{ ReportName: 'x'.repeat(201) }, 2006],
  [{ Columns: [] }, 2014],
  [{ Columns: ['Clicks', 'CampaignId', 'Clicks'] }, 2016],
  [{ Columns: ['CampaignId', 'ImpressionSharePercent'] }, 2017],
  [{ Columns: ['CampaignId', 'Clicks', 'DeviceOS', 'ImpressionSharePercent'] }, 2064],
  [{ Columns: ['TimePeriod', 'Clicks', 'ImpressionSharePercent'], Aggregation: 'Hourly' }, 2053],
  [{ Columns: ['CampaignId', 'Clicks', 'Nothing'] }, 201],
  [{ Aggregation: 'Summary' }, 2034],
  [{ Aggregation: 'DayOfWeek' }, 2007],
  [{ Time: null }, 2008],
  [{ Time: { ...week, PredefinedTime: 'Yesterday' } }, 2008],
  [{ Time: { ...week, CustomDateRangeStart: { Day: 31, Month: 2, Year: 2025 } } }, 2009],
  [{ Time: { ...week, CustomDateRangeEnd: null } }, 2010],
  [{ Time: { ...week, CustomDateRangeEnd: { Day: 1, Month: 1, Year: 2025 } } }, 2011],
  [{ Time: { ...week, ...future() } }, 2041],
  [{ Filter: { Status: 'Sleeping' } }, 2060],
  [{ Filter: { DeviceType: 'Watch' } }, 2060],
  [{ Filter: { Nothing: 'Active' } }, 2060],
  [{ Scope: {} }, 2026],
  [{ Scope: { AccountIds: ['180333001'] } }, 2003],
  [{ ReturnOnlyCompleteData: true, Time: { PredefinedTime: 'Today' } }, 2005],
])('%j is refused with %i', async (request, expected) => {
  expect(await code(request)).toBe(expected)
})

function future() {
  const date = { Day: 1, Month: 1, Year: new Date().getUTCFullYear() + 2 }
  return { CustomDateRangeStart: date, CustomDateRangeEnd: date }
}

test('complete data of yesterday may not be there yet', async () => {
  const request = { ReturnOnlyCompleteData: true, Time: { PredefinedTime: 'Yesterday' } }
  await control('content', { accountId: '180101001', incompleteDays: 1 })
  expect(await code(request)).toBe(2004)
  await control('content', { accountId: '180101001', incompleteDays: 0 })
  expect(await finish(request)).toContain('/_downloads/')
})

test.each([
  ['Campaign', { Status: 'Paused' }, ['CampaignId'], ['1801010011']],
  ['Campaign', { Status: 'Active,Paused', AccountStatus: 'Active' }, ['CampaignId'], 8],
  ['Campaign', { AccountStatus: 'Inactive' }, ['CampaignId'], null],
  ['AdGroup', { Status: 'Paused' }, ['AdGroupId'], 1],
  ['AdGroup', { CampaignStatus: 'Paused' }, ['CampaignId', 'AdGroupId'], 2],
  ['Ad', { AdStatus: 'Paused' }, ['AdId'], 1],
  ['Keyword', { KeywordStatus: 'Paused' }, ['KeywordId'], 1],
  ['Keyword', { BidMatchType: 'Exact' }, ['KeywordId'], 4],
  ['Keyword', { DeliveredMatchType: 'Exact', Language: 'English,German' }, ['KeywordId'], 4],
  ['Keyword', { Language: 'German' }, ['KeywordId'], null],
  ['Campaign', { AdDistribution: 'Search', Status: 'Paused' }, ['CampaignId'], ['1801010011']],
  ['Campaign', { AdDistribution: 'Audience' }, ['CampaignId'], null],
  ['Campaign', { DeviceType: 'NonSmartPhone' }, ['CampaignId'], null],
])('a %s report with the filter %j has only such rows', async (level, Filter, columns, expected) => {
  const accountId = '180101001'
  const changes = [
    { kind: 'Campaign', ordinal: 1, status: 'Paused' },
    { kind: 'AdGroup', ordinal: 0, status: 'Paused' },
    { kind: 'Ad', ordinal: 0, status: 'Paused' },
    { kind: 'Keyword', ordinal: 0, status: 'Paused' },
  ]
  await control('content', { accountId, sizes: { campaigns: 8, adGroups: 2, keywords: 3 }, changes })
  const url = await finish({
    ...bare,
    ...{ Type: `${level}PerformanceReportRequest`, Aggregation: 'Summary', Filter },
    Columns: [...columns, 'Impressions', 'Clicks'],
  })
  if (expected === null) return expect(url).toBeNull()
  const rows = unpack(await download(url))
    .split('\r\n')
    .slice(1, -1)
  const found = rows.map((row) => JSON.parse(`[${row}]`)[0])
  expect(Array.isArray(expected) ? found : found.length).toEqual(expected)
})

test('a report about some devices has the sums of those', async () => {
  const clicks = async (more: object, columns: readonly string[] = []) => {
    const request = { ...bare, Aggregation: 'Summary', Columns: [...columns, 'CampaignId', 'Clicks'] }
    const rows = (await linesOf({ ...request, ...more })).slice(1, -1)
    return rows.reduce((sum, row) => sum + Number(JSON.parse(`[${row}]`).at(-1)), 0)
  }
  const both = await clicks({ Filter: { DeviceType: 'Computer,SmartPhone' } })
  const computer = await clicks({ Filter: { DeviceType: 'Computer' } }, ['DeviceType'])
  const phone = await clicks({ Filter: { DeviceType: 'SmartPhone' } })
  expect(both).toBe(computer + phone)
  expect(both).toBeLessThan(await clicks({}))
})

test('a report without data succeeds without an address', async () => {
  expect(await finish({ Scope: { Campaigns: [{ AccountId: '180101001', CampaignId: '1' }] } })).toBeNull()
})

test('the sandbox has data of today, and of no other day', async () => {
  const options = { host: 'reporting', environment: 'sandbox' } as const
  const headers = { CustomerId: '650000101', CustomerAccountId: '680101001' }
  const address = async (PredefinedTime: string) => {
    const ReportRequest = { ...usual, Scope: { AccountIds: ['680101001'] }, Time: { PredefinedTime } }
    const path = '/Reporting/v13/GenerateReport'
    const { json } = await call(`${path}/Submit`, { ReportRequest }, { ...options, headers })
    for (;;) {
      const polled = (await call(`${path}/Poll`, json, { ...options, headers })).json.ReportRequestStatus
      if (polled.Status !== 'Pending') return polled.ReportDownloadUrl
    }
  }
  expect(await address('LastSevenDays')).toBeNull()
  expect(await address('Today')).toContain('/sandbox/reporting/_downloads/')
})

test('a user has only a set number of unfinished reports', async () => {
  await control('options', { maxPendingReports: 1 })
  const submitted = await submit({})
  expect(await code({})).toBe(207)
  while ((await poll(submitted)).Status === 'Pending');
  expect(await submit({})).toHaveProperty('ReportRequestId')
})

test('another user can’t poll, and an unknown or old request isn’t found', async () => {
  const submitted = await submit({})
  const headers = { CustomerId: '250000333', CustomerAccountId: '180333001' }
  const options = { host: 'reporting', person: 'grace', headers } as const
  const other = await call('/Reporting/v13/GenerateReport/Poll', submitted, options)
  expect([other.status, other.json.Errors[0].Code]).toEqual([403, 106])
  const unknown = await post('reporting', '/GenerateReport/Poll', { ReportRequestId: '1' })
  expect(unknown.json.OperationErrors[0].Code).toBe(2100)
  await control('clock', { forwardSeconds: 86_401 })
  const old = await post('reporting', '/GenerateReport/Poll', submitted)
  expect(old.json.OperationErrors[0].Code).toBe(2100)
})

test('an address lives five minutes, and a new poll has a new one', async () => {
  const submitted = await submit({})
  await poll(submitted)
  const first = (await until(submitted)).ReportDownloadUrl
  await control('clock', { forwardSeconds: 301 })
  expect((await fetch(first)).status).toBe(403)
  expect((await fetch((await poll(submitted)).ReportDownloadUrl)).status).toBe(200)
  expect((await fetch(`${origin}/production/reporting/_downloads/file?id=none`)).status).toBe(404)
})

async function until(submitted: object): Promise<Json> {
  for (;;) {
    const status = await poll(submitted)
    if (status.Status !== 'Pending') return status
  }
}

test.each(zipShapes.slice(0, 5))('a file in the shape %s can be unpacked', async (zip) => {
  await control('options', { zip })
  expect((await linesOf(bare)).length).toBeGreaterThan(10)
})

test.each([
  ['twoFiles', 'more than one'],
  ['wrongChecksum', 'checksum'],
  ['wrongSize', 'size'],
])('a file in the shape %s can’t', async (zip, why) => {
  await control('options', { zip })
  await expect(linesOf(bare)).rejects.toThrow(why)
})

test('the shapes differ where they say they do', async () => {
  const headerOf = async (zip: string) => {
    await control('options', { zip })
    const archive = await download(await finish(bare))
    return {
      flags: archive.readUInt16LE(6) & 9,
      method: archive.readUInt16LE(8),
      size: archive.readUInt32LE(22),
    }
  }
  expect(await headerOf('descriptor')).toEqual({ flags: 8, method: 8, size: 0 })
  expect(await headerOf('encrypted')).toMatchObject({ flags: 9 })
  expect(await headerOf('zip64')).toEqual({ flags: 0, method: 8, size: 0xffffffff })
  const stored = await headerOf('stored')
  expect(stored).toEqual({ flags: 0, method: 0, size: expect.any(Number) })
  expect((await headerOf('sizes')).size).toBe(stored.size)
})

const fault = (kind: string, more: object = {}) =>
  control('faults', { service: 'reporting', path: '/_downloads/file', kind, times: 1, ...more })

test('a download breaks off at any byte', async () => {
  const url = (await finish(bare))!
  for (const atByte of [0, 1, 200]) {
    await fault('cutFile', { atByte })
    await expect(fetch(url).then((response) => response.arrayBuffer())).rejects.toThrow()
  }
})

test('a download ends early, has a wrong byte, or has no length', async () => {
  const url = (await finish(bare))!
  const whole = await download(url)
  await fault('shortFile', { atByte: 100 })
  expect(await download(url)).toEqual(whole.subarray(0, 100))
  await fault('corruptFile', { atByte: 60 })
  const corrupt = await download(url)
  expect([corrupt[60], corrupt.length]).toEqual([whole[60]! ^ 0xff, whole.length])
  await fault('withoutLength')
  const response = await fetch(url)
  expect(response.headers.get('content-length')).toBeNull()
  expect(Buffer.from(await response.arrayBuffer())).toEqual(whole)
})

test('a download stalls, or goes through a redirect', async () => {
  const url = (await finish(bare))!
  await fault('stallFile', { atByte: 10 })
  const stalled = (await fetch(url)).body!.getReader()
  expect((await stalled.read()).value).toHaveLength(10)
  await stalled.cancel()
  await fault('redirect')
  expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
  await fault('redirect')
  expect((await fetch(url)).status).toBe(200)
})

test.each([
  ['pending', 'Pending'],
  ['failed', 'Error'],
  ['noData', 'Success'],
])('a poll can be %s', async (kind, Status) => {
  const submitted = await submit({})
  await control('faults', { service: 'reporting', path: '/GenerateReport/Poll', kind, times: 1 })
  expect(await poll(submitted)).toEqual({ Status, ReportDownloadUrl: null })
})

test('a refusal of the service itself can be injected', async () => {
  await control('faults', { path: '/GenerateReport/Submit', kind: 'operationFault', code: 2004, times: 1 })
  expect(await code({})).toBe(2004)
})
