import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import { brokerToken, brokerUrl, returnUrl, signIn, tenant, waitAsTold } from '../environment.ts'
import type { components, paths } from './generated/contract.d.ts'

const broker = createClient<paths>({
  baseUrl: brokerUrl,
  headers: { Authorization: `Bearer ${brokerToken}` },
})
const path = { tenant }

/** The answer's data, or an exception with the problem's code. */
function orThrow<T>({ data, error }: { data?: T; error?: components['schemas']['Problem'] }): T {
  if (data === undefined) throw new Error(error ? `${error.code}: ${error.resolution}` : 'no answer')
  return data
}

const unknown = await broker.GET('/v1/tenants/{tenant}/token', { params: { path } })
assert.equal(unknown.error?.code, 'tenant_not_found')

const session = orThrow(
  await broker.POST('/v1/tenants/{tenant}/connect-sessions', {
    params: { path },
    body: { environment: 'production', returnUrl },
  }),
)
await signIn(session.connectUrl)

const vend = orThrow(
  await broker.GET('/v1/tenants/{tenant}/token', { params: { path, query: { minValidity: 600 } } }),
)
assert.equal(vend.headers.Authorization, `Bearer ${vend.accessToken}`)
assert.ok(vend.expiresIn >= 600 && new Date(vend.expiresAt) > new Date())

const refused = await broker.GET('/v1/tenants/{tenant}/token', {
  params: { path, query: { minValidity: 9999 } },
})
assert.equal(refused.error?.code, 'invalid_request')
assert.equal(refused.error.errors?.[0]?.field, 'minValidity')

const campaigns = await broker.POST('/v1/tenants/{tenant}/ads/{service}/{path}', {
  params: { path: { tenant, service: 'campaignManagement', path: 'Campaigns/QueryByAccountId' } },
  body: { AccountId: vend.accountId, CampaignType: 'Search' },
})
assert.match(JSON.stringify(campaigns.data), /"Name":"Brand"/)

const report = { type: 'CampaignPerformance', columns: ['CampaignId', 'Clicks'], period: 'LastSevenDays' }
const { handle } = orThrow(
  await broker.POST('/v1/tenants/{tenant}/downloads', { params: { path }, body: { report } }),
)
const getDownload = () =>
  broker.GET('/v1/tenants/{tenant}/downloads/{handle}', {
    params: { path: { tenant, handle } },
    parseAs: 'text',
  })
let download = await getDownload()
for (; download.response.status === 202; download = await getDownload()) await waitAsTold(download.response)
assert.match(
  String(orThrow(download)),
  /^\{"CampaignId":"\d+","Clicks":\d+\}\n(.+\n)*\{"_end":\{"rows":\d+\}\}\n$/,
)

const diagnosis = orThrow(await broker.POST('/v1/tenants/{tenant}/diagnosis', { params: { path } }))
assert.equal(diagnosis.verdict, 'all_well')

const accounts = orThrow(
  await broker.GET('/v1/tenants/{tenant}/accounts', { params: { path, query: { usable: true } } }),
)
assert.equal(accounts.accounts[0]?.accountId, vend.accountId)

const events = orThrow(await broker.GET('/v1/tenants/{tenant}/events', { params: { path } }))
const connected = events.events.find(({ type }) => type === 'tenant.connected')
assert.equal(connected?.data?.identityProvider, 'microsoft')
