import { type BrowserBinding, derive, isSameBrowser } from '../access/browser.ts'
import type { Answer, CustomerManagement } from '../advertising/client.ts'
import { type Discovery, discoverAccounts } from '../advertising/discover.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import type { Clock, Randomness } from '../clock.ts'
import type { Config } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { Environment } from '../environment.ts'
import { adminConsentUrl, isCuredByAdminConsent } from '../identity/adminConsent.ts'
import type { IdTokenChecker, SignedInUser } from '../identity/idToken.ts'
import { KeysUnreachableError } from '../identity/keySource.ts'
import { classifyTokenRefusal, type TokenRefusal } from '../identity/refusal.ts'
import { isResponseIssuer } from '../identity/responseIssuer.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import type { CodeAnswer, TokenEndpoints } from '../identity/tokenEndpoint.ts'
import { type BrokerSecrets, developerTokenName } from '../secrets/brokerSecrets.ts'
import { StorageUnavailableError } from '../storage/unavailable.ts'
import type { GrantKeeping } from '../tenants/connectGrant.ts'
import type { SignIn } from './authorize.ts'
import type { ConnectFailure, ConnectFailureCode } from './failures.ts'
import { type Kept, keep } from './keep.ts'
import { isConsenterOf } from './person.ts'
import { noteRedemption, type ReportDependencies, reportFailure } from './report.ts'
import { withWaysOn } from './waysOn.ts'

/** What finishing a sign-in touches. */
export interface CallbackDependencies extends ReportDependencies {
  readonly config: Config
  readonly signInTable: SignInTable
  readonly records: OneTimeRecords
  readonly tokenEndpoints: TokenEndpoints
  readonly idTokens: IdTokenChecker
  readonly secrets: BrokerSecrets
  readonly advertising: (environment: Environment) => CustomerManagement
  readonly accounts: AccountStore
  readonly keeping: GrantKeeping
  readonly clock: Clock
  readonly randomness: Randomness
}

/** The authorization response as the browser brought it. Further parameters are Google's habit and mean nothing. */
export interface AuthorizationResponse {
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly error_uri?: string | undefined
  /** RFC 9207: which provider answers. */
  readonly iss?: string | undefined
}

/** A grant that a user has just given, with everything that proves it. */
export interface Proven {
  readonly row: SignInRow
  readonly user: SignedInUser
  readonly tokens: Extract<CodeAnswer, { ok: true }> & {
    readonly refreshToken: string
    readonly askedAt: Date
  }
  readonly discovery: Discovery
}

/**
 * Finishes a sign-in: validates, exchanges, proves, stores. State and code are spent whatever comes of it; a failure
 * changes nothing of what the tenant had.
 */
export async function finishSignIn(
  dependencies: CallbackDependencies,
  response: AuthorizationResponse,
  browser: BrowserBinding | undefined,
): Promise<Kept | ConnectFailure> {
  const { clock, records } = dependencies
  const { state = '' } = response
  const waiting = (await records.read('sign-in', state, clock.now())) as SignIn | undefined
  if (!waiting) return { failed: 'sign_in_not_valid' }
  // Asked before the state is spent: a second browser cannot end the first one's sign-in.
  if (!browser || !isSameBrowser(browser, waiting.browserHash))
    return { failed: 'other_browser', workspace: waiting.workspace }
  const signIn = (await records.take('sign-in', state, clock.now())) as SignIn | undefined
  if (!signIn) return { failed: 'sign_in_not_valid' }
  const kept = await proveAndKeep(dependencies, signIn, response, browser, state).catch(toStorageFailure)
  if (!('failed' in kept)) return kept
  reportFailure(dependencies.log, signIn, kept)
  return withWaysOn(dependencies, signIn, kept)
}

async function proveAndKeep(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
  state: string,
): Promise<Kept | ConnectFailure> {
  const ended = await prove(dependencies, signIn, response, browser, state)
  return 'failed' in ended ? ended : keep(dependencies, signIn, ended)
}

/** The state is spent: only a page with the ways on helps. @throws whatever is not storage's. */
function toStorageFailure(error: unknown): ConnectFailure {
  if (error instanceof StorageUnavailableError)
    return { failed: 'storage_unavailable', reason: error.service }
  throw error
}

async function prove(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  response: AuthorizationResponse,
  browser: BrowserBinding,
  state: string,
): Promise<Proven | ConnectFailure> {
  const { environment, identityProvider, signInWith } = signIn
  const row = dependencies.signInTable(environment, identityProvider, signInWith)
  if (!row) return { failed: 'environment_on_hold', reason: 'environment_not_served' }
  // Before anything of the answer is used, an error included (RFC 9207, section 2.4).
  if (response.iss !== undefined && !isResponseIssuer(row, response.iss))
    return { failed: 'sign_in_token_invalid', reason: 'issuer_mismatch' }
  const explain = (refusal: TokenRefusal) => explainRefusal(dependencies.config, environment, refusal)
  if (response.error || !response.code) return explain(classifyAuthorizationError(response))
  const codeVerifier = derive(browser, 'pkce', state)
  const { redirectUri } = dependencies.config
  const askedAt = dependencies.clock.now()
  const answer = await dependencies.tokenEndpoints.redeem({
    row,
    code: response.code,
    codeVerifier,
    redirectUri,
  })
  // What it says of us is for refreshes; storage that does not take it costs this person nothing.
  await noteRedemption(dependencies, row, answer).catch(() => undefined)
  if (!answer.ok) return explain(answer.refusal)
  const { refreshToken } = answer
  const user = await checkUser(dependencies, row, answer.idToken, derive(browser, 'nonce', state))
  if ('failed' in user) return user
  if (row.requiredScope && !answer.scope.split(' ').includes(row.requiredScope))
    return { failed: 'scope_not_granted' }
  if (!refreshToken) return { failed: 'refresh_token_missing' }
  const discovery = await discover(dependencies, row, answer.accessToken)
  if ('failed' in discovery) return withConsenter(dependencies, signIn, user, discovery)
  return { row, user, tokens: { ...answer, refreshToken, askedAt }, discovery }
}

