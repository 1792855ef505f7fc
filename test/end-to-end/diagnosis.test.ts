import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let tenant: string

beforeAll(async () => {
  world = await openWorld()
  tenant = await world.connected()
})

afterEach(async () => {
  await world.advertising.clear()
  await world.signIn.clear()
})

afterAll(() => world.close())

const diagnose = (body?: unknown, of = tenant) =>
  world.call('POST', `/v1/tenants/${of}/diagnosis`, body === undefined ? {} : { body })

describe('a live probe', () => {
  test('tests every credential and reports success', async () => {
    await world.advertising.forget()
    const { status, body } = await diagnose()
    expect({ status, verdict: body.verdict, actor: body.actor }).toEqual({
      status: 200,
      verdict: 'all_well',
      actor: 'nobody',
    })
    const requests = await world.advertising.requests()
    expect(requests.length).toBeGreaterThanOrEqual(2)
  })

  test('finds a tenant that is not connected', async () => {
    const fresh = world.newTenant()
    await world.session(fresh)
    expect((await diagnose(undefined, fresh)).body.verdict).toBe('not_connected')
  })

  test('finds a pending consent, and does not ask for another one', async () => {
    const fresh = world.newTenant()
    await world.connect(fresh, 'ada@outlook.example', { confirm: true })
    const { body } = await diagnose(undefined, fresh)
    expect(body).toMatchObject({ verdict: 'confirmation_required', actor: 'app' })
    expect(body.connect).toBeUndefined()
  })

  test('finds a refused developer token, with Microsoft’s tracking id and no secret', async () => {
    await world.advertising.fault({ kind: 'fault', code: 105, reason: 'InvalidAccessToken' })
    const { body } = await diagnose()
    expect(body).toMatchObject({
      verdict: 'developer_token_refused',
      credential: 'developerToken',
      actor: 'operator',
    })
    expect(body.trackingId).toMatch(/^[0-9a-f-]{36}$/)
    expect(JSON.stringify(body)).not.toMatch(/eyJ|local-developer-token/)
  })

  test('does not blame a developer token that has just worked', async () => {
    await world.advertising.fault({ kind: 'fault', code: 105, path: '/User/Query' })
    expect((await diagnose()).body).toMatchObject({ verdict: 'no_advertising_user', actor: 'advertiser' })
    await world.advertising.clear()
    await world.advertising.fault({ kind: 'fault', code: 105, path: '/Account/Query' })
    expect((await diagnose()).body).toMatchObject({ verdict: 'account_not_usable', actor: 'advertiser' })
  })

  test('finds an account that was suspended', async () => {
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const change = { environment: 'production', accountId: vended.accountId }
    await world.advertising.control('POST', 'accounts/update', { ...change, status: 'Suspended' })
    expect((await diagnose()).body.verdict).toBe('account_not_usable')
    await world.advertising.control('POST', 'accounts/update', { ...change, status: 'Active' })
  })

  test('finds that an unavailable identity provider is nobody’s fault', async () => {
    const stale = await world.connectedStale()
    await world.signIn.fault({ endpoint: 'token', kind: 'serverError', times: 5 })
    const { body } = await diagnose(undefined, stale)
    expect(body).toMatchObject({ verdict: 'identity_provider_unavailable', actor: 'nobody' })
  })
})

