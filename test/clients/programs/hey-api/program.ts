import assert from 'node:assert/strict'
import { brokerToken, brokerUrl, returnUrl, signIn, tenant, waitAsTold } from '../environment.ts'
import {
  callAdvertising,
  chooseAccounts,
  createConnectSession,
  diagnose,
  getDownload,
  listAccounts,
  listTenantEvents,
  startDownload,
  vendToken,
} from './generated'
import { client } from './generated/client.gen'

client.setConfig({ baseUrl: brokerUrl, auth: () => brokerToken })
const path = { tenant }

const unknown = await vendToken({ path })
assert.equal(unknown.error?.code, 'tenant_not_found')

const session = await createConnectSession({ path, body: { environment: 'production', returnUrl } })
if (!session.data) throw new Error(session.error.code)
await signIn(session.data.connectUrl)

const vend = await vendToken({ path, query: { minValidity: 600 } })
if (!vend.data) throw new Error(`${vend.error.code}: ${vend.error.resolution}`)
const { accessToken, accountId, expiresAt, expiresIn, headers } = vend.data
assert.equal(headers.Authorization, `Bearer ${accessToken}`)
assert.ok(expiresIn >= 600 && new Date(expiresAt) > new Date())

const refused = await vendToken({ path, query: { minValidity: 9999 } })
assert.equal(refused.error?.code, 'invalid_request')
assert.equal(refused.error.errors?.[0]?.field, 'minValidity')

const campaigns = await callAdvertising({
  path: { tenant, service: 'campaignManagement', path: 'Campaigns/QueryByAccountId' },
  body: { AccountId: accountId, CampaignType: 'Search' },
})
assert.match(JSON.stringify(campaigns.data), /"Name":"Brand"/)

const report = { type: 'CampaignPerformance', columns: ['CampaignId', 'Clicks'], period: 'LastSevenDays' }
const { handle } = (await startDownload({ path, body: { report }, throwOnError: true })).data
const readDownload = () => getDownload({ path: { tenant, handle }, parseAs: 'text', throwOnError: true })
let download = await readDownload()
for (; download.response.status === 202; download = await readDownload()) await waitAsTold(download.response)
assert.match(
  String(download.data),
  /^\{"CampaignId":"\d+","Clicks":\d+\}\n(.+\n)*\{"_end":\{"rows":\d+\}\}\n$/,
)

const diagnosis = await diagnose({ path, throwOnError: true })
assert.equal(diagnosis.data.verdict, 'all_well')

const accounts = await listAccounts({ path, query: { usable: true }, throwOnError: true })
assert.equal(accounts.data.accounts[0]?.accountId, accountId)
const choice = await chooseAccounts({ path, body: { all: true }, throwOnError: true })
assert.equal(choice.data.defaultAccountId, accountId)

const events = await listTenantEvents({ path, throwOnError: true })
const connected = events.data.events.find(({ type }) => type === 'tenant.connected')
assert.equal(connected?.data?.identityProvider, 'microsoft')
