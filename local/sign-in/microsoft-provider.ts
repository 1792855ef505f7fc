import { createHash } from 'node:crypto'
import {
  type AccountClaims,
  type Configuration,
  errors,
  interactionPolicy,
  type JWTStructured,
  type KoaContextWithOIDC,
  type Provider,
} from 'oidc-provider'
import type { Person } from '../people.ts'
import { createAdapterFactory } from './adapter.ts'
import { toAppClaims } from './app-claims.ts'
import { isChallenged, lacksClaims } from './claims-challenge.ts'
import { isWebClient } from './clients.ts'
import { createGrant } from './consents.ts'
import { toErrorPage } from './microsoft-redirect.ts'
import { accessTokenSecondsHeader, createProvider, keepRefreshTokenHeader } from './provider.ts'
import { innerOpenidScopes, isOffline, parseScope } from './scopes.ts'
import type { SignInState } from './state.ts'
import { accepts } from './tenants.ts'

const { Check, Prompt, base } = interactionPolicy

/** Lifetime of refresh tokens: 90 days (identity-platform/refresh-tokens). */
const refreshTokenSeconds = 90 * 86_400

/** Lifetime of codes: about 10 minutes (identity-platform/v2-oauth2-auth-code-flow). */
const codeSeconds = 600

/** Lifetime of a managed identity's tokens: 24 hours (managed-identities-faq). */
const managedIdentitySeconds = 86_400

