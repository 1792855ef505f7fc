import { describe, expect, test } from 'vitest'
import { type Answer, findPerson, type Json } from '../../local/advertising/caller.ts'
import { faults } from '../../local/advertising/faults.ts'
import { accountIdBeyondSafeInteger, agency } from '../../local/advertising/seeds.ts'
import {
  audiences,
  createGoogleTokenVerifier,
  createMicrosoftTokenVerifier,
} from '../../local/advertising/verifiers.ts'
import { createLargeWorld } from '../../local/advertising/world.ts'
import { serve } from '../../local/service.ts'
import { openAdvertising } from './openAdvertising.ts'

const management = '/CustomerManagement/v13'
const { caller, origin, signer } = await openAdvertising()
const { control, manage, query, search } = caller
const adaHeaders = { CustomerId: '250000101', CustomerAccountId: '180101001' }

describe('the credentials', () => {
  test.each([
    ['no Authorization header', { Authorization: '' }, 400, 116, null],
    ['another scheme than Bearer', { Authorization: 'Basic YTpi' }, 400, 116, null],
    ['no developer token', { DeveloperToken: '' }, 400, 116, null],
    ["the sandbox's developer token", { DeveloperToken: 'BBD37VB98' }, 401, 105, null],
    ['an invalid access token', { Authorization: 'Bearer nonsense' }, 401, 105, null],
    ['a Microsoft token called Google’s', { IdentityProvider: 'Google' }, 401, 105, null],
  ])('%s is refused', async (_what, headers, status, code, detail) => {
    expectFault(await manage('/User/Query', {}, { headers }), status, code, detail)
  })

  test.each([
    ['expired', { expiresInSeconds: -10 }, 109],
    ['of the other environment', { audience: audiences.sandbox }, 105],
    ['with the retired scope', { scope: 'ads.manage' }, 105],
  ] as const)('an access token %s is refused', async (_what, token, code) => {
    const headers = { Authorization: `Bearer ${await signer.sign('ada', token)}` }
    expectFault(await manage('/User/Query', {}, { headers }), 401, code)
  })

  test.each([
    ['niklaus', 401, 105, null],
    ['barbara', 403, 126, 'WorkAccountIsRequired'],
  ])('%s learns why Advertising refuses the sign-in', async (person, status, code, detail) => {
    expectFault(await manage('/User/Query', {}, { person }), status, code, detail)
  })

  test('a Google user needs the IdentityProvider header', async () => {
    const google = { Authorization: 'Bearer google-tony' }
    expectFault(await manage('/User/Query', {}, { headers: google }), 401, 105)
    const headers = { ...google, IdentityProvider: 'Google' }
    const { json } = await manage('/User/Query', {}, { headers })
    expect(json.User.UserName).toBe('tony@gmail.example')
  })

  test('tokens issued before an expiry get 109 and later ones work', async () => {
    const old = { Authorization: `Bearer ${await signer.sign('ada')}` }
    expect((await manage('/User/Query', {}, { headers: old })).status).toBe(200)
    await control('expire-tokens', { objectId: findPerson('ada').objectId })
    expectFault(await manage('/User/Query', {}, { headers: old }), 401, 109)
    expect((await manage('/User/Query', {})).status).toBe(200)
  })

  test('the verifiers read keys and token facts from the sign-ins’ own addresses', async () => {
    const signIn = await serve(answerLikeSignIn, { name: 'sign-in', port: 0 })
    const microsoft = createMicrosoftTokenVerifier(signIn.origin)
    const google = createGoogleTokenVerifier(signIn.origin)
    const token = await signer.sign('ada')
    expect(await microsoft(token, 'production')).toMatchObject({ objectId: findPerson('ada').objectId })
    expect(await google('good', 'production')).toEqual({ ok: true, objectId: '42', issuedAt: null })
    expect(await google('bad', 'production')).toEqual({ ok: false, reason: 'invalid' })
    await signIn.stop()
    await expect(createMicrosoftTokenVerifier(signIn.origin)(token, 'production')).rejects.toThrow()
  })
})

