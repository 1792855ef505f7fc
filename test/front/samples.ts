import type { WafExclusion } from '../../scripts/wafExclusions.ts'
import { bindingCookies, newBinding } from '../../shared/access/browser.ts'
import { randomText } from '../../shared/access/randomText.ts'

/** A request that real use brings, and that the core rules block without its exclusion. */
export interface Sample {
  /** Default is `GET`. */
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  /** A raw body, with its type. */
  readonly raw?: string
  readonly type?: string
  readonly headers?: Record<string, string>
}

/** Names an exclusion: method, route, part, field. */
export function nameOf({ method, route, part, field }: WafExclusion): string {
  return [method, route, part, field].filter(Boolean).join(' ')
}

/** An issuer's secret or a signature can contain two dashes and, further on, a third: an SQL comment, to the core rules. */
const unlucky = 'aoxr.GE--Kn1K-tIfiu4To8A54p7L4WpYx2bR'
const clientCredentials = { grant_type: 'client_credentials' }
const company = "O'Reilly & Sons; SELECT Fashion"
const microsoftCode = "M.C546_BAY.2.U.3b5ba1b0*!$'(x)'*!$$aNq9-Zk!!*"
const refreshToken = "M.C546_BAY.0.U.-Ci*1!a$$(x)'y*z--Dl!aa$$"
const declined =
  "AADSTS65004: User declined to consent; 'Demo Reports' = 'Demo Reports'. Trace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333 Timestamp: 2026-11-29 15:26:12Z"
const gatewayPage =
  '<html><head><script>retry()</script></head><body onload="go()">502 Bad Gateway</body></html>'
const trace =
  "#!/bin/sh\nphp: stdClass Object ( [Code] => 106 )\njava.lang.RuntimeException at Runtime.exec('SELECT 1')"
const curled =
  '* Connected\nPOST /CampaignManagement/v13/Campaigns HTTP/1.1\nHost: campaign.api.bingads.microsoft.com'
const sqlAnswer =
  '{"d":"You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version"}'
/** A SOAP fault of Microsoft Advertising. */
export const soapFault =
  '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server</faultcode><faultstring xml:lang="en-US">Invalid client data.</faultstring><detail><AdApiFaultDetail xmlns="https://adapi.microsoft.com"><Errors><AdApiError><Code>105</Code></AdApiError></Errors></AdApiFaultDetail></detail></s:Fault></s:Body></s:Envelope>'

const post = (path: string, body: unknown): Sample => ({ method: 'POST', path, body })
const query = (path: string, fields: Record<string, string>): Sample => ({
  path: `${path}?${new URLSearchParams(fields)}`,
})
const callback = (fields: Record<string, string>, path = '/oauth/callback') => [query(path, fields)]
const googleCallback = (fields: Record<string, string>) => callback(fields, '/oauth/callback/google')

/** The samples of what browsers send. */
const browsers: Readonly<Record<string, readonly Sample[]>> = {
  '/oauth/authorize argument *': [query('/oauth/authorize', { session: 'aoyf.x', fbclid: 'IwAR0--b2c-d' })],
  'GET /oauth/callback argument code': callback({ code: microsoftCode }),
  'GET /oauth/callback argument error_description': callback({ error_description: declined }),
  'GET /oauth/callback argument error_uri': callback({
    error_uri: 'https://login.microsoftonline.com/error?code=65004',
  }),
  'GET /oauth/callback argument iss': callback({ iss: 'https://accounts.google.com' }),
  'GET /oauth/callback argument scope': callback({ scope: 'https://ads.microsoft.com/msads.manage openid' }),
  'GET /oauth/callback/google argument code': googleCallback({ code: '4/0Aci98E9Z--b2c-d' }),
  'GET /oauth/callback/google argument iss': googleCallback({ iss: 'https://accounts.google.com' }),
  'GET /oauth/callback/google argument scope': googleCallback({
    scope: 'https://www.googleapis.com/auth/userinfo.email openid',
  }),
  'POST /oauth/accounts argument q': [form('/oauth/accounts', { q: company, go: 'search' })],
}

