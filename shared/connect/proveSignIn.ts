import { type BrowserBinding, deriveBrowserSecret } from '../access/browser.ts'
import { discoverWithToken } from '../accounts/discoverWithToken.ts'
import type { Discovery } from '../advertising/discover.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { isConsenterOf } from '../domain/tenant.ts'
import { includesScope } from '../identity/grantedScopes.ts'
import { type SignedInUser, unknownAddress } from '../identity/idToken.ts'
import { redirectUriOf } from '../identity/redirectUri.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { RedeemResult } from '../identity/tokenEndpoint.ts'
import type { Secret } from '../secret.ts'
import type { SignIn } from './authorize.ts'
import { checkUser } from './checkUser.ts'
import type { CallbackDependencies } from './dependencies.ts'
import { explainRefusedGrant } from './explainRefusedGrant.ts'
import {
  type AuthorizationResponse,
  classifyAuthorizationError,
  explainFaultWithoutScope,
  explainRefusedCode,
  explainSignInFault,
  explainSignInRefusal,
} from './explainSignInFailure.ts'
import type { ConnectFailure } from './failures.ts'
import { isMixedUp } from './mixUp.ts'
import { proveGrant } from './proveGrant.ts'
import { recordClaimsChallenge } from './recordClaimsChallenge.ts'
import { reportScopes, updateEnvironmentHold } from './reportSignIn.ts'

/** A grant that a user has just given, with everything that proves its owner. */
export interface ProvenSignIn {
  readonly row: SignInRow
  readonly user: SignedInUser
  readonly tokens: Extract<RedeemResult, { ok: true }> & {
    readonly refreshToken: Secret
    readonly requestedAt: Date
  }
  /** Whether the grant's first refresh has neither worked nor been refused. Default is that it worked. */
  readonly isUnproven?: true
  readonly discovery: Discovery
}

/**
 * Proves a sign-in: the answer comes from the right provider, its code is redeemed, its ID token names the person,
 * Microsoft Advertising recognizes them, and the grant can be refreshed. Nothing is stored here.
 * @throws storage's errors.
 */
export async function proveSignIn(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
  state: string,
): Promise<ProvenSignIn | ConnectFailure> {
  const row = dependencies.signInTable(signIn)
  if (!row) return { failed: 'environment_on_hold', reason: 'environment_not_served' }
  // Before any part of the answer is used, even an error (RFC 9207, section 2.4).
  if (isMixedUp(row, signIn, response)) return { failed: 'sign_in_refused', reason: 'issuer_mismatch' }
  const explain = (refusal: TokenRefusal) =>
    explainSignInRefusal(dependencies.config, signIn.environment, refusal)
  if (response.error)
    return { ...explain(classifyAuthorizationError(response, signIn.signInWith)), isBrought: true }
  // No provider answers like this: a part of the address was lost, or someone made it up.
  if (!response.code) return { failed: 'sign_in_not_valid' }
  const codeVerifier = deriveBrowserSecret(browser, 'pkce', state)
  const redirectUri = redirectUriOf(dependencies.config, signIn.callbackOf)
  const requestedAt = dependencies.clock.now()
  const result = await dependencies.tokenEndpoints.redeem({
    row,
    code: response.code,
    codeVerifier,
    redirectUri,
  })
  // Both notes are for later calls; if storage refuses them, this person isn't affected.
  await updateEnvironmentHold(dependencies, row, result).catch(() => undefined)
  if (!result.ok) {
    await recordClaimsChallenge(dependencies.grantServices, signIn, result.refusal).catch(() => undefined)
    return explainRefusedCode(dependencies.config, signIn.environment, result.refusal)
  }
  const { refreshToken } = result
  const user = await checkUser(dependencies, row, {
    idToken: result.idToken,
    nonce: deriveBrowserSecret(browser, 'nonce', state),
    reservedSeconds: commitSeconds + minDiscoverySeconds,
  })
  if ('failed' in user) return user
  const isAsAsked = !row.requiredScope || includesScope(result.scope, row.requiredScope)
  if (!isAsAsked) reportScopes(dependencies.log, signIn, result.scope)
  if (!refreshToken) return { failed: 'refresh_token_missing' }
  const explainFault = isAsAsked ? explainSignInFault : explainFaultWithoutScope
  const { accessToken } = result
  const discovery = await discover(dependencies, { signIn, row, accessToken, explainFault })
  if ('failed' in discovery) return withPerson(dependencies, signIn, user, discovery)
  const found = { row, user, tokens: { ...result, refreshToken, requestedAt }, discovery }
  return withProof(dependencies, found, { signIn, explain })
}