describe('Customer Management', () => {
  test('the agency can reach an account of another owner through its own customer', async () => {
    const { User, CustomerRoles } = await query('grace', '/User/Query', { UserId: null })
    expect(User.CustomerId).toBe(String(agency.customerId))
    const role = { RoleId: 41, CustomerId: User.CustomerId, AccountIds: null, CustomerLinkPermission: null }
    expect(CustomerRoles[0]).toEqual({ ...role, LinkedAccountIds: [String(agency.linkedAccountId)] })
    const accounts = await search('grace', 'UserId', User.Id)
    expect(accounts).toHaveLength(6)
    const linked = accounts.find(({ Id }) => Id === String(agency.linkedAccountId))
    expect(linked.ParentCustomerId).toBe(String(agency.ownerCustomerId))
    expect(linked.LinkedAgencies).toEqual([{ Id: String(agency.customerId), Name: 'Contoso Media' }])
    const statuses = new Set(accounts.map(({ AccountLifeCycleStatus }) => AccountLifeCycleStatus))
    expect(statuses).toEqual(new Set(['Active', 'Pause', 'Suspended', 'Inactive']))
  })

  test('multi-user credentials get all roles for the original user and one for another', async () => {
    const { User, CustomerRoles } = await query('edsger', '/User/Query', {})
    expect(CustomerRoles.map(({ RoleId }: Json) => RoleId)).toEqual([41, 16, 100, 203])
    const second = String(BigInt(CustomerRoles[1].CustomerId) + 50_000_000n)
    expect((await query('edsger', '/User/Query', { UserId: second })).CustomerRoles).toEqual([
      CustomerRoles[1],
    ])
    expect(await search('edsger', 'UserId', User.Id)).toHaveLength(6)
    expect(await search('edsger', 'UserId', second)).toHaveLength(1)
    expectFault(await manage('/User/Query', { UserId: '1' }), 403, 106)
  })

  test('one of radia’s accounts is suspended, and ada has one account in each environment', async () => {
    const { AccountsInfo } = await query('radia', '/AccountsInfo/Query', {})
    expect(AccountsInfo).toMatchObject([
      { AccountLifeCycleStatus: 'Suspended', PauseReason: null },
      { AccountLifeCycleStatus: 'Active' },
    ])
    const sandbox = await manage('/AccountsInfo/Query', {}, { environment: 'sandbox' })
    expect(sandbox.json.AccountsInfo).toHaveLength(1)
    const options = { environment: 'sandbox', person: 'grace' } as const
    expectFault(await manage('/User/Query', {}, options), 401, 105, null)
  })

  test.each([
    ['UserId', 'Equals', '300000333', undefined, 6],
    ['CustomerId', 'Equals', '250000222', undefined, 3],
    ['AccountId', 'In', '180333001,180444111,180501001', undefined, 2],
    ['AccountNumber', 'Contains', 'c0333', undefined, 2],
    ['AccountName', 'Equals', 'Harbour North', undefined, 1],
    ['UserId', 'Equals', '300000333', 'Active', 3],
    ['UserId', 'Equals', '300000333', 'Pause', 1],
  ])('a search by %s %s %s and status %s finds %i', async (field, operator, value, status, count) => {
    expect(await search('grace', field, value, { operator, status })).toHaveLength(count)
  })

  test.each([
    ['no predicate', { Predicates: [] }, 474],
    ['three predicates', { Predicates: Array(3).fill(by('AccountName', 'abcd')) }, 201],
    ['an unknown flag', { ReturnAdditionalFields: 'AccountMode,Color' }, 201],
    ['flags with a space, as in SOAP', { ReturnAdditionalFields: 'AccountMode TaxCertificate' }, 201],
    ['a status alone', { Predicates: [by('AccountLifeCycleStatus', 'Active')] }, 201],
    ['an unsupported operator', { Predicates: [{ ...by('UserId', '1'), Operator: 'In' }] }, 201],
    ['an unknown field', { Predicates: [by('Colour', 'blue')] }, 201],
    ['a page above 1000', { PageInfo: { Index: 0, Size: 1001 } }, 201],
    ['no PageInfo', { PageInfo: null }, 201],
  ])('a search with %s is an ApiFault', async (_what, body, code) => {
    const request = { Predicates: [by('UserId', '300000333')], PageInfo: { Index: 0, Size: 10 }, ...body }
    const { status, json } = await manage('/Accounts/Search', request, { person: 'grace' })
    expect([status, json.Type]).toEqual([400, 'ApiFault'])
    expect(json.OperationErrors).toEqual([{ Code: code, Details: null, Message: expect.any(String) }])
  })

  test('a search takes a second predicate, and flags with commas between them', async () => {
    const request = {
      Predicates: [by('UserId', '300000333'), by('AccountName', 'Harbour North')],
      PageInfo: { Index: 0, Size: 10 },
      ReturnAdditionalFields: 'AccountMode,TaxCertificate',
    }
    const { Accounts } = await query('grace', '/Accounts/Search', request)
    expect(Accounts).toMatchObject([{ Number: 'C0222001', AccountMode: 'Expert' }])
  })

  test('a page without Size is empty, and pages follow the ordering', async () => {
    const page = async (PageInfo: object, Order: string) => {
      const options = { PageInfo, Ordering: [{ Field: 'Name', Order }] }
      return (await search('grace', 'UserId', '300000333', options)).map(({ Name }) => Name)
    }
    expect(await page({ Index: 0 }, 'Ascending')).toEqual([])
    expect(await page({ Index: 0, Size: 2 }, 'Ascending')).toEqual(['Contoso Brand', 'Contoso Outlet'])
    expect(await page({ Index: 2, Size: 2 }, 'Descending')).toEqual(['Contoso Outlet', 'Contoso Brand'])
    expect(await page({ Index: 3, Size: 2 }, 'Descending')).toEqual([])
  })

  test('thousands of accounts arrive page by page, and can be removed again', async () => {
    const { objectId } = findPerson('radia')
    const { accountIds } = await control('accounts', { environment: 'production', objectId, count: 2500 })
    const size = async (Index: number) =>
      (await search('radia', 'UserId', '300000105', { PageInfo: { Index, Size: 1000 } })).length
    expect([await size(0), await size(1), await size(2), await size(3)]).toEqual([1000, 1000, 502, 0])
    await control('accounts/remove', { environment: 'production', accountIds })
    expect(await size(0)).toBe(2)
    expect(createLargeWorld(3000, objectId).production.accounts.size).toBeGreaterThan(3000)
  })

  test('the hierarchy arrives one level at a time, with the linked account under the agency', async () => {
    const customer = { CustomerId: String(agency.customerId), OnlyParentAccounts: false }
    const path = '/LinkedAccountsAndCustomersInfo/Query'
    const { AccountsInfo, CustomersInfo } = await query('grace', path, customer)
    expect(AccountsInfo.map(({ Id }: Json) => Id)).toContain(String(agency.linkedAccountId))
    expect(CustomersInfo).toEqual([{ Id: String(agency.childCustomerId), Name: 'Harbour Hotels' }])
    const parents = await query('grace', '/AccountsInfo/Query', { ...customer, OnlyParentAccounts: true })
    expect(parents.AccountsInfo).toHaveLength(2)
    const owner = { CustomerId: String(agency.ownerCustomerId) }
    expectFault(await manage(path, owner, { person: 'grace' }), 403, 106)
  })

  test('accounts and customers can be read one by one, found by name, but not by strangers', async () => {
    const account = { AccountId: String(agency.linkedAccountId), ReturnAdditionalFields: 'AccountMode' }
    expect((await query('grace', '/Account/Query', account)).Account.AccountMode).toBe('Expert')
    expectFault(await manage('/Account/Query', account), 403, 106)
    const customer = { CustomerId: String(agency.customerId) }
    expect((await query('grace', '/Customer/Query', customer)).Customer.Name).toBe('Contoso Media')
    expectFault(await manage('/Customer/Query', customer), 403, 106)
    const info = await query('grace', '/CustomersInfo/Query', { CustomerNameFilter: 'harb', TopN: 10 })
    expect(info.CustomersInfo).toEqual([{ Id: String(agency.childCustomerId), Name: 'Harbour Hotels' }])
    const request = { Predicates: [by('AccountNumber', 'C0444111')], PageInfo: { Index: 0, Size: 10 } }
    const { Customers } = await query('grace', '/Customers/Search', request)
    expect(Customers).toMatchObject([{ Id: customer.CustomerId }])
  })

  test('ids are strings, or optionally numbers that are exact beyond 2^53, and both forms are accepted', async () => {
    const body = `{"AccountId":${accountIdBeyondSafeInteger}}`
    const raw = async () => (await manage('/Account/Query', body, { person: 'edsger' })).text
    expect(await raw()).toContain(`"Id":"${accountIdBeyondSafeInteger}"`)
    await control('options', { numericIds: true })
    expect(await raw()).toContain(`"Id":${accountIdBeyondSafeInteger},`)
    await control('options', { numericIds: false })
  })

  test('a changed account shows its new status and reason', async () => {
    const change = { environment: 'sandbox', accountId: '680101001', status: 'Pause', pauseReason: 2 }
    await control('accounts/update', change)
    const { json } = await manage('/AccountsInfo/Query', {}, { environment: 'sandbox' })
    expect(json.AccountsInfo).toMatchObject([{ AccountLifeCycleStatus: 'Pause', PauseReason: 2 }])
    await control('accounts/update', { ...change, status: 'Active', pauseReason: null })
  })
})

