import { decodeJwt, type JWTPayload } from 'jose'
import type { IdentityProvider } from '../environment.ts'
import { maskAddress, readSignInName, type SignedInUser, unknownAddress } from '../identity/idToken.ts'
import { consumerTenantId } from '../identity/signInTable.ts'

/** What an ID token of a refresh is read with. */
export interface RefreshedAt {
  readonly identityProvider: IdentityProvider
  /** The authority that answered. */
  readonly authorityTenant: string
  /** The path segment that personal accounts are refreshed at. */
  readonly personalTenant: string
}

/**
 * Tells whose grant a refresh was, by the ID token that came with it. It came from the token endpoint itself over
 * TLS, which may stand for its signature (OpenID Connect Core 3.1.3.7, point 6). Undefined when there is no ID token,
 * or none that names a directory.
 */
export function readRefreshedUser(
  idToken: string | undefined,
  { identityProvider, personalTenant }: RefreshedAt,
): SignedInUser | undefined {
  const claims = claimsOf(idToken)
  if (!claims) return undefined
  const named = readSignInName(claims)
  const hint = maskAddress(named.signInName ?? '')
  const consenter = { issuer: claims.iss ?? '', subject: String(claims.oid ?? claims.sub ?? ''), hint }
  if (identityProvider === 'google')
    return { accountKind: 'google', authorityTenant: '', consenter, ...named }
  if (typeof claims.tid !== 'string') return undefined
  return claims.tid === consumerTenantId
    ? { accountKind: 'personal', authorityTenant: personalTenant, consenter, ...named }
    : { accountKind: 'work', authorityTenant: claims.tid, consenter, ...named }
}

/**
 * What can be told without an ID token: the authority that answered. Nobody is named: a later sign-in is compared by
 * Microsoft Advertising's user id. Undefined where the authority serves every kind of account.
 */
export function createUnnamedUser({
  identityProvider,
  authorityTenant,
  personalTenant,
}: RefreshedAt): SignedInUser | undefined {
  const consenter = { issuer: '', subject: '', hint: unknownAddress }
  if (identityProvider === 'google') return { accountKind: 'google', authorityTenant: '', consenter }
  if (authorityTenant === 'common') return undefined
  const accountKind = authorityTenant === personalTenant ? 'personal' : 'work'
  return { accountKind, authorityTenant, consenter }
}

function claimsOf(idToken: string | undefined): JWTPayload | undefined {
  try {
    return idToken ? decodeJwt(idToken) : undefined
  } catch {
    return undefined
  }
}
