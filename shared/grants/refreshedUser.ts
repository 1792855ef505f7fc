import { decodeJwt, type JWTPayload } from 'jose'
import type { IdentityProvider } from '../environment.ts'
import { maskAddress, readSignInName, type SignedInUser, unknownAddress } from '../identity/idToken.ts'
import { consumerTenantId } from '../identity/signInTable.ts'

/** The context in which a refresh's ID token is read. */
export interface RefreshedAt {
  readonly identityProvider: IdentityProvider
  /** The authority that answered. */
  readonly authorityTenant: string
  /** The path segment at which personal accounts are refreshed. */
  readonly personalTenant: string
}

/**
 * Identifies the owner of a refreshed grant from the ID token that came with it. The token came from the token endpoint
 * over TLS, which can replace checking its signature (OpenID Connect Core 3.1.3.7, point 6). Returns undefined if there
 * is no ID token, or if it names no directory.
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
 * Identifies the user without an ID token, by the authority that answered. It gives no name: a later sign-in is
 * compared by Microsoft Advertising's user id. Returns undefined if the authority serves every kind of account.
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
