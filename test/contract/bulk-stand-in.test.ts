import { gunzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { bulkColumns, downloadEntities } from '../../local/advertising/bulk/columns.ts'
import type { Json } from '../../local/advertising/caller.ts'
import { openAdvertising } from './openAdvertising.ts'
import { unpack } from './unpack.ts'

const { caller } = await openAdvertising()
const { call, control } = caller
const accountId = '180101001'
const ids = { CustomerId: '250000101', CustomerAccountId: accountId }
const everything = {
  AccountIds: [accountId],
  FormatVersion: '6.0',
  DownloadEntities: Object.keys(downloadEntities),
}

afterEach(async () => {
  await control('options', { maxBulkDownloads: 100 })
})

const post = async (path: string, body: object): Promise<Json> =>
  (await call(`/Bulk/v13${path}`, body, { host: 'bulk', headers: ids })).json

const request = (more: object = {}) => post('/Campaigns/DownloadByAccountIds', { ...everything, ...more })
const query = ({ DownloadRequestId }: Json) =>
  post('/BulkDownloadStatus/Query', { RequestId: DownloadRequestId })

async function finish(more: object = {}): Promise<Json> {
  const requested = await request(more)
  for (;;) {
    const status = await query(requested)
    if (status.RequestStatus !== 'InProgress') return status
  }
}

async function textOf(more: object = {}): Promise<string> {
  const { ResultFileUrl } = await finish(more)
  return unpack(Buffer.from(await (await fetch(ResultFileUrl)).arrayBuffer()))
}

/** The type and the status of each record that has an id, without those of the account's library. */
async function recordsOf(more: object = {}): Promise<string[]> {
  const lines = (await textOf(more)).split('\r\n').slice(3, -1)
  return lines.map((line) => line.split(',', 2).join(' '))
}

async function code(more: object): Promise<unknown> {
  const { OperationErrors, Errors } = await request(more)
  return (OperationErrors ?? Errors)[0].Code
}

test('a full download has the format version, the account with its sync time, and every type', async () => {
  const lines = (await textOf()).split('\r\n')
  expect(lines[0]).toBe(`\uFEFF${bulkColumns.join(',')}`)
  expect(lines[1]).toMatch(/^Format Version,.*,6\.0,/)
  expect(lines[2]).toMatch(/^Account,,180101001,250000101,.*,\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d,/)
  const types = new Set(lines.slice(3, -1).map((line) => line.split(',')[0]))
  expect([...types].sort()).toEqual([...new Set(Object.values(downloadEntities).flat())].sort())
  expect(lines.find((line) => line.startsWith('Campaign,'))).toContain(',1801010010,180101001,')
})

test('only what was asked for is in the file, as TSV and GZip if wanted', async () => {
  const more = { DownloadEntities: ['Campaigns'], CompressionType: 'GZip', DownloadFileType: 'Tsv' }
  const { ResultFileUrl } = await finish(more)
  const lines = gunzipSync(Buffer.from(await (await fetch(ResultFileUrl)).arrayBuffer()))
    .toString()
    .split('\r\n')
  const types = lines.slice(1, -1).map((line) => line.split('\t')[0])
  expect(new Set(types)).toEqual(new Set(['Format Version', 'Account', 'Campaign']))
})

test('keywords have scores only if they are asked for', async () => {
  const scored = async (DataScope: string) => {
    const lines = (await textOf({ DownloadEntities: ['Keywords'], DataScope })).split('\r\n')
    return lines[3]!.split(',').slice(-4).join(',')
  }
  expect(await scored('EntityData')).toBe(',,,')
  expect(await scored('EntityData,QualityScoreData')).toBe('1,3,,')
})

test('a delta has what changed, with deletions, and nothing below a deleted parent', async () => {
  const before = new Date()
  await control('clock', { forwardSeconds: 2 })
  const changes = [
    { kind: 'Campaign', ordinal: 1, status: 'Deleted' },
    { kind: 'Keyword', ordinal: 0, status: 'Paused' },
    { kind: 'Keyword', ordinal: 1, status: 'Deleted' },
    { kind: 'Keyword', ordinal: 7, status: 'Paused' },
    { kind: 'AdGroup', ordinal: 1, status: 'Active' },
    { kind: 'Ad', ordinal: 0, status: 'Deleted' },
    { kind: 'AdGroup', ordinal: 4, status: 'Deleted' },
    { kind: 'Ad', ordinal: 16, status: 'Paused' },
  ]
  await control('content', { accountId, changes })
  const LastSyncTimeInUTC = before.toISOString().slice(0, -1)
  expect(await recordsOf({ LastSyncTimeInUTC })).toEqual([
    'Responsive Search Ad Deleted',
    'Keyword Paused',
    'Keyword Deleted',
    'Ad Group Active',
    'Ad Group Age Criterion Active',
    'Ad Group Radius Criterion Active',
    'Ad Group Remarketing List Association Active',
    'Campaign Deleted',
    'Ad Group Deleted',
  ])
  const query = '/CampaignManagement/v13/Campaigns/QueryByAccountId'
  const campaigns = await call(query, { AccountId: accountId }, { host: 'campaign', headers: ids })
  expect(campaigns.json.Campaigns).toMatchObject([{ Id: '1801010010' }])
  expect((await recordsOf()).filter((record) => record.endsWith('Deleted'))).toEqual([])
  await control('clock', { forwardSeconds: 2 })
  await control('content', { accountId, migrate: true })
  expect(await finish({ LastSyncTimeInUTC })).toMatchObject({ RequestStatus: 'FailedFullSyncRequired' })
})

test.each([
  [{ FormatVersion: null }, 3219],
  [{ FormatVersion: '5.0' }, 3217],
  [{ DownloadEntities: [] }, 3210],
  [{ DownloadEntities: ['Nothing'] }, 3211],
  [{ DataScope: 'Nothing' }, 3228],
  [{ DataScope: 'QualityScoreData', LastSyncTimeInUTC: '2026-01-01T00:00:00' }, 3228],
  [{ LastSyncTimeInUTC: '2020-01-01T00:00:00' }, 3209],
  [{ LastSyncTimeInUTC: '2999-01-01T00:00:00' }, 3208],
  [{ LastSyncTimeInUTC: 'yesterday' }, 113],
  [{ AccountIds: [accountId, accountId] }, 201],
  [{ AccountIds: ['180333001'] }, 106],
])('%j is refused with %i', async (more, expected) => {
  expect(await code(more)).toBe(expected)
})

test('an account has only a set number of downloads in a quarter of an hour', async () => {
  await control('options', { maxBulkDownloads: 0 })
  expect(await code({})).toBe(4204)
  await control('options', { maxBulkDownloads: 1 })
  await control('clock', { forwardSeconds: 901 })
  expect(await request()).toHaveProperty('DownloadRequestId')
  expect(await code({})).toBe(4204)
})

test('an account of more than four million keywords names its campaigns instead', async () => {
  await control('content', { accountId, keywords: 4_000_001 })
  const { OperationErrors } = await request()
  expect(OperationErrors[0].Code).toBe(3207)
  expect(OperationErrors[0].Details).toMatch(/^1801010010,1801010011,/)
  await control('content', { accountId, keywords: 100_000 })
  const lines = (await textOf({ DownloadEntities: ['Keywords'] })).split('\r\n')
  expect(lines.filter((line) => line.startsWith('Keyword,'))).toHaveLength(100_000)
})

test('some campaigns come with what is in them, of the same account', async () => {
  const campaigns = (ParentAccountId: string, ...ids: readonly string[]) => ({
    ...{ FormatVersion: '6.0', DownloadEntities: ['Campaigns', 'Keywords'] },
    Campaigns: ids.map((CampaignId) => ({ CampaignId, ParentAccountId })),
  })
  await control('content', { accountId, sizes: { campaigns: 3, adGroups: 1, keywords: 2 } })
  const path = '/Campaigns/DownloadByCampaignIds'
  const requested = await post(path, campaigns(accountId, '1801010011', '1801010012'))
  for (let status = await query(requested); ; status = await query(requested)) {
    if (status.RequestStatus === 'InProgress') continue
    const text = unpack(Buffer.from(await (await fetch(status.ResultFileUrl)).arrayBuffer()))
    const records = text
      .split('\r\n')
      .slice(3, -1)
      .map((line) => line.split(',')[0])
    expect(records).toEqual(['Campaign', 'Keyword', 'Keyword', 'Campaign'])
    break
  }
  const other = campaigns('180333001', '1')
  expect((await post(path, other)).Errors[0].Code).toBe(106)
  const both = { ...other, Campaigns: [...other.Campaigns, ...campaigns(accountId, '1').Campaigns] }
  expect((await post(path, both)).OperationErrors[0].Code).toBe(201)
  const many = campaigns(accountId, ...Array.from({ length: 1001 }, (_, index) => String(index)))
  expect((await post(path, many)).OperationErrors[0].Code).toBe(201)
})

test('progress is told, and a request lives two days', async () => {
  await control('options', { pendingPolls: 2 })
  const requested = await request({ DownloadEntities: ['Campaigns'] })
  const first = { RequestStatus: 'InProgress', PercentComplete: 33, ResultFileUrl: null }
  expect(await query(requested)).toMatchObject(first)
  expect(await query(requested)).toMatchObject({ ...first, PercentComplete: 66 })
  await control('clock', { forwardSeconds: 2 * 86_400 + 1 })
  const { OperationErrors } = await query(requested)
  expect(OperationErrors[0].Code).toBe(4201)
})

test('another user can’t query a download', async () => {
  const { DownloadRequestId } = await request()
  const headers = { CustomerId: '250000333', CustomerAccountId: '180333001' }
  const options = { host: 'bulk', person: 'grace', headers } as const
  const { status } = await call(
    '/Bulk/v13/BulkDownloadStatus/Query',
    { RequestId: DownloadRequestId },
    options,
  )
  expect(status).toBe(403)
})

test.each([
  ['pending', 'InProgress'],
  ['failed', 'Failed'],
  ['failedFullSyncRequired', 'FailedFullSyncRequired'],
])('a query can be %s', async (kind, RequestStatus) => {
  const requested = await request()
  await control('faults', { service: 'bulk', path: '/BulkDownloadStatus/Query', kind, times: 1 })
  expect(await query(requested)).toMatchObject({ RequestStatus, ResultFileUrl: null })
})
