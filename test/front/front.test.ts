import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createVisitor } from '../../local/sign-in/visitor.ts'
import { readExclusions } from '../../scripts/wafExclusions.ts'
import { maxDiagnosisBytes } from '../../shared/diagnosis/failedCall.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { hasWaf } from './findWaf.ts'
import { isBlocked } from './isBlocked.ts'
import { soapFault } from './samples.ts'
import { startWaf, type Waf } from './waf.ts'

let world: World

beforeAll(async () => {
  world = await openWorld({ behindFront: true })
})

afterAll(() => world?.close())

const company = "O'Reilly & Sons; SELECT Fashion"

/** Connects as a person with several accounts, up to the page on which they choose. */
async function openChoice(tenant: string) {
  const visitor = createVisitor()
  const { connectUrl } = await world.session(tenant, { displayName: company })
  const page = await visitor.signIn({
    authorizeUrl: connectUrl,
    username: 'grace@contoso.example',
    password: 'open-sesame',
    stopAt: world.returnUrl,
  })
  return { visitor, page }
}

const statusOf = (url: string) => new URL(url).searchParams.get('status')

describe.skipIf(!hasWaf).each([1, 2] as const)(
  'behind OWASP’s core rules at paranoia level %i, with the exclusions',
  (paranoia) => {
    let waf: Waf

    beforeAll(async () => {
      const ports = { port: world.stack.ports.broker, upstream: world.brokers[0]!.port }
      waf = await startWaf({ ...ports, paranoia, exclusions: readExclusions() })
    })

    afterEach(async () => {
      await world.advertising.clear()
      await world.signIn.clear()
    })

    afterAll(() => waf?.stop())

    test.each([
      ['ada@outlook.example', 'microsoft'],
      ['edsger@contoso.example', 'microsoft'],
      ['tony@gmail.example', 'google'],
    ] as const)(
      '%s connects, and the app vends, calls, and disconnects',
      async (person, identityProvider) => {
        const tenant = world.newTenant()
        const options = {
          identityProvider,
          loginHint: person,
          displayName: company,
          accountChoice: 'app',
        } as const
        const visit = await world.connect(tenant, person, options)
        expect(statusOf(visit.url)).toBe('connected')
        const at = `/v1/tenants/${tenant}`
        const { body: list } = await world.call('GET', `${at}/accounts`)
        const { accountId } = list.accounts[0]
        const chosen = await world.call('PUT', `${at}/accounts/default`, { body: { accountId } })
        expect(chosen.body).toMatchObject({ displayName: company, status: 'connected' })
        const vended = await world.call('GET', `${at}/token?minValidity=300`)
        expect(vended.headers.get('cache-control')).toBe('no-store')
        const report = {
          ReportRequest: {
            Type: 'CampaignPerformanceReportRequest',
            ReportName: 'Drop table users; -- weekly',
            Columns: ['CampaignName', 'Clicks'],
            Scope: { AccountIds: [accountId] },
            Time: { PredefinedTime: 'Yesterday' },
          },
        }
        const called = await world.call('POST', `${at}/ads/reporting/GenerateReport/Submit`, { body: report })
        expect(called.body.ReportRequestId).toBeTruthy()
        const ended = await world.call('DELETE', at)
        expect(ended.body.status).toBe('disconnected')
      },
    )

    test('a person declines, and the app learns it', async () => {
      const { connectUrl } = await world.session(world.newTenant(), { environment: 'sandbox' })
      const visit = await world.finish(connectUrl, 'ada@outlook.example', 'decline')
      expect(new URL(visit.url).searchParams.get('error')).toBe('consent_declined')
      // The second level comes to the same sign-in.
      await world.signIn.forgetConsents()
    })

    test('a person searches and chooses accounts on the broker’s page', async () => {
      const tenant = world.newTenant()
      const { visitor, page } = await openChoice(tenant)
      const searched = await visitor.submit(page, { q: company, go: 'search' })
      expect(searched.body).toContain('SELECT Fashion')
      const asked = await visitor.submit(page, { scope: 'all', go: 'choose' })
      const { body } = await world.call('GET', `/v1/tenants/${tenant}/accounts`)
      const answer = { default: body.accounts[0].accountId, go: 'choose' }
      const done = await visitor.submit(asked, answer, { stopAt: world.returnUrl })
      expect(statusOf(done.url)).toBe('connected')
    })

    test('a link by email asks first, and an unexpected person is asked', async () => {
      const visitor = createVisitor()
      const emailed = await world.session(world.newTenant(), { expiresIn: 86_400 })
      const start = await visitor.visit(emailed.connectUrl)
      const pressed = await visitor.submit(start, {}, { stopAt: world.signInOrigin })
      expect(pressed.stopped).toBe(true)
      const { connectUrl } = await world.session(world.newTenant(), { loginHint: 'edsger@contoso.example' })
      const signedIn = await world.finish(connectUrl, 'ada@outlook.example')
      expect(new URL(signedIn.url).searchParams.get('user_unexpected')).toBe('true')
    })

    test('an app confirms, imports a grant, and gets problem documents as they are', async () => {
      const confirmed = await world.connectConfirmed(world.newTenant(), 'ada@outlook.example', {
        confirm: true,
      })
      expect(confirmed.status).toBe(200)
      const grant = {
        environment: 'production',
        identityProvider: 'microsoft',
        refreshToken: "M.C5.-Ci*1!a$$(x)'y*z--Dl!",
      }
      const refused = await world.call('POST', `/v1/tenants/${world.newTenant()}/grants`, { body: grant })
      expect(refused.body.code).toBe('grant_refused')
      const tenant = await world.connected()
      await world.advertising.fault({ kind: 'serverError', path: '/User/Query' })
      const failed = await world.call('POST', `/v1/tenants/${tenant}/accounts/discover`)
      expect(failed.body).toMatchObject({ status: failed.status, code: 'advertising_unavailable' })
      expect(failed.status).toBe(503)
    })

    test('a diagnosis reads what someone pasted, also if it is long', async () => {
      const tenant = await world.connected()
      const diagnose = (body: object) => world.call('POST', `/v1/tenants/${tenant}/diagnosis`, { body })
      expect((await diagnose({ body: soapFault })).body.verdict).toBe('credentials_refused')
      const long = `<html>${'<script>go()</script>'.repeat(maxDiagnosisBytes / 25)}`
      expect((await diagnose({ status: 503, body: long })).body.verdict).toBe('service_trouble')
      const called = { raw: soapFault, type: 'text/xml' }
      const echoed = await world.call('POST', `/v1/tenants/${tenant}/ads/bulk/_echo`, called)
      expect(echoed.body).toBe(soapFault)
    })

    test.each([
      ['a parameter of a page', { path: `/health?x=${encodeURIComponent('<script>alert(1)</script>')}` }],
      [
        'a return URL with a script',
        attack('connect-sessions', { returnUrl: 'https://app.example.com/<script>x()</script>' }),
      ],
      ['another member', attack('connect-sessions', { loginHint: "a' UNION SELECT password FROM users--" })],
      ['another route’s member', attack('accounts/discover', { displayName: company })],
      [
        'another callback parameter',
        { path: `/oauth/callback?prompt=${encodeURIComponent("1' or '1'='1")}` },
      ],
      ['a scanner', { path: '/health', headers: { 'user-agent': 'sqlmap/1.7' } }],
      ['a method that no route has', { path: '/oauth/callback', method: 'PUT' }],
      ['another method of an excluded route', { path: '/v1/tenants/acme', method: 'PUT' }],
      ['an excluded method of a route below', { path: '/v1/tenants/acme/token', method: 'DELETE' }],
    ])('an attack is still blocked: %s', async (_title, sample) => {
      expect(await isBlocked(world, sample)).toBe(true)
    })
  },
)

function attack(path: string, body: unknown) {
  return { method: 'POST', path: `/v1/tenants/acme/${path}`, body }
}

describe.skipIf(!hasWaf)('behind a front that names other hosts and paths', () => {
  let waf: Waf

  beforeAll(async () => {
    const ports = { port: world.stack.ports.broker, upstream: world.brokers[0]!.port }
    waf = await startWaf({ ...ports, paranoia: 1, exclusions: readExclusions() })
  })

  afterAll(() => waf?.stop())

  test('links and redirect URIs are those of PUBLIC_URL', async () => {
    const { connectUrl } = await world.session(world.newTenant())
    expect(new URL(connectUrl).origin).toBe(world.origin)
    const first = await fetch(connectUrl, { redirect: 'manual' })
    const { searchParams } = new URL(first.headers.get('location') ?? '')
    expect(searchParams.get('redirect_uri')).toBe(`${world.origin}/oauth/callback`)
  })

  test('HEAD of /health is enough for a probe', async () => {
    const answer = await fetch(`${world.origin}/health`, { method: 'HEAD' })
    expect({ status: answer.status, body: await answer.text() }).toEqual({ status: 200, body: '' })
  })
})