describe('the other services', () => {
  const campaigns = (headers: Record<string, string>) => {
    const body = { AccountId: headers.CustomerAccountId ?? null }
    const options = { host: 'campaign', person: 'grace', headers } as const
    return caller.call('/CampaignManagement/v13/Campaigns/QueryByAccountId', body, options)
  }

  test('a linked account is accessible through the agency’s customer, not through its owner’s', async () => {
    const [CustomerId, CustomerAccountId] = [String(agency.customerId), String(agency.linkedAccountId)]
    expect((await campaigns({ CustomerId, CustomerAccountId })).json.Campaigns).toHaveLength(2)
    expectFault(await campaigns({ CustomerId: String(agency.ownerCustomerId), CustomerAccountId }), 403, 106)
    expectFault(await campaigns({ CustomerId, CustomerAccountId: '180101001' }), 403, 106)
    expectFault(await campaigns({ CustomerId }), 400, 116)
  })

  test('campaigns of other types than search are returned only if they are asked for', async () => {
    const [CustomerId, CustomerAccountId] = [String(agency.customerId), String(agency.activeAccountId)]
    const ask = (CampaignType: string) => {
      const body = { AccountId: CustomerAccountId, CampaignType }
      const options = {
        host: 'campaign',
        person: 'grace',
        headers: { CustomerId, CustomerAccountId },
      } as const
      return caller.call('/CampaignManagement/v13/Campaigns/QueryByAccountId', body, options)
    }
    expect((await ask('')).json.Campaigns).toHaveLength(2)
    expect((await ask('Search,Shopping')).json.Campaigns).toHaveLength(3)
    expect((await ask('Shopping')).json.Campaigns).toMatchObject([{ CampaignType: 'Shopping' }])
    expect((await ask('Search Shopping')).status).toBe(400)
  })

  test('a campaign has every property of Microsoft’s data contract, and additional fields only if named', async () => {
    const [CustomerId, CustomerAccountId] = [String(agency.customerId), String(agency.activeAccountId)]
    const ask = (ReturnAdditionalFields?: string) => {
      const options = {
        host: 'campaign',
        person: 'grace',
        headers: { CustomerId, CustomerAccountId },
      } as const
      const body = { AccountId: CustomerAccountId, ReturnAdditionalFields }
      return caller.call('/CampaignManagement/v13/Campaigns/QueryByAccountId', body, options)
    }
    // BingAds-dotNet-SDK 13.0.28: the properties of Campaign that its reader demands.
    const demanded = [
      ...[
        'AudienceAdsBidAdjustment',
        'BiddingScheme',
        'BudgetId',
        'BudgetType',
        'CampaignType',
        'DailyBudget',
      ],
      ...['ExperimentId', 'FinalUrlSuffix', 'ForwardCompatibilityMap', 'Id', 'Languages', 'Name', 'Settings'],
      ...['Status', 'SubType', 'TimeZone', 'TrackingUrlTemplate', 'UrlCustomParameters'],
    ]
    const [plain] = (await ask()).json.Campaigns
    expect(Object.keys(plain).toSorted()).toEqual(demanded)
    const [named] = (await ask('LifetimeBudgetFields,TargetSetting,ManualCpc')).json.Campaigns
    const dates = ['EndDate', 'StartDate', 'UseCampaignLevelDates']
    expect(Object.keys(named).toSorted()).toEqual([...demanded, ...dates].toSorted())
    expect(named.Settings).toEqual([{ Type: 'TargetSetting', Details: [] }])
    expect((await ask('Settings')).status).toBe(400)
  })

  test('the echo streams a large body back and lists the received headers', async () => {
    const headers = { ...adaHeaders, 'Content-Type': 'text/csv', 'X-Own': '1' }
    const text = 'x'.repeat(5_000_000)
    const echo = await caller.call('/Bulk/v13/_echo', text, { host: 'bulk', headers })
    expect(echo.headers.get('x-received-headers')?.split(',')).toContain('x-own')
    expect(echo.text.length).toBe(text.length)
  })

  test('unknown paths, wrong methods, bodies that are not JSON, and SOAP addresses get different answers', async () => {
    expect((await caller.call('/CustomerManagement/v12/User/Query', {})).status).toBe(404)
    expect((await manage('/User/Query', {}, { host: 'campaign' })).status).toBe(404)
    const address = `${origin}/production/clientcenter${management}/User/Query`
    expect((await fetch(address)).status).toBe(405)
    expectFault(await manage('/User/Query', 'not json'), 400, 100)
    const soapPath = '/Api/CustomerManagement/v13/CustomerManagementService.svc'
    const soap = await caller.call(soapPath, '<s:Envelope/>')
    expect([soap.status, soap.headers.get('content-type')]).toEqual([500, 'text/xml; charset=utf-8'])
    expect(soap.text).toContain('<ErrorCode>InvalidCredentials</ErrorCode>')
  })
})

