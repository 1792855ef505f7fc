import { decodeJwt, errors, type JWTPayload } from 'jose'
import type { Consenter } from '../domain/tenant.ts'
import type { AccountKind } from '../environment.ts'
import { createKeySource, type KeySource, type KeySourceOptions } from './keySource.ts'
import { isDirectoryId } from './responseIssuer.ts'
import { consumerTenantId, type SignInRow } from './signInTable.ts'
import { verifyToken } from './verifyToken.ts'

/** The person who signed in, according to a checked ID token. */
export interface SignedInUser {
  readonly accountKind: AccountKind
  /** The authority for refreshes: the personal tenant setting, the directory's id, or empty for Google. */
  readonly authorityTenant: string
  readonly consenter: Consenter
  /** The name that the person enters at sign-in. Personal data: it's only stored sealed. Absent if unknown. */
  readonly signInName?: string
  /** The ID token's `email`, if that isn't the sign-in name: another name by which apps may know the person. */
  readonly email?: string
}

/** The ID token can't belong to this sign-in; `reason` is a stable word. */
export type IdTokenFault = { readonly fault: string }

/** Checks ID tokens; remembers each provider's keys. */
export interface IdTokenChecker {
  /**
   * Checks signature, the key's own issuer, audience, nonce, time, and an issuer that is built from the token's own `tid` and belongs to the
   * row that this transaction was sent to (mix-up defense, RFC 9700 section 4.4; OpenID Connect Core 3.1.3.7).
   * @throws KeysUnreachableError if the provider's keys can't be fetched, which says nothing about the token.
   */
  check(row: SignInRow, idToken: string, nonce: string): Promise<SignedInUser | IdTokenFault>
}

/** No stranger can cause a look for keys: an ID token comes with a code that this broker redeemed. */
const lookAgainMilliseconds = 1000

/**
 * @param personalTenant the path segment at which personal accounts are refreshed.
 * @param options how keys are fetched.
 */
export function createIdTokenChecker(personalTenant: string, options?: KeySourceOptions): IdTokenChecker {
  const keySources = new Map<string, KeySource>()
  const keysOf = (url: string): KeySource => {
    const known = keySources.get(url) ?? createKeySource(url, { lookAgainMilliseconds, ...options })
    keySources.set(url, known)
    return known
  }
  return {
    async check(row, idToken, nonce) {
      try {
        const tid = row.identityProvider === 'microsoft' ? String(decodeJwt(idToken).tid ?? '') : ''
        if (row.identityProvider === 'microsoft' && !isDirectoryId(tid))
          return { fault: 'id_token_without_tenant' }
        const keys = keysOf(row.jwksUrl)
        const { payload, protectedHeader } = await verifyToken(idToken, keys, {
          issuer: row.issuer(tid),
          audience: row.clientId,
          algorithms: ['RS256'],
          requiredClaims: ['sub', 'exp', 'iat'],
          clockTolerance: 60,
        })
        if (!isKeyOf(keys.issuerOf(protectedHeader.kid), row.issuer(tid), tid))
          return { fault: 'id_token_key_of_another_issuer' }
        // OpenID Connect Core, section 3.1.3.7: we trust no other audience beside us.
        if ([payload.aud].flat().length !== 1) return { fault: 'id_token_for_others_too' }
        if (payload.nonce !== nonce) return { fault: 'id_token_nonce_mismatch' }
        return toUser(payload, row, tid, personalTenant)
      } catch (error) {
        if (!(error instanceof errors.JOSEError)) throw error
        return { fault: `id_token_${error.code.toLowerCase().replace(/^err_/, '')}` }
      }
    },
  }
}

/**
 * Whether a key is valid for an issuer. A shared authority lists every directory's keys, and those of personal accounts
 * with their exact issuer (access-tokens.md, "Validation of the signing key issuer").
 */
function isKeyOf(keyIssuer: string | undefined, issuer: string, tid: string): boolean {
  return keyIssuer === undefined || keyIssuer.replace(/\{tenantid\}/i, tid) === issuer
}

function toUser(payload: JWTPayload, row: SignInRow, tid: string, personalTenant: string): SignedInUser {
  const personal = tid === consumerTenantId
  const named = readNames(payload)
  const hint = maskAddress(named.signInName ?? '')
  const issuer = payload.iss ?? ''
  if (row.identityProvider === 'google') {
    return {
      accountKind: 'google',
      authorityTenant: '',
      consenter: { issuer, subject: payload.sub ?? '', hint },
      ...named,
    }
  }
  return {
    accountKind: personal ? 'personal' : 'work',
    authorityTenant: personal ? personalTenant : tid,
    // `sub` is pairwise; `oid` with the issuer's tenant identifies the person (nextauthjs/next-auth#13440).
    consenter: { issuer, subject: String(payload.oid ?? payload.sub ?? ''), hint },
    ...named,
  }
}

/** Longer names can't be given as a `loginHint` either. */
const maxNameCharacters = 320

/** The name with which the ID token's person signs in: the value of `login_hint` (v2-oauth2-auth-code-flow.md). */
export function readSignInName(payload: JWTPayload): Pick<SignedInUser, 'signInName'> {
  const signInName = payload.preferred_username ?? payload.email
  const isUsable = typeof signInName === 'string' && signInName.length <= maxNameCharacters
  return isUsable && signInName !== '' ? { signInName } : {}
}

function readNames(payload: JWTPayload): Pick<SignedInUser, 'signInName' | 'email'> {
  const named = readSignInName(payload)
  const { email } = payload
  return { ...named, ...(typeof email === 'string' && email !== named.signInName && { email }) }
}

/** The hint for an unknown address. */
export const unknownAddress = '…'

/** `ada@outlook.com` → `a…@outlook.com`: enough for its owner to recognize it, and no more in a table. */
export function maskAddress(address: string): string {
  const [local = '', domain = ''] = address.split('@')
  return domain ? `${local.slice(0, 1)}…@${domain}` : unknownAddress
}
