import { type Context, Hono } from 'hono'
import { type Client, isWebClient, type WebClient } from './clients.ts'
import { rememberDirectoryConsent } from './consents.ts'
import { adminConsentPage, errorPage } from './pages.ts'
import { toRedirectRefusal } from './refusals.ts'
import { productionScope, toInnerScope } from './scopes.ts'
import type { SignInState } from './state.ts'
import { accepts } from './tenants.ts'

const path = '/:tenant/v2.0/adminconsent'

/** Microsoft Advertising's application id: another name for its resource (authentication-oauth-register). */
const advertisingApplication = 'd42ffc93-c136-491d-b4fd-6f18168c68fd'

/**
 * The endpoint at which an administrator approves an application for everyone in the directory
 * (identity-platform/v2-admin-consent). Only the scopes that the link names are approved.
 */
export function createAdminConsent(state: SignInState): Hono {
  const app = new Hono()
  app.get(path, (context) => withClient(state, context, (client) => showPage(context, client)))
  app.post(path, (context) => withClient(state, context, (client) => takeDecision(state, context, client)))
  return app
}

async function withClient(
  { clients }: SignInState,
  context: Context,
  go: (client: WebClient) => Response | Promise<Response>,
): Promise<Response> {
  const client: Client | undefined = clients.find(context.req.query('client_id') ?? '')
  const redirectUri = context.req.query('redirect_uri') ?? ''
  if (client && isWebClient(client) && client.redirectUris.includes(redirectUri)) return go(client)
  const text = client
    ? 'AADSTS50011: The redirect URI is not registered.'
    : 'AADSTS700016: Unknown application.'
  return context.html(errorPage({ title: 'Sorry, but we’re having trouble signing you in', text }), 400)
}

function showPage(context: Context, { clientId, displayName }: WebClient, error?: string) {
  const application = displayName ?? clientId
  const page = { application, scopes: requestedScopes(context), error }
  return context.html(adminConsentPage(page), error ? 401 : 200)
}

async function takeDecision(state: SignInState, context: Context, client: WebClient): Promise<Response> {
  const form = await context.req.parseBody()
  if (form.decision !== 'accept') return back(context, toRedirectRefusal({ code: 65004 }))
  const person = state.findByUsername(String(form.username ?? ''))
  if (!person || person.password !== form.password)
    return showPage(context, client, 'Your account or password is incorrect.')
  const isHere = accepts((context.req.param('tenant') ?? '').toLowerCase(), person)
  if (!person.isAdministrator || !isHere)
    return showPage(context, client, 'AADSTS90093: Only an administrator of this directory can approve it.')
  const { directoryId } = person
  rememberDirectoryConsent(state.store, { directoryId, clientId: client.clientId }, requestedScopes(context))
  return back(context, { tenant: directoryId, scope: context.req.query('scope') ?? '' })
}

/** Microsoft sends `admin_consent=True` with errors too. */
function back(context: Context, parameters: Record<string, string>): Response {
  const location = new URL(context.req.query('redirect_uri') ?? '')
  const all = { admin_consent: 'True', state: context.req.query('state') ?? '', ...parameters }
  for (const [name, value] of Object.entries(all)) location.searchParams.set(name, value)
  return context.redirect(location.href)
}

/** The scopes by the provider library's names. */
function requestedScopes(context: Context): string[] {
  const resource = new URL(productionScope).origin
  return (context.req.query('scope') ?? '')
    .split(' ')
    .filter(Boolean)
    .map((scope) => toInnerScope(scope.replace(advertisingApplication, resource)))
}
