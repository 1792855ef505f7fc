import { type Clock, TimeLimitError } from '../clock.ts'
import type { RefusalReason } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { RefreshRequest } from '../domain/tokenEndpoint.ts'
import type { SignedInUser } from '../identity/idToken.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import type { TimedTokens, TokenEndpoints } from '../identity/tokenEndpoint.ts'
import type { Secret } from '../secret.ts'

/** Dependencies of proving a grant. */
export interface ProveGrantDependencies {
  readonly clock: Clock
  readonly signInTable: SignInTable
  readonly tokenEndpoints: Pick<TokenEndpoints, 'refresh'>
}

/**
 * The result of a new grant's first refresh. `proven`: it worked at this authority, with these tokens. `open`: nothing
 * was learned, and this authority hasn't refused the grant. `refused`: no authority accepts it.
 */
export type GrantProof =
  | { readonly proof: 'proven'; readonly authorityTenant: string; readonly tokens: TimedTokens }
  | { readonly proof: 'open'; readonly authorityTenant: string }
  | { readonly proof: 'refused'; readonly refusal: TokenRefusal }

/** Refusals that another authority may not repeat: this one doesn't know the account, or it gave no cause. */
export const authorityReasons: ReadonlySet<RefusalReason> = new Set([
  'wrong_authority',
  'user_not_in_directory',
  'grant_refused',
  'sign_in_required',
])

/**
 * Refreshes a new grant once, at the authority that will refresh it, else where sign-ins usually start. Microsoft has
 * refused refresh tokens of personal accounts at the first refresh, depending on the authority that issued them
 * (Softeria/ms-365-mcp-server#528). A temporary failure doesn't cost the person the sign-in: the next refresh proves
 * the grant.
 */
export async function proveGrant(
  dependencies: ProveGrantDependencies,
  row: SignInRow,
  { user, refreshToken }: { readonly user: SignedInUser; readonly refreshToken: Secret },
): Promise<GrantProof> {
  const { environment, identityProvider } = row
  const usual = dependencies.signInTable({ environment, identityProvider }) ?? row
  const refresh = (authorityTenant: string) => refreshAt(dependencies, row, { authorityTenant, refreshToken })
  const first = await refresh(user.authorityTenant)
  if (first.proof !== 'refused' || usual.signInTenant === user.authorityTenant) return first
  if (!mayDiffer(first.refusal)) return first
  const second = await refresh(usual.signInTenant)
  return second.proof === 'refused' && mayDiffer(second.refusal) ? first : second
}

/** A credential of ours can be refused at one authority only. */
function mayDiffer(refusal: TokenRefusal): boolean {
  return authorityReasons.has(refusal.reason) || refusal.class === 'operator'
}

async function refreshAt(
  { clock, tokenEndpoints }: ProveGrantDependencies,
  { environment, identityProvider, scopes }: SignInRow,
  { authorityTenant, refreshToken }: Pick<RefreshRequest, 'authorityTenant' | 'refreshToken'>,
): Promise<GrantProof> {
  const requestedAt = clock.now()
  const request = { environment, identityProvider, authorityTenant, scopes, refreshToken }
  try {
    const answer = await tokenEndpoints.refresh(request)
    if (answer.ok) return { proof: 'proven', authorityTenant, tokens: { ...answer, requestedAt } }
    const { refusal } = answer
    const isOpen = refusal.class === 'passing' || refusal.class === 'backOff'
    return isOpen ? { proof: 'open', authorityTenant } : { proof: 'refused', refusal }
  } catch (error) {
    // Our credential couldn't be read, so nothing was sent.
    if (error instanceof StorageUnavailableError || error instanceof TimeLimitError)
      return { proof: 'open', authorityTenant }
    throw error
  }
}
