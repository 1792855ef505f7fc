import type { Config } from '../config.ts'
import type { AccountKind, Environment, IdentityProvider, Registration } from '../environment.ts'

/** One row of the sign-in table: where and how users of one environment sign in through one provider. */
export interface SignInRow {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  readonly clientId: string
  readonly authorizeUrl: string
  /** The token endpoint for an authority's path segment; Google has only one. */
  tokenUrl(authorityTenant: string): string
  /** The path segment at which sign-in starts and its code must be redeemed (AADSTS700005). */
  readonly signInTenant: string
  readonly jwksUrl: string
  /** The issuer that an ID token must have, built from its own `tid` (Microsoft) or fixed (Google). */
  issuer(tid: string): string
  /** Full scopes of consent and refresh. */
  readonly scopes: readonly string[]
  /** A scope that must be granted, so a token without rights is noticed at consent. */
  readonly requiredScope?: string
  /** Whether each code arrives with `iss` (RFC 9207). Default is no: Microsoft hasn't been observed to send one. */
  readonly sendsIssuer?: true
  readonly authorizeParameters: Readonly<Record<string, string>>
  /** A page that every sign-in shows, besides the choice of an account. Default is none. */
  readonly prompt?: 'consent'
  /**
   * The prompt for a person whom the list of accounts keeps leading to the wrong one. Default is none: Google knows no
   * such value, and its list always has another account (identity/openid-connect, "prompt").
   */
  readonly lastPrompt?: 'login'
}

/** Identifies a row of the sign-in table. */
export interface SignInRowKey extends Registration {
  /** The kind of account that the sign-in is for; the code is redeemed with the same row. Default is any. */
  readonly signInWith?: AccountKind | undefined
}

/** Finds a row; undefined if the environment or the provider isn't configured. */
export type SignInTable = (key: SignInRowKey) => SignInRow | undefined

/** The consumer directory: the `tid` of personal Microsoft accounts. */
export const consumerTenantId = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** The scopes that a Microsoft sign-in asks for besides Microsoft Advertising's: the person, and a refresh token. */
export const openidScopes = ['openid', 'profile', 'offline_access'] as const

/** Builds the sign-in table from the settings; sources: docs/facts.md#sign-in-endpoints. */
export function createSignInTable(config: Config): SignInTable {
  return ({ environment, identityProvider, signInWith }) => {
    const settings = config.environments.get(environment)
    if (!settings) return undefined
    if (identityProvider === 'google') {
      return settings.google && googleRow(environment, settings.google.clientId, config.google)
    }
    const { microsoft } = settings
    const { clientId, authority, scope } = microsoft
    const tenant = signInTenantOf(authority.tenant, signInWith, config.microsoftPersonalTenant)
    return microsoftRow(environment, { clientId, origin: authority.origin, tenant, scope })
  }
}

/**
 * `common` accepts both kinds of Microsoft account; each kind also has a path that accepts no other
 * (v2-oauth2-auth-code-flow.md).
 */
function signInTenantOf(usual: string, signInWith: AccountKind | undefined, personalTenant: string): string {
  if (usual !== 'common') return usual
  if (signInWith === 'personal') return personalTenant
  return signInWith === 'work' ? 'organizations' : usual
}

function microsoftRow(
  environment: Environment,
  { clientId, origin, tenant, scope }: { clientId: string; origin: string; tenant: string; scope: string },
): SignInRow {
  return {
    environment,
    identityProvider: 'microsoft',
    clientId,
    signInTenant: tenant,
    authorizeUrl: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    tokenUrl: (authorityTenant) => `${origin}/${authorityTenant}/oauth2/v2.0/token`,
    jwksUrl: `${origin}/${tenant}/discovery/v2.0/keys`,
    issuer: (tid) => `${origin}/${tid}/v2.0`,
    scopes: [scope, ...openidScopes],
    // Since 2022-06-01 only tokens from a consent to msads.manage are accepted (authentication-oauth-mfa.md).
    requiredScope: scope,
    authorizeParameters: { response_mode: 'query' },
    // The person enters a name and a password, whatever sessions the browser has (v2-oauth2-auth-code-flow.md).
    lastPrompt: 'login',
  }
}

function googleRow(environment: Environment, clientId: string, google: Config['google']): SignInRow {
  return {
    environment,
    identityProvider: 'google',
    clientId,
    signInTenant: '',
    authorizeUrl: google.authorizeUrl,
    tokenUrl: () => google.tokenUrl,
    jwksUrl: google.jwksUrl,
    issuer: () => google.issuer,
    // Observed since February 2026 (openiddict-core#2428, developer-roadmap#9802).
    sendsIssuer: true,
    scopes: ['openid', 'email', 'profile'],
    // Without these, Google returns no refresh token, or only at the first consent (Python SDK, google.prod).
    authorizeParameters: { access_type: 'offline' },
    prompt: 'consent',
  }
}