/** Refreshes the new grant once, and keeps the tokens and the authority that worked. */
async function withProof(
  dependencies: CallbackDependencies,
  found: ProvenSignIn,
  { signIn, explain }: { signIn: SignIn; explain: (refusal: TokenRefusal) => ConnectFailure },
): Promise<ProvenSignIn | ConnectFailure> {
  const { row, tokens, user } = found
  const proof = await proveGrant(dependencies, row, { user, refreshToken: tokens.refreshToken })
  if (proof.proof === 'refused') {
    const { refusal } = proof
    await recordClaimsChallenge(dependencies.grantServices, signIn, refusal).catch(() => undefined)
    return explainRefusedGrant(dependencies.signInTable, signIn, { row, user, refusal }) ?? explain(refusal)
  }
  const proven = { ...found, user: { ...user, authorityTenant: proof.authorityTenant } }
  if (proof.proof === 'open') return { ...proven, isUnproven: true }
  return { ...proven, tokens: { ...tokens, ...proof.tokens } }
}

/**
 * Names the account that was refused, because people have several. For the wrong kind of account, notes whether it's
 * the tenant's own consenter who is asked to use another one.
 */
async function withPerson(
  { grantServices }: CallbackDependencies,
  signIn: SignIn,
  { consenter }: SignedInUser,
  refused: ConnectFailure,
): Promise<ConnectFailure> {
  const { hint } = consenter
  const failure = hint === unknownAddress ? refused : { ...refused, signedInAs: hint }
  if (failure.failed !== 'wrong_account_kind') return failure
  // The person sees the cause even when storage is down.
  const stored = await grantServices.tenants.read(signIn).catch(() => undefined)
  return stored && isConsenterOf(stored.tenant, consenter) ? { ...failure, isConsenter: true } : failure
}

/** What a callback has left for the commit after its discovery; and what a discovery gets at least. */
const [commitSeconds, minDiscoverySeconds] = [8, 5]

/** A discovery that is ended early is finished in the background, so it doesn't keep the person waiting. */
function discoveryLimit({ answerBy, clock }: CallbackDependencies): { readonly limitSeconds?: number } {
  if (!answerBy) return {}
  const left = (answerBy.getTime() - clock.now().getTime()) / 1000
  return { limitSeconds: Math.max(left - commitSeconds, minDiscoverySeconds) }
}

interface DiscoveryOrder {
  readonly signIn: SignIn
  readonly row: SignInRow
  readonly accessToken: Secret
  readonly explainFault: typeof explainSignInFault
}

async function discover(
  dependencies: CallbackDependencies,
  { accessToken, explainFault, row, signIn }: DiscoveryOrder,
): Promise<Discovery | ConnectFailure> {
  // The default is looked up by its id before it counts as vanished. Without it, the sign-in goes on.
  const stored = await dependencies.grantServices.tenants.read(signIn).catch(() => undefined)
  const { defaultAccount } = stored?.tenant ?? {}
  const found = await discoverWithToken(dependencies, row, accessToken, {
    ...discoveryLimit(dependencies),
    // What was read by then is committed, and a sweep finds the rest.
    signal: dependencies.unfinishedCommits.commitNow,
    expectedAccountIds: defaultAccount ? [defaultAccount.accountId] : [],
  })
  if ('noDeveloperToken' in found)
    return { failed: 'developer_token_unusable', reason: found.noDeveloperToken.reason }
  if (!found.ok) return explainFault(found.fault)
  return found.value.accounts.length > 0 ? found.value : { failed: 'no_advertising_account' }
}
