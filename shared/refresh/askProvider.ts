import { grantOwnerOf } from '../domain/grants.ts'
import { noAnswer } from '../domain/refusal.ts'
import type { TokenAnswer } from '../domain/tokenEndpoint.ts'
import type { Attempt } from './attempt.ts'
import type { RefreshDependencies } from './dependencies.ts'

/** A call to the token endpoint, and the refresh token that it used. */
export interface Asked {
  /** The time of the request: the access token's lifetime counts from here, no matter how long the answer took. */
  readonly askedAt: Date
  readonly answer: TokenAnswer
  readonly reference: string
  readonly refreshToken: string
}

/**
 * Redeems the refresh token that the row names. If it's refused as invalid and the store holds a newer one
 * (a process crashed between writing and committing it), the newer one is tried before anything is concluded. A grant
 * that can't be read also counts as a refusal, although no provider was called.
 * @returns `no_time` if too little of the lease is left for a call.
 */
export async function askWithNamedOrNewer(
  dependencies: RefreshDependencies,
  attempt: Attempt,
): Promise<Asked | 'no_time'> {
  const { leased, time } = attempt
  const { clock, grants } = dependencies
  const owner = grantOwnerOf(leased.tenant, leased.grant)
  const { reference } = leased.grant
  const named = await time.step('reading the grant', () => grants.read(reference, owner))
  const asked =
    named === undefined ? undefined : await ask(dependencies, attempt, { reference, refreshToken: named })
  if (asked === 'no_time' || (asked && !isRefusedGrant(asked.answer))) return asked
  const newer = await time.step('looking for a newer grant', () => grants.readNewer(reference, owner))
  if (!newer)
    return asked ?? { askedAt: clock.now(), answer: grantGone(reference), reference, refreshToken: '' }
  const retried = await ask(dependencies, attempt, newer)
  return retried !== 'no_time' && !retried.answer.ok && asked ? asked : retried
}

/**
 * The secret is missing from its vault, where it can be recovered while soft-deleted; or the sealing key is missing.
 */
function grantGone(reference: string): TokenAnswer {
  const reason = reference.startsWith('sealed:') ? 'grant_unreadable' : 'grant_missing'
  return { ok: false, refusal: noAnswer(reason) }
}

function isRefusedGrant(answer: TokenAnswer): boolean {
  return !answer.ok && answer.refusal.class === 'advertiser' && answer.refusal.error === 'invalid_grant'
}

async function ask(
  { clock, tokenEndpoint }: RefreshDependencies,
  { leased, time }: Attempt,
  { reference, refreshToken }: Pick<Asked, 'reference' | 'refreshToken'>,
): Promise<Asked | 'no_time'> {
  // The answer must be stored before the lease ends, or another process would redeem the token concurrently.
  if (!time.allowsCall()) return 'no_time'
  const { environment } = leased.tenant
  const { identityProvider, authorityTenant, scopes } = leased.grant
  const askedAt = clock.now()
  const answer = await tokenEndpoint.refresh({
    environment,
    identityProvider,
    authorityTenant,
    scopes,
    refreshToken,
  })
  return { askedAt, answer, reference, refreshToken }
}