/** Creates the library's provider that acts as one of Microsoft's authorities, a directory or a shared one. */
export function createMicrosoftProvider(state: SignInState, origin: string, tenantPath: string): Provider {
  const { store, clients, keys, settings } = state
  const provider = createProvider(`${origin}/${tenantPath}/v2.0`, {
    adapter: createAdapterFactory({
      store,
      clients,
      isStrict: () => settings.strict,
      annotateCode: () => ({ tenantPath }),
    }),
    jwks: { keys: [keys.signing] },
    cookies: { keys: [keys.cookie] },
    routes: {
      authorization: `/${tenantPath}/oauth2/v2.0/authorize`,
      token: `/${tenantPath}/oauth2/v2.0/token`,
      jwks: `/${tenantPath}/discovery/v2.0/keys`,
    },
    scopes: innerOpenidScopes,
    claims: {
      openid: ['sub', 'oid', 'tid', 'ver'],
      profile: ['name', 'preferred_username'],
      email: ['email'],
    },
    conformIdTokenClaims: false,
    extraParams: ['domain_hint', 'challenge'],
    pkce: { required: () => true },
    responseTypes: ['code'],
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: codeSeconds,
      ClientCredentials: (context, _token, client) =>
        isManagedIdentity(client.clientId) ? managedIdentitySeconds : accessTokenSeconds(context),
      Grant: refreshTokenSeconds,
      IdToken: accessTokenSeconds,
      Interaction: 3600,
      RefreshToken: refreshTokenSeconds,
      Session: 14 * 86_400,
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_context, _client, code) => isOffline(code.scopes),
    rotateRefreshToken: (context) => !context.get(keepRefreshTokenHeader),
    findAccount: (context, accountId) => findAccount(state, context, accountId),
    loadExistingGrant: (context) => loadGrant(state, context),
    extraTokenClaims: (context) => toAccessTokenClaims(state, context, tenantPath),
    formats: { customizers: { jwt: (_context, _token, jwt) => finishAccessToken(jwt, tenantPath) } },
    renderError: (context, { error, error_description: description }) => {
      context.type = 'html'
      context.body = toErrorPage(error, description)
    },
    interactions: {
      url: (_context, interaction) => `/${tenantPath}/login/${interaction.uid}`,
      policy: createPolicy(state, tenantPath),
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: (context) => toResourceIndicator(context),
        useGrantedResource: () => true,
        getResourceServerInfo: (context, resource, client) => {
          const registered = clients.find(client.clientId)
          const app = registered && !isWebClient(registered) ? registered : undefined
          return {
            audience: app && app.accessTokenVersion !== 1 ? app.audience : nameOf(resource),
            scope: `${resource}/msads.manage ${nameOf(resource)}/.default`,
            accessTokenTTL: accessTokenSeconds(context),
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
  } satisfies Configuration)
  provider.on('authorization.success', (_context, out) => delete (out as { iss?: string }).iss)
  return provider

  function isManagedIdentity(clientId: string): boolean {
    const app = clients.find(clientId)
    return app !== undefined && !isWebClient(app) && app.isManagedIdentity === true
  }

  function accessTokenSeconds(context: KoaContextWithOIDC): number {
    return Number(context?.get(accessTokenSecondsHeader)) || settings.accessTokenSeconds
  }
}

/** Finds the resource in the scopes, because Microsoft's clients send no `resource`. */
function toResourceIndicator({ oidc }: KoaContextWithOIDC): string | [] {
  const scope = String(oidc.params?.scope ?? '')
  if (oidc.route === 'token') return toUri(scope.replace(/\/\.default$/, ''))
  const reading = parseScope(scope.replace(/\boffline\b/, 'offline_access'))
  if (reading.kind === 'good') return reading.resource ?? []
  const code = reading.kind === 'unknown' ? 70011 : 700022
  throw new errors.CustomOIDCProviderError(`AADSTS${code}`, scope)
}

const byClientId = 'client-id:'

/** The library takes only URIs for resources; at Entra an API's client ID names it too. */
const toUri = (resource: string) => (resource.includes(':') ? resource : `${byClientId}${resource}`)
const nameOf = (uri: string) => uri.replace(byClientId, '')

function createPolicy(state: SignInState, tenantPath: string) {
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)
  const isElsewhere = (context: KoaContextWithOIDC) => {
    const person = state.findByAccountId(context.oidc.session?.accountId)
    return person !== undefined && !accepts(tenantPath, person)
  }
  const mustStepUp = ({ oidc: { params = {}, session } }: KoaContextWithOIDC) => {
    const person = state.findByAccountId(session?.accountId)
    return person !== undefined && isChallenged(person, params) && lacksClaims(person, session?.amr)
  }
  policy
    .get('login')
    ?.checks.add(
      new Check('other_directory', 'another account is needed here', 'login_required', isElsewhere),
    )
  policy
    .get('login')
    ?.checks.add(new Check('claims_challenge', 'a second factor is needed', 'login_required', mustStepUp))
  return policy
}

async function findAccount(state: SignInState, { oidc }: KoaContextWithOIDC, accountId: string) {
  const person = state.findByAccountId(accountId)
  if (!person) return undefined
  const subject =
    oidc.route === 'token' ? toPairwiseSubject(accountId, oidc.client?.clientId ?? '') : accountId
  return { accountId: subject, claims: async (): Promise<AccountClaims> => toClaims(person, subject) }
}

/** The subject by which one application identifies a person (identity-platform/id-token-claims-reference). */
function toPairwiseSubject(accountId: string, clientId: string): string {
  return createHash('sha256').update(`${clientId} ${accountId}`).digest('base64url')
}

const toClaims = (person: Person, sub: string) => ({
  sub,
  oid: person.objectId,
  tid: person.directoryId,
  ver: '2.0',
  name: person.name,
  preferred_username: person.username,
  email: person.username,
})

async function loadGrant({ store, findByAccountId }: SignInState, { oidc }: KoaContextWithOIDC) {
  const given = oidc.result?.consent?.grantId
  const key = { accountId: oidc.session?.accountId ?? '', clientId: oidc.client?.clientId ?? '' }
  const { directoryId } = findByAccountId(key.accountId) ?? {}
  const grantId = given ?? (await createGrant(oidc.provider, store, key, directoryId))
  return grantId ? oidc.provider.Grant.find(grantId) : undefined
}

function toAccessTokenClaims(state: SignInState, { oidc }: KoaContextWithOIDC, directoryId: string) {
  const clientId = oidc.client?.clientId ?? ''
  const app = state.clients.find(clientId)
  // The library's own claims win over these, so the end of the conversion needs them together.
  if (app && !isWebClient(app)) return { app: toAppClaims(app, directoryId) }
  const source = oidc.entities.AuthorizationCode ?? oidc.entities.RefreshToken
  const person = state.findByAccountId(source?.accountId)
  return (
    person && { azp: clientId, oid: person.objectId, preferred_username: person.username, name: person.name }
  )
}

/** Converts the library's access token (RFC 9068) to Microsoft's form: `scp`, `tid`, `ver`. */
function finishAccessToken(jwt: JWTStructured, directoryId: string): void {
  const { scope, app, client_id: _clientId, jti: uti, ...claims } = jwt.payload
  const scopes = String(scope ?? '').split(' ')
  const scp = scopes.map((one) => one.slice(one.lastIndexOf('/') + 1)).join(' ')
  // Without `uti`, two tokens of one second would be the same.
  const own = app ? (app as object) : { tid: directoryId, uti, ver: '2.0', ...(scp && { scp }) }
  jwt.payload = { ...claims, nbf: claims.iat, ...own }
  jwt.header = { typ: 'JWT' }
}
