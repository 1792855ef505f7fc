/** The scope of Microsoft Advertising's production (advertising/authentication-oauth-consent). */
export const productionScope = 'https://ads.microsoft.com/msads.manage'

/** The scope of Microsoft Advertising's sandbox (BingAds-Python-SDK `authorization.py`). */
export const sandboxScope = 'https://si.ads.microsoft.com/msads.manage'

/** The OpenID Connect scopes that both environments share. */
export const openidScopes = ['openid', 'profile', 'email', 'offline_access'] as const

/** The parsed `scope` parameter. */
export type ScopeReading =
  | { readonly kind: 'good'; readonly resource: string | undefined }
  | { readonly kind: 'unknown'; readonly scope: string }
  | { readonly kind: 'severalResources' }

/** Parses the scopes for a consent. An absent or empty parameter requests nothing and is valid. */
export function parseScope(scope: string | undefined): ScopeReading {
  const wanted = (scope ?? '').split(' ').filter(Boolean)
  const resourceScopes = wanted.filter((one) => !openidScopes.includes(one as never))
  const unknown = resourceScopes.find((one) => one !== productionScope && one !== sandboxScope)
  if (unknown !== undefined) return { kind: 'unknown', scope: unknown }
  const resources = [...new Set(resourceScopes.map(toResource))]
  return resources.length > 1 ? { kind: 'severalResources' } : { kind: 'good', resource: resources[0] }
}

/** The resource of a scope: the part before its last slash, for example `https://ads.microsoft.com`. */
export function toResource(scope: string): string {
  return scope.slice(0, scope.lastIndexOf('/'))
}

/** The internal name of `offline_access`, which the provider library would drop without a consent prompt. */
const innerOffline = 'offline'

/** Translates a `scope` parameter for the provider library. */
export const toInnerScope = (scope: string) => scope.replace(/\boffline_access\b/, innerOffline)

/** The OpenID Connect scopes by the provider library's names. */
export const innerOpenidScopes = openidScopes.map(toInnerScope)

/** Whether these internal scopes include a refresh token. */
export const isOffline = (innerScopes: ReadonlySet<string>) => innerScopes.has(innerOffline)
