import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import { createAdapterFactory } from './adapter.ts'
import { createGrant } from './consents.ts'
import { errorPage } from './pages.ts'
import { accessTokenSecondsHeader, createProvider } from './provider.ts'
import type { SignInState } from './state.ts'

/** Google's paths (accounts.google.com and oauth2.googleapis.com, here under one origin). */
export const googlePaths = {
  authorization: '/o/oauth2/v2/auth',
  token: '/token',
  jwks: '/oauth2/v3/certs',
} as const

/**
 * Creates the library's provider that acts as Google: opaque access tokens, and refresh tokens that don't change
 * and are issued only with `access_type=offline` after a consent prompt.
 */
export function createGoogleProvider(state: SignInState, origin: string): Provider {
  const { store, clients, keys, settings } = state
  const accessTokenSeconds = (context: KoaContextWithOIDC) =>
    Number(context?.get(accessTokenSecondsHeader)) || settings.accessTokenSeconds
  const provider = createProvider(origin, {
    adapter: createAdapterFactory({
      store,
      clients,
      isStrict: () => false,
      annotateCode: () => ({ offline: wantsRefreshToken(Provider.ctx) }),
    }),
    jwks: { keys: [keys.signing] },
    cookies: { keys: [keys.cookie] },
    routes: googlePaths,
    scopes: ['openid', 'email', 'profile'],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    extraParams: ['access_type', 'include_granted_scopes', 'authuser', 'hd'],
    pkce: { required: () => false },
    responseTypes: ['code'],
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 600,
      Grant: 365 * 86_400,
      IdToken: 3600,
      Interaction: 3600,
      RefreshToken: 365 * 86_400,
      Session: 14 * 86_400,
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_context, _client, code) =>
      store.get('AuthorizationCode', code.jti)?.offline === true,
    rotateRefreshToken: false,
    findAccount: (_context, accountId) => findAccount(state, accountId),
    loadExistingGrant: (context) => loadGrant(state, context),
    renderError: (context, { error, error_description: description }) => {
      context.type = 'html'
      context.body = String(
        errorPage({
          title: 'Access blocked: Authorization Error',
          text: `Error 400: ${error}. ${description ?? ''}`,
        }),
      )
    },
    interactions: { url: (_context, interaction) => `/signin/${interaction.uid}`, policy: createPolicy() },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: { enabled: false },
    },
  } satisfies Configuration)
  provider.on('authorization.success', (context, out) =>
    finishCallback(context, out as Record<string, string>),
  )
  return provider
}

function createPolicy() {
  const policy = interactionPolicy.base()
  policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0)
  return policy
}

/** Google issues a refresh token only after a consent prompt (identity/protocols/oauth2/web-server). */
function wantsRefreshToken(context: KoaContextWithOIDC | undefined): boolean {
  return context?.oidc.params?.access_type === 'offline' && context.oidc.result?.consent !== undefined
}

async function findAccount(state: SignInState, accountId: string) {
  const person = state.findByAccountId(accountId)
  if (!person) return undefined
  const { name, username: email } = person
  return { accountId, claims: async () => ({ sub: accountId, name, email, email_verified: true }) }
}

async function loadGrant({ store }: SignInState, { oidc }: KoaContextWithOIDC) {
  const key = { accountId: oidc.session?.accountId ?? '', clientId: oidc.client?.clientId ?? '' }
  const grantId = oidc.result?.consent?.grantId ?? (await createGrant(oidc.provider, store, key))
  return grantId ? oidc.provider.Grant.find(grantId) : undefined
}

/** Google's callback parameters besides `code`, `state`, and `iss` (advertising/sdk-authentication). */
function finishCallback({ oidc }: KoaContextWithOIDC, out: Record<string, string>): void {
  out.scope = String(oidc.params?.scope ?? '')
  out.authuser = '0'
  out.prompt = oidc.result?.consent ? 'consent' : 'none'
}
