import { grantOwnerOf } from '../domain/grants.ts'
import { refusalWithoutResponse } from '../domain/refusal.ts'
import type { TokenResult } from '../domain/tokenEndpoint.ts'
import { Secret } from '../secret.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'

/** A call to the token endpoint, and the refresh token that it used. */
export interface TokenRequestResult {
  /** The time of the request: the access token's lifetime counts from here, no matter how long the answer took. */
  readonly requestedAt: Date
  readonly result: TokenResult
  readonly reference: string
  readonly refreshToken: Secret
}

/**
 * Redeems the refresh token that the row names. If it's refused as invalid and the store holds a newer one
 * (a process crashed between writing and committing it), the newer one is tried before anything is concluded. A grant
 * that can't be read also counts as a refusal, although no provider was called.
 * @returns `no_time` if too little of the lease is left for a call.
 */
export async function requestTokensWithNewest(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<TokenRequestResult | 'no_time'> {
  const { leased, time } = attempt
  const { clock, grants } = dependencies
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const { reference } = leased.grant
  const named = await time.step('reading the grant', () => grants.read(reference, owner))
  const first =
    named === undefined
      ? undefined
      : await requestTokens(dependencies, attempt, { reference, refreshToken: named })
  if (first === 'no_time' || (first && !isRefusedGrant(first.result))) return first
  const newer = await time.step('looking for a newer grant', () => grants.readNewer(reference, owner))
  if (!newer)
    return (
      first ?? {
        requestedAt: clock.now(),
        result: grantGone(reference),
        reference,
        refreshToken: new Secret(''),
      }
    )
  const retried = await requestTokens(dependencies, attempt, newer)
  return retried !== 'no_time' && !retried.result.ok && first ? first : retried
}

/**
 * The secret is missing from its vault, where it can be recovered while soft-deleted; or the sealing key is missing.
 */
function grantGone(reference: string): TokenResult {
  const reason = reference.startsWith('sealed:') ? 'grant_unreadable' : 'grant_missing'
  return { ok: false, refusal: refusalWithoutResponse(reason) }
}

function isRefusedGrant(result: TokenResult): boolean {
  return !result.ok && result.refusal.class === 'advertiser' && result.refusal.error === 'invalid_grant'
}

async function requestTokens(
  { clock, tokenEndpoint }: RefreshDependencies,
  { leased, time }: Attempt,
  { reference, refreshToken }: Pick<TokenRequestResult, 'reference' | 'refreshToken'>,
): Promise<TokenRequestResult | 'no_time'> {
  // The answer must be stored before the lease ends, or another process would redeem the token concurrently.
  if (!time.allowsCall()) return 'no_time'
  const { environment } = leased.tenant
  const { identityProvider, authorityTenant, scopes } = leased.grant
  const requestedAt = clock.now()
  const result = await tokenEndpoint.refresh({
    environment,
    identityProvider,
    authorityTenant,
    scopes,
    refreshToken,
  })
  return { requestedAt, result, reference, refreshToken }
}
