// An app that connects one advertiser and lists its campaigns. Node 18 or later, nothing to install:
//   npm start -- --return-url http://localhost:3000/connected
//   node samples/app/app.mjs
// Its defaults are the local broker and that broker's demo app; docs/first-app.md explains each step.
import { createServer } from 'node:http'

const {
  BROKER_URL: broker = 'http://127.0.0.1:7071',
  CLIENT_ID: clientId = '77777777-7777-4777-8777-00000000b201',
  CLIENT_SECRET: clientSecret = 'local-secret-of-demo-app',
  PORT: port = '3000',
} = process.env
const origin = `http://localhost:${port}`
/** Yours: one for each of your customers. */
const tenant = 'my-first-tenant'

/** A call that failed, with the status and problem document of the answer. */
class CallError extends Error {
  constructor(status, body) {
    super(body.detail ?? body.error_description ?? `An answer had the status ${status}.`)
    this.body = body
  }
}

async function getJson(url, options) {
  const answer = await fetch(url, options)
  const text = await answer.text()
  const body = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : { detail: text }
  if (!answer.ok) throw new CallError(answer.status, body)
  return body
}

let token = { value: '', until: 0 }

/** The app's own token for the broker. The broker says who issues it (RFC 9728); one is used until a minute before its end. */
async function getToken() {
  if (Date.now() < token.until) return token.value
  const resource = await getJson(`${broker}/.well-known/oauth-protected-resource`)
  const issuer = await getJson(`${resource.authorization_servers[0]}/.well-known/openid-configuration`)
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: resource.scopes_supported[0],
  })
  const granted = await getJson(issuer.token_endpoint, { method: 'POST', body })
  token = { value: granted.access_token, until: Date.now() + (granted.expires_in - 60) * 1000 }
  return token.value
}

async function callBroker(path, body) {
  const headers = { authorization: `Bearer ${await getToken()}`, 'content-type': 'application/json' }
  const url = `${broker}/v1/tenants/${tenant}${path}`
  return getJson(url, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers })
}

/** Sends the browser to the sign-in. The cookie holds the session, so that nobody else can come back with it. */
async function connect() {
  const { id, connectUrl } = await callBroker('/connect-sessions', {
    environment: 'production',
    returnUrl: `${origin}/connected`,
  })
  const cookie = `session=${id}; HttpOnly; SameSite=Lax; Path=/connected; Max-Age=900`
  return { status: 303, headers: { location: connectUrl, 'set-cookie': cookie } }
}

/** The return page. `status` is `connected`, `confirmation_required`, or `failed`. */
function connected({ query, cookie }) {
  const session = query.get('session')
  if (!session || !cookie.split('; ').includes(`session=${session}`))
    return page('This sign-in was begun in another browser.')
  return page(`The sign-in ended: ${query.get('status')} ${query.get('error') ?? ''}`)
}

/** Vends, and calls Microsoft Advertising with the vend's headers. */
async function campaigns() {
  const vend = await callBroker('/token')
  const answer = await getJson(`${vend.services.campaignManagement}/Campaigns/QueryByAccountId`, {
    method: 'POST',
    headers: { ...vend.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ AccountId: vend.accountId, CampaignType: 'Search' }),
  })
  return page(`The campaigns of account ${vend.accountId}:`, answer.Campaigns)
}

const routes = {
  'GET /': () => page('An app of your own.'),
  'POST /connect': connect,
  'GET /connected': connected,
  'GET /campaigns': campaigns,
}

function page(text, details) {
  const safe = (value) => value.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`)
  const shown = details === undefined ? '' : `<pre>${safe(JSON.stringify(details, undefined, 2))}</pre>`
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample app</title>
<p>${safe(text)}</p>${shown}
<form method="post" action="/connect"><button>Connect Microsoft Advertising</button></form>
<p><a href="/campaigns">List the campaigns</a></p></html>`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body }
}

async function respond(request, response) {
  const { pathname, searchParams: query } = new URL(request.url, origin)
  const handle = routes[`${request.method} ${pathname}`]
  const answer = handle
    ? await Promise.resolve()
        .then(() => handle({ query, cookie: request.headers.cookie ?? '' }))
        .catch((error) => ({ ...page(error.message, error.body), status: 502 }))
    : { ...page('There is no such page.'), status: 404 }
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

createServer(respond).listen(Number(port), () => console.log(`The sample app is at ${origin}`))