describe('faults on demand', () => {
  test.each(Object.entries(faults))('%s has its code, symbol, reason and status', async (_name, fault) => {
    await control('faults', { kind: 'fault', code: fault.code, reason: fault.detail ?? undefined })
    expectFault(await manage('/User/Query', {}), fault.status, fault.code, fault.detail)
  })

  test.each([
    [{ kind: 'throttled' }, 429, '"Code":117'],
    [{ kind: 'throttled', code: 4204 }, 429, '"Code":4204'],
    [{ kind: 'throttledPlainText' }, 429, 'Too Many Attempt'],
    [{ kind: 'serverError' }, 500, '"Code":0'],
    [{ kind: 'serverError', status: 503 }, 503, 'unavailable'],
    [{ kind: 'forbiddenPlainText' }, 403, 'Forbidden'],
    [{ kind: 'apiFault', code: 1001 }, 400, '"Type":"ApiFault"'],
    [{ kind: 'soapFault', code: 109 }, 500, '<Code>109</Code>'],
  ])('%j answers %i', async (injection, status, part) => {
    await control('faults', injection)
    const response = await manage('/User/Query', {})
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, null])
    expect(response.text).toContain(part)
  })

  test('a cut connection, a cut body and a hang each fail the caller differently', async () => {
    await control('faults', { kind: 'cut', times: 1 })
    await expect(manage('/User/Query', {})).rejects.toThrow()
    await control('faults', { kind: 'cutMidBody', times: 1 })
    await expect(manage('/User/Query', {})).rejects.toThrow()
    await control('faults', { kind: 'hang', times: 1 })
    const signal = AbortSignal.timeout(100)
    await expect(manage('/User/Query', {}, { signal })).rejects.toThrow('timeout')
    expect((await manage('/User/Query', {})).status).toBe(200)
  })

  test('a fault about a customer leaves the others alone, and one can begin at a later call', async () => {
    const about = (CustomerId: bigint) =>
      manage('/AccountsInfo/Query', { CustomerId: String(CustomerId) }, { person: 'grace' })
    const aboutCustomerId = String(agency.childCustomerId)
    await control('faults', { kind: 'apiFault', code: 1001, status: 400, aboutCustomerId, after: 1 })
    expect((await about(agency.childCustomerId)).status).toBe(200)
    expect((await about(agency.childCustomerId)).status).toBe(400)
    expect((await about(agency.customerId)).status).toBe(200)
  })

  test('a slow call is answered as usual, later', async () => {
    await control('faults', { kind: 'slow', path: '/User/Query', delayMilliseconds: 30, times: 1 })
    const begun = performance.now()
    expect((await manage('/User/Query', {})).status).toBe(200)
    // Timers may fire up to a millisecond early.
    expect(performance.now() - begun).toBeGreaterThan(28)
  })

  test('a fault affects only its person, path, and environment, and only the given number of times', async () => {
    const aim = { username: 'ada@outlook.example', path: '/User/Query', environment: 'production' }
    await control('faults', { ...aim, kind: 'fault', code: 120, times: 1, retryAfterSeconds: 7 })
    expect((await manage('/User/Query', {}, { person: 'grace' })).status).toBe(200)
    expect((await manage('/AccountsInfo/Query', {})).status).toBe(200)
    expect((await manage('/User/Query', {}, { environment: 'sandbox' })).status).toBe(200)
    const struck = await manage('/User/Query', {})
    expect(struck.headers.get('retry-after')).toBe('7')
    expectFault(struck, 403, 120)
    expect((await manage('/User/Query', {})).status).toBe(200)
  })

  test('a control body with an unknown field is refused by name', async () => {
    await expect(control('faults', { kind: 'fault', colour: 'blue' })).rejects.toThrow(/400.*colour/)
  })
})

