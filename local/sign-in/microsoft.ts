import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Provider } from 'oidc-provider'
import { type RunningService, serve } from '../service.ts'
import { createAdminConsent } from './admin-consent.ts'
import { versionOneIssuer } from './app-claims.ts'
import { isChallenged } from './claims-challenge.ts'
import { isApproved } from './consents.ts'
import { createControl } from './control.ts'
import type { SocketContext } from './fault-effects.ts'
import { answerAuthorization, answerKeys, redirectWith, refuseFrames } from './front.ts'
import { createInteractionDesk, type InteractionDesk } from './interactions.ts'
import { createMicrosoftProvider } from './microsoft-provider.ts'
import { answerRedirect, personDeclined } from './microsoft-redirect.ts'
import { answerToken, toRefusalCode } from './microsoft-token.ts'
import { errorPage } from './pages.ts'
import { ask, toProviderRequest, toResponse } from './provider.ts'
import { toRedirectRefusal } from './refusals.ts'
import { openidScopes, productionScope, sandboxScope, toInnerScope } from './scopes.ts'
import { createSignInState, type SignInOptions, type SignInState } from './state.ts'
import { accepts, isTenantPath, toDirectoryId } from './tenants.ts'

/** Options of the local stand-in for https://login.microsoftonline.com. */
export interface MicrosoftSignInOptions extends SignInOptions {
  /** A second address, over HTTPS, for clients that accept no other. Default is none. */
  readonly secure?: { readonly port: number; readonly tls: { readonly key: string; readonly cert: string } }
  /** The origin by which clients reach it, if a front has another. Default is the listener's own. */
  readonly publicOrigin?: string
  /** The directory that `adfs` stands for. Default is none. */
  readonly adfsDirectoryId?: string
}

/** The local stand-in for https://login.microsoftonline.com. */
export interface RunningMicrosoftSignIn extends RunningService {
  /** The HTTPS address, if there is one. */
  readonly secureOrigin?: string
  /** The authorization address for the given tenant path, for example `common`. */
  authorizeUrl(tenantPath: string): string
  tokenUrl(tenantPath: string): string
  /** `iss` of a directory's tokens. */
  issuerOf(directoryId: string): string
}

interface Microsoft {
  readonly state: SignInState
  readonly adfsDirectoryId: string | undefined
  /** The origin of the issuers, whichever address a token was requested at. Set once the port is known. */
  origin: string
  readonly providers: Map<string, Provider>
  readonly desks: Map<string, InteractionDesk>
}

/**
 * Starts the local sign-in with Microsoft's paths and behavior, for both environments. The provider library supplies
 * codes, tokens, and their checks, with one provider per directory over one store; a front converts its answers to
 * Microsoft's form.
 * @throws PortTakenError if the port is in use.
 */
export async function startMicrosoftSignIn(options: MicrosoftSignInOptions): Promise<RunningMicrosoftSignIn> {
  const { port, publicOrigin, secure, adfsDirectoryId } = options
  const state = await createSignInState(options, ['personal', 'work'])
  const microsoft: Microsoft = { state, adfsDirectoryId, origin: '', providers: new Map(), desks: new Map() }
  const service = await serve(createApp(microsoft, publicOrigin).fetch, { name: 'sign-in', port })
  const origin = publicOrigin ?? service.origin
  microsoft.origin = origin
  const second = secure && (await openSecure(microsoft, secure).catch(stopAndThrow(service)))
  return {
    ...service,
    authorizeUrl: (tenantPath) => `${origin}/${tenantPath}/oauth2/v2.0/authorize`,
    tokenUrl: (tenantPath) => `${origin}/${tenantPath}/oauth2/v2.0/token`,
    issuerOf: (directoryId) => `${origin}/${directoryId}/v2.0`,
    ...(second && { secureOrigin: second.origin }),
    stop: async () => {
      await Promise.all([service.stop(), second?.stop()])
    },
  }
}

/** The same sign-in at a second address: a host name, because certificates are for names. */
function openSecure(microsoft: Microsoft, secure: NonNullable<MicrosoftSignInOptions['secure']>) {
  const listener = { ...secure, name: 'sign-in over HTTPS', host: 'localhost' }
  return serve(createApp(microsoft, `https://localhost:${secure.port}`).fetch, listener)
}

const stopAndThrow = (service: RunningService) => async (error: unknown) => {
  await service.stop()
  throw error
}

/** @param address the origin by which clients reach this listener. Default is that of the issuers. */
function createApp(microsoft: Microsoft, address?: string): Hono<{ Bindings: HttpBindings }> {
  const { state } = microsoft
  const app = new Hono<{ Bindings: HttpBindings }>()
  const here = () => address ?? microsoft.origin
  const providerOf = (tenantPath: string) => providerAt(microsoft, tenantPath)
  app.use(refuseFrames)
  app.route('/', createControl(state))
  app.route('/', createAdminConsent(state))
  app.post('/:tenant/oauth2/v2.0/token', (context) =>
    answerToken({ state, origin: here(), providerOf }, context),
  )
  app.get('/:tenant/v2.0/.well-known/openid-configuration', (context) =>
    withTenant(context, (tenantPath) => context.json(toMetadata(here(), tenantPath))),
  )
  app.get('/adfs/.well-known/openid-configuration', (context) =>
    microsoft.adfsDirectoryId
      ? context.json(toMetadata(here(), microsoft.adfsDirectoryId))
      : context.notFound(),
  )
  app.get('/:tenant/.well-known/openid-configuration', (context) =>
    withTenant(context, (tenantPath) => context.json(toVersionOneMetadata(here(), tenantPath))),
  )
  app.get('/:tenant/discovery/v2.0/keys', (context) =>
    answerKeys(state, context, `${microsoft.origin}/{tenantid}/v2.0`),
  )
  app.get('/:tenant/oauth2/v2.0/logout', (context) =>
    withTenant(context, (tenantPath) => logOut(state, context, providerOf(tenantPath))),
  )
  app.get('/:tenant/oauth2/v2.0/authorize', (context) =>
    withTenant(context, (tenantPath) => authorize(state, context, providerOf(tenantPath))),
  )
  app.get('/:tenant/oauth2/v2.0/authorize/:uid', (context) =>
    withTenant(context, (tenantPath) => relay(context, providerOf(tenantPath), context.req.path)),
  )
  app.get('/:tenant/login/:uid', (context) =>
    withTenant(context, (tenantPath) => deskAt(microsoft, tenantPath).show(context, providerOf(tenantPath))),
  )
  app.post('/:tenant/login/:uid', (context) =>
    withTenant(context, (tenantPath) =>
      deskAt(microsoft, tenantPath).submit(context, providerOf(tenantPath)),
    ),
  )
  return app
}

