import {
  type Browser,
  type BrowserBinding,
  deriveBrowserSecret,
  findBinding,
  newBinding,
  sha256,
} from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { Sealer } from '../domain/sealer.ts'
import { isSpentSession, isStillValid, type Tenant } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { isEmbeddedBrowser } from '../identity/embeddedBrowser.ts'
import { redirectUriOf } from '../identity/redirectUri.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import type { ConnectFailure } from './failures.ts'
import { signInSeconds } from './lifetimes.ts'
import { createPersonParameters, type PersonParameters } from './personParameters.ts'
import type { CallbackResult } from './secondCallback.ts'
import { findWayOn, waitForSessionEnd } from './sessionEnd.ts'
import { splitSessionId, withSessionId } from './sessionId.ts'
import { countSignIn, recordOpened } from './sessionProgress.ts'
import type { ConnectSession } from './sessions.ts'
import { withWayBack } from './wayBack.ts'

/** State kept between *authorize* and *callback*. It excludes the verifier and nonce: the browser derives them. */
export interface SignIn extends ConnectSession {
  readonly browserHash: string
  /** The provider whose own redirect URI the request named. Default is `/oauth/callback`: Microsoft, or an older release. */
  readonly callbackOf?: 'google' | undefined
  /** The number of this browser's attempt. Default is 1. */
  readonly tries?: number
  /** Whether the attempt asks for a different account than the one that failed. */
  readonly anotherAccount?: true
  /** Whether the attempt is at another authority than the one whose grant couldn't be refreshed. */
  readonly otherAuthority?: true
  /** How often the person has asked for another account. Default is never. */
  readonly accountChanges?: number
}

/** Dependencies of authorizing. */
export interface AuthorizeDependencies {
  readonly config: Config
  readonly signInTable: SignInTable
  readonly records: OneTimeRecords
  readonly tenants: TenantStore
  readonly sealer: Sealer
  readonly clock: Clock
}

/** A connect session as received from the browser. */
export interface AuthorizeRequest {
  readonly sessionToken: string
  readonly browser: Browser | undefined
  /** Whether the person pressed the button of a page that comes first. */
  readonly pressed: boolean
  readonly userAgent: string
}

/**
 * The sign-in's address with the secret that its browser must keep, or the page that comes first; where the browser goes on
 * without a sign-in, or why it can't.
 */
export type AuthorizeResult =
  | { readonly url: URL; readonly binding: BrowserBinding; readonly workspace: string }
  | { readonly asks: Question; readonly workspace: string; readonly displayName: string | undefined }
  | CallbackResult

/**
 * Begins a sign-in and returns its address. A link begins sign-ins until one of them has connected the tenant: people
 * click twice, go back, and close tabs.
 */
export async function authorize(
  dependencies: AuthorizeDependencies,
  { browser, pressed, sessionToken, userAgent }: AuthorizeRequest,
): Promise<AuthorizeResult> {
  const { clock, records, tenants } = dependencies
  const { oneTimeId, sessionId } = splitSessionId(sessionToken)
  const session = (await records.read('session', oneTimeId, clock.now())) as Session | undefined
  if (!session) return findWayOn(dependencies, { sessionId, browser }, linkNotValid)
  const { workspace, tenant: name } = session
  const tenant = (await tenants.read({ workspace, tenant: name }))?.tenant
  const row = dependencies.signInTable(session)
  if (!row || !tenant || !isOpenFor(session, tenant, browser)) return withWayBack(session, linkNotValid)
  if (isSpentSession(tenant, session.id)) return waitForSessionEnd(dependencies, session, browser)
  const asks = pressed ? undefined : findQuestion(session, userAgent)
  if (asks) {
    await recordOpened(dependencies, session.id)
    return { asks, workspace, displayName: session.displayName ?? tenant.displayName }
  }
  const refused = await countSignIn(dependencies, session.id)
  if (refused === 'spent') return waitForSessionEnd(dependencies, session, browser)
  if (refused) return withWayBack(session, { ...linkNotValid, reason: refused })
  const binding = newBinding()
  return { url: await beginSignIn(dependencies, session, { row, tenant, binding }), binding, workspace }
}

type Session = ConnectSession | SignIn

/** Why a page comes before the sign-in. */
type Question = 'link_may_be_mailed' | 'embedded_browser'

function findQuestion({ asksFirst, identityProvider }: Session, userAgent: string): Question | undefined {
  if (identityProvider === 'google' && isEmbeddedBrowser(userAgent)) return 'embedded_browser'
  return asksFirst ? 'link_may_be_mailed' : undefined
}

const linkNotValid: ConnectFailure = { failed: 'link_not_valid' }

/** A disconnect makes the session void. A session that follows a failed sign-in works only in that browser. */
function isOpenFor(session: Session, tenant: Tenant, browser: Browser | undefined): boolean {
  const isOwn = !('browserHash' in session) || findBinding(browser, session.browserHash) !== undefined
  return isOwn && isStillValid(session, tenant)
}

async function beginSignIn(
  dependencies: AuthorizeDependencies,
  session: Session,
  { binding, row, tenant }: { row: SignInRow; tenant: Tenant; binding: BrowserBinding },
): Promise<URL> {
  const { clock, config, records } = dependencies
  const person = await createPersonParameters(dependencies, session, tenant)
  const callbackOf = row.identityProvider === 'google' ? 'google' : undefined
  const signIn: SignIn = { ...session, browserHash: binding.hash, callbackOf }
  const oneTimeId = await records.issue('sign-in', signIn, addSeconds(clock.now(), signInSeconds))
  const shown = { ...person, prompt: toPrompt(row, signIn, person) }
  return authorizationUrl(
    row,
    redirectUriOf(config, callbackOf),
    binding,
    withSessionId(oneTimeId, session.id),
    shown,
  )
}

/** The authorization request: code flow with PKCE (S256), state and nonce (RFC 9700, sections 2.1 and 4.7). */
function authorizationUrl(
  row: SignInRow,
  redirectUri: string,
  binding: BrowserBinding,
  state: string,
  { claims, loginHint, prompt }: PersonParameters & { readonly prompt: string | undefined },
): URL {
  const url = new URL(row.authorizeUrl)
  const parameters = {
    client_id: row.clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: row.scopes.join(' '),
    state,
    nonce: deriveBrowserSecret(binding, 'nonce', state),
    code_challenge: sha256(deriveBrowserSecret(binding, 'pkce', state)),
    code_challenge_method: 'S256',
    ...(loginHint && { login_hint: loginHint }),
    ...(prompt && { prompt }),
    ...(claims && { claims }),
    ...row.authorizeParameters,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

/** From this request for another account on, the list of accounts hasn't helped: some people see none (msal-js#1521). */
const changesBeforeLogin = 3

/**
 * The pages that the sign-in shows even if the browser has a session. Without a hint, the person chooses the account:
 * otherwise the one that failed would be used again. `login_hint` and `select_account` can't be used together
 * (v2-protocols-oidc.md). Several values are separated by spaces (OpenID Connect Core, section 3.1.2.1).
 */
function toPrompt(
  { lastPrompt, prompt }: SignInRow,
  { accountChanges = 0 }: SignIn,
  { loginHint }: PersonParameters,
): string | undefined {
  if (lastPrompt && accountChanges >= changesBeforeLogin) return lastPrompt
  const pages = [...(loginHint ? [] : ['select_account']), ...(prompt ? [prompt] : [])]
  return pages.length > 0 ? pages.join(' ') : undefined
}