describe('a failed call', () => {
  const fault = (code: number, errorCode: string) => ({
    TrackingId: 'b1c2d3e4-0000-4000-8000-000000000001',
    Type: 'AdApiFaultDetail',
    Errors: [{ Code: code, ErrorCode: errorCode, Message: '', Detail: null }],
  })

  test('because of a wrong account id is distinguished from missing rights', async () => {
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const body = fault(106, 'UserIsNotAuthorized')
    const wrong = await diagnose({
      status: 403,
      body,
      sent: { accountId: '4711', customerId: vended.customerId },
    })
    expect(wrong.body).toMatchObject({
      verdict: 'account_unknown',
      credential: 'accountId',
      trackingId: 'b1c2d3e4-0000-4000-8000-000000000001',
    })
    const { accountId, customerId } = vended
    const right = await diagnose({ status: 403, body, sent: { accountId, customerId } })
    expect(right.body).toMatchObject({ verdict: 'user_without_rights', actor: 'advertiserAdmin' })
  })

  test('with swapped ids is detected', async () => {
    const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
    const sent = { accountId: vended.customerId, customerId: vended.accountId }
    const { body } = await diagnose({ status: 403, body: fault(106, 'UserIsNotAuthorized'), sent })
    expect(body.verdict).toBe('ids_swapped')
  })

  test('at the other environment’s host is detected', async () => {
    const sent = { host: 'clientcenter.api.sandbox.bingads.microsoft.com' }
    const { body } = await diagnose({ status: 401, body: fault(105, 'InvalidCredentials'), sent })
    expect(body).toMatchObject({ verdict: 'wrong_environment', credential: 'environment' })
  })

  test('because of throttling has the wait of its service', async () => {
    const { body } = await diagnose({ status: 429, service: 'bulk', body: fault(4204, '') })
    expect(body).toMatchObject({ verdict: 'throttled_bulk', retryAfterSeconds: 900, actor: 'nobody' })
  })

  test('is explained from only its answer, pasted with its head', async () => {
    const body = `HTTP/1.1 401 Unauthorized\r\nTrackingId: t-1\r\n\r\n${JSON.stringify(fault(109, ''))}`
    const { body: answer } = await diagnose({ body })
    expect(answer.verdict).toBe('access_token_expired')
    expect(answer.evidence).toContain('HTTP 401')
  })

  test('through SOAP is advised to migrate', async () => {
    const sent = {
      host: 'campaign.api.bingads.microsoft.com',
      path: '/Api/Advertiser/CampaignManagement/v13/CampaignManagementService.svc',
    }
    expect((await diagnose({ status: 500, body: '<x/>', sent })).body.verdict).toBe('soap_call')
  })

  test('can contain thousands of refused items', async () => {
    const error = { Code: 1102, ErrorCode: 'CampaignServiceInvalidCampaignId', Message: 'x'.repeat(100) }
    const body = { BatchErrors: Array.from({ length: 2000 }, (_, Index) => ({ ...error, Index })) }
    const answer = await diagnose({ status: 400, service: 'campaignManagement', body })
    expect(answer.body.verdict).toBe('request_invalid')
  })

  test('does not return a secret from its body', async () => {
    const token = `eyJ${'a'.repeat(600)}`
    const { body } = await diagnose({ status: 401, body: `Bearer ${token}` })
    expect(JSON.stringify(body)).not.toContain('aaaaaaaaaa')
  })

  test.each([
    [{ sent: { accountId: '1' } }, 'status'],
    [{ status: 42 }, 'status'],
    [{ status: 401, service: 'search' }, 'service'],
    [{ status: 401, sent: { accountId: 5 } }, 'sent.accountId'],
    [{ status: 401, extra: true }, 'extra'],
  ])('%j is refused with the field named', async (options, field) => {
    const { status, body } = await diagnose(options)
    expect(status).toBe(400)
    expect(body.errors.map((error: { field: string }) => error.field)).toContain(field)
  })

  test('of another workspace’s tenant finds no such tenant', async () => {
    const { body } = await world.call('POST', `/v1/tenants/${tenant}/diagnosis`, { app: 'other-app' })
    expect(body.code).toBe('tenant_not_found')
  })
})

describe('a revocation', () => {
  test('is found by a live probe', async () => {
    const stale = await world.connectedStale()
    await world.signIn.revoke('ada@outlook.example')
    const { body } = await diagnose(undefined, stale)
    expect(body).toMatchObject({ verdict: 'reauthorization_required', actor: 'advertiser' })
  })
})
