import { afterEach, expect, test } from 'vitest'
import type { Json } from '../../local/advertising/caller.ts'
import { adTypes, campaignTypes } from '../../local/advertising/flags.ts'
import { readCsv } from '../../shared/downloads/csv.ts'
import { toArray } from '../unit/toArray.ts'
import { openAdvertising } from './openAdvertising.ts'
import { unpack } from './unpack.ts'

const { caller } = await openAdvertising()
const { call, control } = caller
const accountId = '180101001'
const ids = { CustomerId: '250000101', CustomerAccountId: accountId }

afterEach(async () => {
  await control('content', { accountId, sizes: { campaigns: 8, adGroups: 2, keywords: 3 } })
})

const post = async (host: 'campaign' | 'bulk', path: string, body: object): Promise<Json> =>
  (await call(`/${host === 'bulk' ? 'Bulk' : 'CampaignManagement'}/v13${path}`, body, { host, headers: ids }))
    .json

const campaignsOf = async (): Promise<Json[]> =>
  (
    await post('campaign', '/Campaigns/QueryByAccountId', {
      AccountId: accountId,
      CampaignType: campaignTypes.join(','),
    })
  ).Campaigns
const adGroupsOf = async (CampaignId: string, more: object = {}): Promise<Json[]> =>
  (await post('campaign', '/AdGroups/QueryByCampaignId', { CampaignId, ...more })).AdGroups
const adsOf = async (AdGroupId: string, AdTypes: readonly string[] = adTypes): Promise<Json[]> =>
  (await post('campaign', '/Ads/QueryByAdGroupId', { AdGroupId, AdTypes })).Ads
const keywordsOf = async (AdGroupId: string): Promise<Json[]> =>
  (await post('campaign', '/Keywords/QueryByAdGroupId', { AdGroupId })).Keywords

/** What the bulk file has of these types, as text. */
async function recordsOf(DownloadEntities: readonly string[]): Promise<string[]> {
  const body = { AccountIds: [accountId], FormatVersion: '6.0', DownloadEntities }
  const { DownloadRequestId } = await post('bulk', '/Campaigns/DownloadByAccountIds', body)
  for (;;) {
    const status = await post('bulk', '/BulkDownloadStatus/Query', { RequestId: DownloadRequestId })
    if (status.RequestStatus === 'InProgress') continue
    const file = await fetch(status.ResultFileUrl)
    const [columns = [], ...rows] = await toArray(readCsv([unpack(Buffer.from(await file.arrayBuffer()))]))
    const field = (row: readonly string[], column: string) => row[columns.indexOf(column)]
    return rows
      .slice(2)
      .map((row) => [field(row, 'Id'), field(row, 'Status'), field(row, 'Keyword')].join(' ').trim())
      .sort()
  }
}

const idAndStatus = ({ Id, Status, Text }: Json, hasText = false) =>
  [Id, Status, ...(hasText ? [Text] : [])].join(' ')

/** Everything in the account, read parent by parent. */
async function walk() {
  const adGroups = (await Promise.all((await campaignsOf()).map(({ Id }) => adGroupsOf(Id)))).flat()
  const ads = (await Promise.all(adGroups.map(({ Id }) => adsOf(Id)))).flat()
  const keywords = (await Promise.all(adGroups.map(({ Id }) => keywordsOf(Id)))).flat()
  return { adGroups, ads, keywords }
}

test('ad groups, ads, and keywords are those of the bulk file', async () => {
  await control('content', {
    accountId,
    changes: [
      { kind: 'Campaign', ordinal: 1, status: 'Deleted' },
      { kind: 'AdGroup', ordinal: 1, status: 'Deleted' },
      { kind: 'Ad', ordinal: 0, status: 'Paused' },
      { kind: 'Keyword', ordinal: 2, status: 'Deleted' },
    ],
  })
  const { adGroups, ads, keywords } = await walk()
  expect(adGroups.map((each) => idAndStatus(each)).sort()).toEqual(await recordsOf(['AdGroups']))
  expect(ads.map((each) => idAndStatus(each)).sort()).toEqual(await recordsOf(['Ads']))
  expect(keywords.map((each) => idAndStatus(each, true)).sort()).toEqual(await recordsOf(['Keywords']))
  expect([adGroups.length, keywords.length]).toEqual([11, 2])
  expect(new Set(ads.map(({ Type }) => Type))).toEqual(new Set(adTypes.filter((type) => type !== 'Image')))
})

test('an ad has the texts of its type, and only wanted types come back', async () => {
  const [{ Id: campaignId }] = (await campaignsOf()) as [Json]
  const [{ Id: adGroupId }] = (await adGroupsOf(campaignId)) as [Json]
  const ads = await adsOf(adGroupId, ['ResponsiveSearch', 'Text'])
  expect(ads.map(({ Type }) => Type)).toEqual(['ResponsiveSearch', 'Text'])
  expect(ads[0]).toMatchObject({
    Headlines: [{ Asset: { Type: 'TextAsset', Text: 'Contoso' }, PinnedField: 'Headline1' }, {}, {}],
    Descriptions: [{ Asset: { Text: 'Find new customers, "fast".' }, PinnedField: null }, {}],
    Path1: 'shoes',
    FinalUrls: ['https://example.com/shoes'],
  })
  expect(ads[1]).toMatchObject({ Title: 'Contoso quick setup', DisplayUrl: 'example.com' })
})

test('an ad group has additional fields only if they are asked for', async () => {
  const [{ Id: campaignId }] = (await campaignsOf()) as [Json]
  const [plain] = (await adGroupsOf(campaignId)) as [Json]
  expect(plain).not.toHaveProperty('CpmBid')
  const [more] = (await adGroupsOf(campaignId, { ReturnAdditionalFields: 'CpmBid,McpaBid' })) as [Json]
  expect(more).toMatchObject({ ...plain, CpmBid: null, McpaBid: null })
})

test.each([
  ['/AdGroups/QueryByCampaignId', { CampaignId: '1' }, 1100],
  ['/AdGroups/QueryByCampaignId', { CampaignId: '1801010010', ReturnAdditionalFields: 'Nothing' }, 201],
  ['/Ads/QueryByAdGroupId', { AdGroupId: '1', AdTypes: ['Text'] }, 1201],
  ['/Ads/QueryByAdGroupId', { AdGroupId: '1', AdTypes: [] }, 201],
  ['/Ads/QueryByAdGroupId', { AdGroupId: '1', AdTypes: ['Nothing'] }, 201],
  ['/Keywords/QueryByAdGroupId', { AdGroupId: '1' }, 1201],
  ['/Keywords/QueryByAdGroupId', {}, 1201],
])('%s with %j is refused with %i', async (path, body, expected) => {
  expect((await post('campaign', path, body)).OperationErrors[0].Code).toBe(expected)
})

test('nothing is below a deleted campaign or ad group', async () => {
  const [{ Id: campaignId }] = (await campaignsOf()) as [Json]
  const [{ Id: adGroupId }] = (await adGroupsOf(campaignId)) as [Json]
  await control('content', { accountId, changes: [{ kind: 'Campaign', ordinal: 0, status: 'Deleted' }] })
  const adGroups = await post('campaign', '/AdGroups/QueryByCampaignId', { CampaignId: campaignId })
  expect(adGroups.OperationErrors[0].Code).toBe(1100)
  const keywords = await post('campaign', '/Keywords/QueryByAdGroupId', { AdGroupId: adGroupId })
  expect(keywords.OperationErrors[0].Code).toBe(1201)
})