function providerAt({ state, origin, providers }: Microsoft, tenantPath: string): Provider {
  const provider = providers.get(tenantPath) ?? createMicrosoftProvider(state, origin, tenantPath)
  providers.set(tenantPath, provider)
  return provider
}

async function withTenant(context: Context, go: (tenantPath: string) => Response | Promise<Response>) {
  const tenantPath = (context.req.param('tenant') ?? '').toLowerCase()
  if (isTenantPath(tenantPath)) return go(tenantPath)
  const text = `AADSTS90002: Tenant '${tenantPath}' not found. Check to make sure you have the correct tenant ID.`
  return context.html(errorPage({ title: 'Sorry, but we’re having trouble signing you in', text }), 400)
}

function deskAt({ state, desks }: Microsoft, tenantPath: string): InteractionDesk {
  const desk = desks.get(tenantPath) ?? createDesk(state, tenantPath)
  desks.set(tenantPath, desk)
  return desk
}

function createDesk(state: SignInState, tenantPath: string): InteractionDesk {
  return createInteractionDesk(state, {
    name: 'Microsoft',
    declined: (person) => (person?.kind === 'personal' ? personDeclined : { error: 'AADSTS65004' }),
    refuseHere: (person) =>
      accepts(tenantPath, person) ? undefined : 'AADSTS50020: You can’t sign in here with this account.',
    asksForCode: (person, params) => person.hurdle === 'mfa' || isChallenged(person, params),
    needsApproval: (person, wish) =>
      person.hurdle === 'adminConsentRequired' &&
      !isApproved(state.store, { ...person, ...wish }, wish.scopes),
    // An administrator's consent also creates the service principal.
    refuseConsent: (person, wish) =>
      person.hurdle === 'serviceNotEnabled' && !isApproved(state.store, { ...person, ...wish }, wish.scopes)
        ? 'AADSTS650052'
        : undefined,
  })
}

function authorize(state: SignInState, context: SocketContext, provider: Provider): Promise<Response> {
  return answerAuthorization(state, context, (fault) => {
    const code = fault && toRefusalCode(fault)
    if (code) return redirectWith(context, toRedirectRefusal({ code }))
    return relay(context, provider, toInnerPath(context.req.url, fault?.kind === 'noAccountChoice'))
  })
}

/**
 * The authorization request in the provider library's form.
 * @param hidesChoice whether `prompt=select_account` has no effect, as some owners of personal accounts report.
 */
function toInnerPath(url: string, hidesChoice: boolean): string {
  const { pathname, searchParams } = new URL(url)
  const scope = searchParams.get('scope')
  if (scope) searchParams.set('scope', toInnerScope(scope))
  searchParams.delete('resource')
  if (hidesChoice && searchParams.get('prompt') === 'select_account') searchParams.delete('prompt')
  // The library interprets `claims` as OpenID Connect's parameter of that name.
  const claims = searchParams.get('claims')
  searchParams.delete('claims')
  if (claims) searchParams.set('challenge', claims)
  return `${pathname.toLowerCase()}?${searchParams}`
}

async function relay(context: Context, provider: Provider, path: string): Promise<Response> {
  const answer = await ask(provider, toProviderRequest(context.req.raw, path))
  return answerRedirect(answer) ?? toResponse(answer)
}

/** Ends the browser's session; it revokes nothing (identity-platform/v2-protocols-oidc). */
async function logOut(state: SignInState, context: Context, provider: Provider): Promise<Response> {
  const cookie = new RegExp(`(?:^|; )${provider.cookieName('session')}=([^;]*)`).exec(
    context.req.header('cookie') ?? '',
  )
  if (cookie?.[1]) state.store.delete('Session', cookie[1])
  const wanted = context.req.query('post_logout_redirect_uri') ?? ''
  if (state.clients.redirectUris().includes(wanted)) return context.redirect(wanted)
  return context.html(errorPage({ title: 'Signed out', text: 'You signed out of your account.' }))
}

/** The part of a directory's version 1 metadata that a receiver of its tokens reads. */
function toVersionOneMetadata(origin: string, tenantPath: string): object {
  return {
    issuer: versionOneIssuer(toDirectoryId(tenantPath) ?? '{tenantid}'),
    jwks_uri: `${origin}/${tenantPath}/discovery/v2.0/keys`,
  }
}

function toMetadata(origin: string, tenantPath: string): object {
  const base = `${origin}/${tenantPath}`
  const issuerTenant = toDirectoryId(tenantPath) ?? '{tenantid}'
  return {
    issuer: `${origin}/${issuerTenant}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic', 'private_key_jwt'],
    scopes_supported: [...openidScopes, productionScope, sandboxScope],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'nonce',
      'oid',
      'tid',
      'name',
      'preferred_username',
      'email',
      'ver',
    ],
  }
}
