import assert from 'node:assert/strict'
import { returnUrl, signIn, tenant, waitAsTold } from '../environment.ts'
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
} from './generated/broker'

const unknown = await vendToken(tenant)
assert.ok(unknown.status === 404 && unknown.data.code === 'tenant_not_found')

const session = await createConnectSession(tenant, { environment: 'production', returnUrl })
if (session.status !== 201) throw new Error(session.data.code)
await signIn(session.data.connectUrl)

const vend = await vendToken(tenant, { minValidity: 600 })
if (vend.status !== 200) throw new Error(`${vend.data.code}: ${vend.data.resolution}`)
const { accessToken, accountId, expiresAt, expiresIn, headers } = vend.data
assert.equal(headers.Authorization, `Bearer ${accessToken}`)
assert.ok(expiresIn >= 600 && new Date(expiresAt) > new Date())

const refused = await vendToken(tenant, { minValidity: 9999 })
assert.ok(refused.status === 400 && refused.data.code === 'invalid_request')
assert.equal(refused.data.errors?.[0]?.field, 'minValidity')

const search = { AccountId: accountId, CampaignType: 'Search' }
const campaigns = await callAdvertising(tenant, 'campaignManagement', 'Campaigns/QueryByAccountId', search)
assert.match(JSON.stringify(campaigns.data), /"Name":"Brand"/)

const report = { type: 'CampaignPerformance', columns: ['CampaignId', 'Clicks'], period: 'LastSevenDays' }
const started = await startDownload(tenant, { report })
if (started.status !== 202) throw new Error(started.data.code)
const readDownload = () => getDownload(tenant, started.data.handle)
let download = await readDownload()
for (; download.status === 202; download = await readDownload()) await waitAsTold(download)
assert.ok('stream' in download)
assert.match(
  await download.stream.text(),
  /^\{"CampaignId":"\d+","Clicks":\d+\}\n(.+\n)*\{"_end":\{"rows":\d+\}\}\n$/,
)

const diagnosis = await diagnose(tenant)
assert.ok(diagnosis.status === 200 && diagnosis.data.verdict === 'all_well')

const accounts = await listAccounts(tenant, { usable: true })
assert.ok(accounts.status === 200 && accounts.data.accounts[0]?.accountId === accountId)
const choice = await chooseAccounts(tenant, { all: true })
assert.ok(choice.status === 200 && choice.data.defaultAccountId === accountId)

const events = await listTenantEvents(tenant)
assert.ok(events.status === 200)
const connected = events.data.events.find(({ type }) => type === 'tenant.connected')
assert.equal(connected?.data?.identityProvider, 'microsoft')
