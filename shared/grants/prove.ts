import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { RefusalReason } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { AccountKind } from '../environment.ts'
import { type SignedInUser, unknownAddress } from '../identity/idToken.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { TokenEndpoints, TokensAskedAt } from '../identity/tokenEndpoint.ts'
import { refreshedUser, unnamedUser } from './refreshedUser.ts'

/** Dependencies of proving. */
export interface ProveDependencies {
  readonly config: Pick<Config, 'microsoftPersonalTenant'>
  readonly clock: Clock
  readonly tokenEndpoints: Pick<TokenEndpoints, 'refresh'>
}

/** A refresh token, and the importing app's knowledge about it. */
export interface BroughtToken {
  readonly refreshToken: string
  readonly accountKind?: AccountKind | undefined
  /** Set for a work account. */
  readonly directoryId?: string | undefined
}

/** A refresh token that works: the newest one, its owner, and its scopes. */
export interface ProvenToken {
  readonly ok: true
  readonly refreshToken: string
  readonly tokens: TokensAskedAt
  readonly scopes: readonly string[]
  readonly user: SignedInUser
}

/** Refusals that another authority may not repeat: this one doesn't know the account. */
const ofTheAuthority: ReadonlySet<RefusalReason> = new Set([
  'wrong_authority',
  'user_not_in_directory',
  'grant_refused',
  'sign_in_required',
])

/** Refusals that fewer scopes may fix: the consent did not cover all of ours (AADSTS70000, AADSTS65001). */
const ofTheScopes: ReadonlySet<RefusalReason> = new Set(['grant_refused', 'consent_missing', 'invalid_scope'])

/**
 * Finds a refresh token's authority and scopes by refreshing: first at the authority that the caller named, or
 * otherwise where sign-ins start, then for personal accounts, then for work accounts. The ID token decides.
 * A refusal that another authority would repeat ends the search and is the answer; otherwise the first refusal is.
 */
export async function proveToken(
  dependencies: ProveDependencies,
  row: SignInRow,
  brought: BroughtToken,
): Promise<ProvenToken | Extract<Refreshed, { ok: false }>> {
  const { microsoftPersonalTenant: personalTenant } = dependencies.config
  let { refreshToken } = brought
  let refused: Extract<Refreshed, { ok: false }> | undefined
  let unsettled: ProvenToken | undefined
  for (const authorityTenant of authoritiesOf(row, brought, personalTenant)) {
    const answer = await refreshAt(dependencies, row, authorityTenant, refreshToken)
    if (!answer.ok) {
      if (!ofTheAuthority.has(answer.refusal.reason)) {
        refused = answer
        break
      }
      refused ??= answer
      continue
    }
    const { tokens, scopes } = answer
    refreshToken = tokens.refreshToken ?? refreshToken
    const at = { identityProvider: row.identityProvider, authorityTenant, personalTenant }
    const user = refreshedUser(tokens.idToken, at) ?? unnamedUser(at)
    if (user) return { ok: true, refreshToken, tokens, scopes, user }
    unsettled = { ok: true, refreshToken, tokens, scopes, user: nobodyAt(authorityTenant) }
  }
  if (unsettled) return { ...unsettled, refreshToken }
  return refused as Extract<Refreshed, { ok: false }>
}

type Refreshed =
  | { readonly ok: true; readonly tokens: TokensAskedAt; readonly scopes: readonly string[] }
  | { readonly ok: false; readonly refusal: TokenRefusal }

async function refreshAt(
  { clock, tokenEndpoints }: ProveDependencies,
  { environment, identityProvider, scopes, requiredScope }: SignInRow,
  authorityTenant: string,
  refreshToken: string,
): Promise<Refreshed> {
  const refresh = async (wanted: readonly string[]): Promise<Refreshed> => {
    const request = { environment, identityProvider, authorityTenant, scopes: wanted, refreshToken }
    const askedAt = clock.now()
    const answer = await tokenEndpoints.refresh(request)
    return answer.ok ? { ok: true, tokens: { ...answer, askedAt }, scopes: wanted } : answer
  }
  const full = await refresh(scopes)
  if (full.ok || !requiredScope || !ofTheScopes.has(full.refusal.reason)) return full
  // Other apps requested no more than this (msads SDK, `authorization.py`).
  const least = await refresh([requiredScope, 'offline_access'])
  return least.ok ? least : full
}

function authoritiesOf(
  { identityProvider, signInTenant }: SignInRow,
  { accountKind, directoryId }: BroughtToken,
  personalTenant: string,
): readonly string[] {
  if (identityProvider === 'google') return ['']
  if (directoryId) return [directoryId]
  if (accountKind === 'personal') return [personalTenant]
  if (accountKind === 'work') return ['organizations']
  return [...new Set([signInTenant, personalTenant, 'organizations'])]
}

function nobodyAt(authorityTenant: string): SignedInUser {
  return {
    accountKind: 'work',
    authorityTenant,
    consenter: { issuer: '', subject: '', hint: unknownAddress },
  }
}
