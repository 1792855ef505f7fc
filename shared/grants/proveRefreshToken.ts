import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { authorityReasons } from '../connect/proveGrant.ts'
import type { RefusalReason } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { AccountKind } from '../environment.ts'
import { type SignedInUser, unknownAddress } from '../identity/idToken.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { TimedTokens, TokenEndpoints } from '../identity/tokenEndpoint.ts'
import type { Secret } from '../secret.ts'
import { createUnnamedUser, readRefreshedUser } from './refreshedUser.ts'

/** Dependencies of proving. */
export interface ProveTokenDependencies {
  readonly config: Pick<Config, 'microsoftPersonalTenant'>
  readonly clock: Clock
  readonly tokenEndpoints: Pick<TokenEndpoints, 'refresh'>
}

/** A refresh token, and the importing app's knowledge about it. */
export interface ImportedToken {
  readonly refreshToken: Secret
  readonly accountKind?: AccountKind | undefined
  /** Set for a work account. */
  readonly directoryId?: string | undefined
}

/** A refresh token that works: the newest one, its owner, and its scopes. */
export interface ProvenRefreshToken {
  readonly ok: true
  readonly refreshToken: Secret
  readonly tokens: TimedTokens
  readonly scopes: readonly string[]
  readonly user: SignedInUser
}

/** Refusals that fewer scopes may fix: the consent did not cover all of ours (AADSTS70000, AADSTS65001). */
const scopeReasons: ReadonlySet<RefusalReason> = new Set([
  'grant_refused',
  'consent_missing',
  'invalid_scope',
])

/**
 * Finds a refresh token's authority and scopes by refreshing: first at the authority that the caller named, or
 * otherwise where sign-ins start, then for personal accounts, then for work accounts. The ID token decides, and the
 * grant is kept for an authority where a refresh worked: the account's own, else the one that answered.
 * A refusal that another authority would repeat ends the search and is the answer; otherwise the first refusal is.
 */
export async function proveRefreshToken(
  dependencies: ProveTokenDependencies,
  row: SignInRow,
  imported: ImportedToken,
): Promise<ProvenRefreshToken | Extract<RefreshAttempt, { ok: false }>> {
  const { microsoftPersonalTenant: personalTenant } = dependencies.config
  let { refreshToken } = imported
  let refused: Extract<RefreshAttempt, { ok: false }> | undefined
  let unsettled: ProvenRefreshToken | undefined
  for (const authorityTenant of authoritiesOf(row, imported, personalTenant)) {
    const result = await refreshAt(dependencies, row, authorityTenant, refreshToken)
    if (!result.ok) {
      if (!authorityReasons.has(result.refusal.reason)) {
        refused = result
        break
      }
      refused ??= result
      continue
    }
    const { tokens, scopes } = result
    refreshToken = tokens.refreshToken ?? refreshToken
    const at = { identityProvider: row.identityProvider, authorityTenant, personalTenant }
    const user = readRefreshedUser(tokens.idToken, at) ?? createUnnamedUser(at)
    const found = user && ({ ok: true, refreshToken, tokens, scopes, user } as const)
    if (found) return proveOwnAuthority(dependencies, found, { row, answeredBy: authorityTenant })
    unsettled = { ok: true, refreshToken, tokens, scopes, user: unknownUserAt(authorityTenant) }
  }
  if (unsettled) return { ...unsettled, refreshToken }
  return refused as Extract<RefreshAttempt, { ok: false }>
}

async function proveOwnAuthority(
  dependencies: ProveTokenDependencies,
  found: ProvenRefreshToken,
  { row, answeredBy }: { readonly row: SignInRow; readonly answeredBy: string },
): Promise<ProvenRefreshToken> {
  const { refreshToken, scopes, user } = found
  if (user.authorityTenant === answeredBy) return found
  const own = await refreshAt(dependencies, { ...row, scopes }, user.authorityTenant, refreshToken)
  if (!own.ok) return { ...found, user: { ...user, authorityTenant: answeredBy } }
  const { tokens } = own
  return { ...found, tokens, scopes: own.scopes, refreshToken: tokens.refreshToken ?? refreshToken }
}

type RefreshAttempt =
  | { readonly ok: true; readonly tokens: TimedTokens; readonly scopes: readonly string[] }
  | { readonly ok: false; readonly refusal: TokenRefusal }

async function refreshAt(
  { clock, tokenEndpoints }: ProveTokenDependencies,
  { environment, identityProvider, scopes, requiredScope }: SignInRow,
  authorityTenant: string,
  refreshToken: Secret,
): Promise<RefreshAttempt> {
  const refresh = async (wanted: readonly string[]): Promise<RefreshAttempt> => {
    const request = { environment, identityProvider, authorityTenant, scopes: wanted, refreshToken }
    const requestedAt = clock.now()
    const result = await tokenEndpoints.refresh(request)
    return result.ok ? { ok: true, tokens: { ...result, requestedAt }, scopes: wanted } : result
  }
  const full = await refresh(scopes)
  if (full.ok || !requiredScope || !scopeReasons.has(full.refusal.reason)) return full
  // Other apps requested no more than this (msads SDK, `authorization.py`).
  const least = await refresh([requiredScope, 'offline_access'])
  return least.ok ? least : full
}

function authoritiesOf(
  { identityProvider, signInTenant }: SignInRow,
  { accountKind, directoryId }: ImportedToken,
  personalTenant: string,
): readonly string[] {
  if (identityProvider === 'google') return ['']
  if (directoryId) return [directoryId]
  if (accountKind === 'personal') return [personalTenant]
  if (accountKind === 'work') return ['organizations']
  return [...new Set([signInTenant, personalTenant, 'organizations'])]
}

function unknownUserAt(authorityTenant: string): SignedInUser {
  return {
    accountKind: 'work',
    authorityTenant,
    consenter: { issuer: '', subject: '', hint: unknownAddress },
  }
}