test('the log has the caller, operation, ids, and tracking id of each call, and no token', async () => {
  await fetch(`${origin}/_control/requests`, { method: 'DELETE' })
  const { headers } = await manage('/User/Query', {}, { headers: { CustomerId: '7' } })
  const text = await (await fetch(`${origin}/_control/requests`)).text()
  const { requests } = JSON.parse(text)
  const ids = { customerId: '7', customerAccountId: null, user: findPerson('ada').objectId }
  const target = { environment: 'production', service: 'clientcenter', path: `${management}/User/Query` }
  expect(requests).toMatchObject([
    { ...target, ...ids, status: 200, code: null, trackingId: headers.get('TrackingId') },
  ])
  expect(requests[0].developerToken).toMatch(/^[0-9a-f]{12}$/)
  expect(text).not.toMatch(/developer-token|eyJ/)
})

function by(Field: string, Value: string) {
  return { Field, Operator: 'Equals', Value }
}

function expectFault({ status, headers, json }: Answer, expected: number, code: number, detail?: unknown) {
  expect([status, json.Type, json.Errors[0].Code]).toEqual([expected, 'AdApiFaultDetail', code])
  expect(Object.keys(json.Errors[0])).toEqual(['Code', 'Detail', 'ErrorCode', 'Message'])
  expect(json.TrackingId).toBe(headers.get('TrackingId'))
  if (detail !== undefined) expect(json.Errors[0].Detail).toBe(detail)
}

function answerLikeSignIn(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/common/discovery/v2.0/keys') return Response.json(signer.keySet)
  return Response.json({ sub: '42' }, { status: searchParams.get('access_token') === 'good' ? 200 : 400 })
}