/** Notes of a wrong kind of account whether it is the tenant's own consenter who is asked to use another one. */
async function withConsenter(
  { keeping }: CallbackDependencies,
  signIn: SignIn,
  { consenter }: SignedInUser,
  failure: ConnectFailure,
): Promise<ConnectFailure> {
  if (failure.failed !== 'wrong_account_kind') return failure
  // The person is told what is wrong even where storage does not answer.
  const stored = await keeping.tenants.read(signIn).catch(() => undefined)
  return stored && isConsenterOf(stored.tenant, consenter) ? { ...failure, isConsenter: true } : failure
}

/** Number and trace id stand only in the text, or the lookup address, here; they refine, as everywhere. */
function classifyAuthorizationError(response: AuthorizationResponse): TokenRefusal {
  const numbered =
    /AADSTS(\d{4,8})/.exec(response.error_description ?? '') ??
    /[?&]code=(\d{4,8})/.exec(response.error_uri ?? '')
  const traced = /Trace ID: ([0-9a-f-]{36})/i.exec(response.error_description ?? '')
  return classifyTokenRefusal(400, {
    error: response.error ?? 'server_error',
    error_codes: numbered ? [Number(numbered[1])] : [],
    trace_id: traced?.[1],
  })
}

function explainRefusal(config: Config, environment: Environment, refusal: TokenRefusal): ConnectFailure {
  const { reason, traceId } = refusal
  const failed = failureOf(refusal)
  const settings = config.environments.get(environment)
  const withLink = isCuredByAdminConsent(reason) && settings
  return {
    failed,
    reason,
    ...(traceId && { traceId }),
    ...(withLink && { adminConsentUrl: adminConsentUrl(settings, config.redirectUri) }),
  }
}

function failureOf(refusal: TokenRefusal): ConnectFailureCode {
  switch (refusal.class) {
    case 'operator':
      return 'environment_on_hold'
    case 'passing':
    case 'backOff':
      return 'identity_provider_unavailable'
    case 'advertiserAdmin':
      if (refusal.reason === 'admin_consent_required') return 'admin_consent_required'
      return refusal.reason === 'advertising_not_enabled' ? 'advertising_not_enabled' : 'directory_policy'
    case 'advertiser':
      return refusal.reason === 'consent_declined' ? 'consent_declined' : 'sign_in_refused'
  }
}

async function checkUser(
  { idTokens }: CallbackDependencies,
  row: SignInRow,
  idToken: string,
  nonce: string,
): Promise<SignedInUser | ConnectFailure> {
  try {
    const user = await idTokens.check(row, idToken, nonce)
    return 'fault' in user ? { failed: 'sign_in_token_invalid', reason: user.fault } : user
  } catch (error) {
    if (!(error instanceof KeysUnreachableError)) throw error
    return { failed: 'identity_provider_unavailable', reason: 'keys_unreachable' }
  }
}

const retryMilliseconds = 1000

async function discover(
  dependencies: CallbackDependencies,
  { environment, identityProvider }: SignInRow,
  accessToken: string,
): Promise<Discovery | ConnectFailure> {
  const developerToken = await dependencies.secrets.read(developerTokenName(environment))
  if (!developerToken) return { failed: 'environment_on_hold', reason: 'developer_token_missing' }
  const credentials = { accessToken, developerToken: developerToken.value, identityProvider }
  const ask = () => discoverAccounts(dependencies.advertising(environment), credentials)
  let found: Answer<Discovery> = await ask()
  if (!found.ok && found.fault.class === 'passing') {
    // A person has just consented: one hiccup must not cost them the whole sign-in.
    await dependencies.clock.sleep(retryMilliseconds)
    found = await ask()
  }
  if (!found.ok) return explainFault(found.fault)
  return found.value.accounts.length > 0 ? found.value : { failed: 'no_advertising_account' }
}

/** Who acts is read off the fault: a person is asked to wait only for what passes. */
function explainFault(fault: AdvertisingFault): ConnectFailure {
  const traceId = fault.trackingId
  const identity = identityFaultOf(fault)
  if (identity) {
    const { advice, reason, signInWith } = identity
    if (reason === 'no_advertising_user') return { failed: reason, reason, traceId }
    return { failed: 'wrong_account_kind', reason, advice, signInWith, traceId }
  }
  return { failed: failureOfFault(fault), reason: `advertising_${fault.code ?? fault.status}`, traceId }
}

function failureOfFault(fault: AdvertisingFault): ConnectFailureCode {
  switch (fault.class) {
    case 'credentials':
      return 'environment_on_hold'
    case 'rights':
      return fault.reason === 'AccountInactive' ? 'advertising_account_inactive' : 'advertising_access_denied'
    case 'backOff':
    case 'passing':
    case 'expiredToken':
      return 'advertising_unavailable'
    case 'identity':
    case 'request':
    case 'unexpectedAnswer':
      return 'advertising_answer_unknown'
  }
}