/** The samples of what apps send, about a tenant that need not exist. */
const apps: Readonly<Record<string, readonly Sample[]>> = withTenant('/v1/tenants/acme', {
  'POST {t}/connect-sessions json displayName': (at) => [
    post(`${at}/connect-sessions`, { displayName: company }),
  ],
  'POST {t}/connect-sessions json returnUrl': (at) => [
    post(`${at}/connect-sessions`, { returnUrl: 'https://10.1.2.3/connected' }),
  ],
  'POST {t}/diagnosis json *': (at) =>
    [gatewayPage, soapFault, trace, { Errors: [{ Message: gatewayPage }] }].map((body) =>
      post(`${at}/diagnosis`, { body }),
    ),
  'POST {t}/diagnosis body *': (at) => [
    post(`${at}/diagnosis`, { body: curled }),
    post(`${at}/diagnosis`, { body: trace }),
  ],
  'POST {t}/grants json displayName': (at) => [post(`${at}/grants`, { displayName: company })],
  'POST {t}/grants json refreshToken': (at) => [post(`${at}/grants`, { refreshToken })],
  'POST {t}/oauth/token argument *': (at) => [
    form(`${at}/oauth/token`, { ...clientCredentials, client_id: 'a', client_secret: unlucky }),
    form(`${at}/oauth/token`, {
      ...clientCredentials,
      client_assertion: `eyJhbGciOiJSUzI1NiJ9.e30.${unlucky}`,
    }),
    form(`${at}/oauth/token`, {
      ...{ ...clientCredentials, scope: 'https://ads.microsoft.com/msads.manage openid' },
    }),
  ],
  'GET {t}/accounts argument search': (at) => [query(`${at}/accounts`, { search: company })],
  'GET {t}/unified/organizations argument query': (at) => [
    query(`${at}/unified/organizations`, { query: company }),
  ],
  'GET {t}/unified/{objects} argument query': (at) => [query(`${at}/unified/campaigns`, { query: company })],
  'GET {t}/unified/{objects} argument handle': (at) => [
    query(`${at}/unified/campaigns`, { handle: unlucky }),
  ],
  'DELETE {t} method *': (at) => [{ method: 'DELETE', path: at }],
  'PUT {t}/accounts/{choice} method *': (at) => [
    { method: 'PUT', path: `${at}/accounts/selection`, body: {} },
    { method: 'PUT', path: `${at}/accounts/default`, body: {} },
  ],
})

/** Requests with the broker's own random characters in each place where they occur, fresh each time. */
export function randomSamples(): readonly Sample[] {
  const token = () => `aoxr.${randomText(32)}`
  const twoIds = `${token()}~${token()}`
  const binding = bindingCookies('http://127.0.0.1', newBinding(), {
    ...{ browser: undefined, now: new Date(), maxAge: 60 },
  })
  const cookie = binding.map(({ name, value }) => `${name}=${value}`).join('; ')
  const headers = { cookie }
  return [
    { ...query('/oauth/authorize', { session: twoIds }), headers },
    { ...form('/oauth/authorize', { session: twoIds }), headers },
    { ...query('/oauth/callback', { state: twoIds }), headers },
    { ...query('/oauth/accounts', { choice: token() }), headers },
    { ...form('/oauth/accounts', { choice: token(), go: 'choose' }), headers },
    { ...query('/oauth/confirm', { question: token() }), headers },
    { ...form('/oauth/confirm', { question: token(), answer: 'connect' }), headers },
    post(`/v1/tenants/acme/connect-sessions/${token()}/confirm`, { code: randomText(43) }),
  ]
}

/**
 * For each exclusion, by {@link nameOf}, what it's for.
 * @param connected a tenant that can call Microsoft Advertising, for the samples about answers.
 */
export function samplesOf(connected: string): Readonly<Record<string, readonly Sample[]>> {
  const echo = `/v1/tenants/${connected}/ads/bulk/_echo`
  const report = { ReportRequest: { ReportName: 'Drop table users; -- weekly' } }
  return {
    ...browsers,
    ...apps,
    '/v1/tenants/{tenant}/ads/{service}/{path} everything *': [
      post(`/v1/tenants/${connected}/ads/reporting/GenerateReport/Submit`, report),
      { method: 'PUT', path: echo, raw: 'a,b', type: 'text/csv' },
      query(echo, { $filter: `Name eq ${company}` }),
      { method: 'POST', path: echo, raw: sqlAnswer, type: 'application/json' },
    ],
    '/{any} answer status': [{ method: 'POST', path: `/v1/tenants/${connected}/accounts/discover` }],
  }
}

function form(path: string, fields: Record<string, string>): Sample {
  const type = 'application/x-www-form-urlencoded'
  return { method: 'POST', path, raw: String(new URLSearchParams(fields)), type }
}

function withTenant(at: string, samples: Readonly<Record<string, (at: string) => readonly Sample[]>>) {
  return Object.fromEntries(
    Object.entries(samples).map(([name, make]) => [name.replace('{t}', '/v1/tenants/{tenant}'), make(at)]),
  )
}
