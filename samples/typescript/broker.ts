// Calls Microsoft Advertising with tokens from the broker. Node 22.18 or later, nothing to install.
//   node samples/typescript/broker.ts
// Copy this file, and remove its last part, which is an example. Set these variables; each default is the local
// broker of `npm start`, with its demo app and its tenant:
//   BROKER_URL                  where your broker is
//   CLIENT_ID, CLIENT_SECRET    your app, as your identity provider knows it; docs/calling.md has ways without a secret
//   TENANT                      one of your customers, as you named it when you connected it
// `callAdvertising` vends before each call. A vend mostly takes milliseconds, and its token is valid for at least a
// minute, so store none.
// `BrokerProblem` says who must act (`actor`) and has a stable `code`: https://www.rfc-editor.org/rfc/rfc9457

const {
  BROKER_URL: broker = 'http://127.0.0.1:7071',
  CLIENT_ID: clientId = '77777777-7777-4777-8777-00000000b201',
  CLIENT_SECRET: clientSecret = 'local-secret-of-demo-app',
  TENANT: tenant = 'acme',
} = process.env

/** The parts of a vend that a call needs. `services` has the base URLs of the tenant's environment. */
interface Vend {
  accountId: string
  headers: Record<string, string>
  services: Record<string, string>
}

/** The broker's refusal, as a problem document. */
class BrokerProblem extends Error {
  readonly code: string
  /** `advertiser`, `advertiserAdmin`, `app`, `operator`, or `nobody`: try again later. */
  readonly actor: string

  constructor({ code = 'unknown', actor = 'operator', detail = '', resolution = '' }) {
    super(`${code}: ${detail} ${resolution}`)
    this.code = code
    this.actor = actor
  }
}

async function getJson(url: string, options?: RequestInit) {
  const answer = await fetch(url, options)
  const text = await answer.text()
  const isJson = /json/.test(answer.headers.get('content-type') ?? '')
  const body = isJson ? JSON.parse(text) : { detail: `${url} answered ${answer.status}: ${text}` }
  return { ok: answer.ok, status: answer.status, body }
}

/** A call's body. @throws Error with the answer if it isn't a success. */
async function getBody(url: string, options?: RequestInit) {
  const { ok, status, body } = await getJson(url, options)
  if (!ok) throw new Error(`${url} answered ${status}: ${JSON.stringify(body)}`)
  return body
}

let callerToken = { value: '', until: 0 }

/** Your app's own token for the broker, kept until a minute before its end. The broker says who issues it (RFC 9728). */
async function getCallerToken(): Promise<string> {
  if (Date.now() < callerToken.until) return callerToken.value
  const resource = await getBody(`${broker}/.well-known/oauth-protected-resource`)
  const issuer = await getBody(`${resource.authorization_servers[0]}/.well-known/openid-configuration`)
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const body = new URLSearchParams({ ...form, scope: resource.scopes_supported[0] })
  const granted = await getBody(issuer.token_endpoint, { method: 'POST', body })
  callerToken = { value: granted.access_token, until: Date.now() + (granted.expires_in - 60) * 1000 }
  return callerToken.value
}

/** What a call needs now. @throws BrokerProblem */
async function vend(tenant: string, accountId?: string): Promise<Vend> {
  const query = accountId ? `?accountId=${encodeURIComponent(accountId)}` : ''
  const headers = { authorization: `Bearer ${await getCallerToken()}` }
  const url = `${broker}/v1/tenants/${encodeURIComponent(tenant)}/token${query}`
  const { ok, body } = await getJson(url, { headers })
  if (!ok) throw new BrokerProblem(body)
  return body
}

/** Calls a REST operation of Microsoft Advertising. `toBody` gets the account's ID. */
async function callAdvertising(service: string, path: string, toBody: (accountId: string) => object) {
  const { accountId, headers, services } = await vend(tenant)
  return getBody(`${services[service]}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(toBody(accountId)),
  })
}

// The example: the campaigns of the tenant's default account.
try {
  const { Campaigns } = await callAdvertising(
    'campaignManagement',
    '/Campaigns/QueryByAccountId',
    (accountId) => ({ AccountId: accountId, CampaignType: 'Search' }),
  )
  for (const { Id, Name, Status } of Campaigns) console.log(`${Id} ${Name} ${Status}`)
} catch (error) {
  if (!(error instanceof BrokerProblem)) throw error
  console.error(`Who must act: ${error.actor}\n${error.message}`)
  process.exitCode = 1
}
