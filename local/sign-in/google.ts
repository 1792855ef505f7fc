import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import type { Provider } from 'oidc-provider'
import { type RunningService, serve } from '../service.ts'
import { createControl } from './control.ts'
import { answerAuthorization, answerKeys, redirectWith, refuseFrames } from './front.ts'
import { createGoogleProvider, googlePaths } from './google-provider.ts'
import { answerGoogleToken, toGoogleError } from './google-token.ts'
import { createInteractionDesk } from './interactions.ts'
import { errorPage } from './pages.ts'
import { ask, type ProviderAnswer, toProviderRequest, toResponse } from './provider.ts'
import { createSignInState, type SignInOptions, type SignInState } from './state.ts'

/** The local stand-in for https://accounts.google.com and https://oauth2.googleapis.com. */
export interface RunningGoogleSignIn extends RunningService {
  /** `iss` of ID tokens: the origin; Google's is https://accounts.google.com. */
  readonly issuer: string
  readonly authorizeUrl: string
  readonly tokenUrl: string
}

/**
 * Starts the local sign-in with Google's paths and behavior.
 * @throws PortTakenError if the port is in use.
 */
export async function startGoogleSignIn(options: SignInOptions): Promise<RunningGoogleSignIn> {
  const state = await createSignInState(options, ['google'])
  let made: { origin: string; provider: Provider } | undefined
  const google = () => {
    if (!made) throw new Error('The Google sign-in is asked before it listens.')
    return made
  }
  const service = await serve(createApp(state, google).fetch, { name: 'Google sign-in', port: options.port })
  const { origin } = service
  made = { origin, provider: createGoogleProvider(state, origin) }
  return {
    ...service,
    issuer: origin,
    authorizeUrl: `${origin}${googlePaths.authorization}`,
    tokenUrl: `${origin}${googlePaths.token}`,
  }
}

type Google = () => { readonly origin: string; readonly provider: Provider }

function createApp(state: SignInState, google: Google): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>()
  const desk = createInteractionDesk(state, {
    name: 'Google',
    hasChooser: true,
    declined: () => ({ error: 'access_denied' }),
    blocks: ({ hurdle }) => (hurdle === 'adminPolicyEnforced' ? policyPage : undefined),
  })
  app.use(refuseFrames)
  app.route('/', createControl(state))
  app.get('/.well-known/openid-configuration', (context) => context.json(toMetadata(google().origin)))
  app.get(googlePaths.jwks, (context) => answerKeys(state, context))
  app.get(googlePaths.authorization, (context) =>
    answerAuthorization(state, context, (fault) => {
      if (isEmbedded(context.req.header('user-agent') ?? '')) return context.html(errorPage(webviewPage), 403)
      const error = fault && toGoogleError(fault)
      return error
        ? redirectWith(context, { error, iss: google().origin })
        : relay(context, google().provider)
    }),
  )
  app.get(`${googlePaths.authorization}/:uid`, (context) => relay(context, google().provider))
  app.get('/signin/:uid', (context) => desk.show(context, google().provider))
  app.post('/signin/:uid', (context) => desk.submit(context, google().provider))
  app.post(googlePaths.token, (context) => {
    const { origin, provider } = google()
    return answerGoogleToken({ state, origin, provider: () => provider }, context)
  })
  app.get('/tokeninfo', (context) => answerTokenInfo(state, context))
  return app
}

/** Shown to people whose Google Workspace administrator blocks the application (identity/protocols/oauth2/web-server). */
const policyPage = {
  title: 'Access blocked: your institution’s admin needs to review this app',
  text: 'Error 400: admin_policy_enforced',
}

/** Shown in a browser that an application embeds (identity/protocols/oauth2/web-server). */
const webviewPage = {
  title: 'Access blocked: this app’s request doesn’t comply with Google’s policies',
  text: 'Error 403: disallowed_useragent',
}

/** Whether a user agent is an embedded one: Android's WebView says `wv`, and iOS's lacks `Safari/`. */
function isEmbedded(userAgent: string): boolean {
  return /; wv\)/.test(userAgent) || (/\b(iPhone|iPad)\b/.test(userAgent) && !userAgent.includes('Safari/'))
}

async function relay(context: Context, provider: Provider): Promise<Response> {
  const { pathname, search } = new URL(context.req.url)
  const answer = await ask(provider, toProviderRequest(context.req.raw, `${pathname}${search}`))
  return toResponse(withGoogleError(answer))
}

/** At Google, a redirect with an error has only `error`, `state`, and `iss`. */
function withGoogleError(answer: ProviderAnswer): ProviderAnswer {
  const location = URL.parse(answer.headers.get('location') ?? '')
  if (!location?.searchParams.has('error')) return answer
  location.searchParams.delete('error_description')
  const headers = new Headers(answer.headers)
  headers.set('location', location.href)
  return { ...answer, headers, body: undefined }
}

/** `GET /tokeninfo`: an access token's owner and remaining lifetime. */
function answerTokenInfo(state: SignInState, context: Context): Response {
  const record = state.store.get('AccessToken', context.req.query('access_token') ?? '')
  const person = state.findByAccountId(record?.accountId)
  const secondsLeft = (record?.exp ?? 0) - Math.floor(Date.now() / 1000)
  if (!record || !person || secondsLeft <= 0) {
    return context.json({ error: 'invalid_token', error_description: 'Invalid Value' }, 400)
  }
  return context.json({
    azp: record.clientId,
    aud: record.clientId,
    sub: person.objectId,
    scope: record.scope,
    exp: String(record.exp),
    expires_in: String(secondsLeft),
    email: person.username,
    email_verified: 'true',
  })
}

function toMetadata(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}${googlePaths.authorization}`,
    token_endpoint: `${origin}${googlePaths.token}`,
    jwks_uri: `${origin}${googlePaths.jwks}`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'email', 'profile'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['plain', 'S256'],
  }
}
