import { type BrowserBinding, deriveBrowserSecret, isSameBrowser, sha256 } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { Sealer } from '../domain/sealer.ts'
import { isStillValid, type Tenant } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { SignInRow, SignInTable } from '../identity/signInTable.ts'
import { createPersonParameters, type PersonParameters } from './personParameters.ts'
import type { ConnectSession } from './sessions.ts'

/** State kept between *authorize* and *callback*. It excludes the verifier and nonce: the browser derives them. */
export interface SignIn extends ConnectSession {
  readonly browserHash: string
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

/** A sign-in that takes longer must start again from the app. */
const signInSeconds = 1800

/** A connect session as received from the browser. */
export interface AuthorizeRequest {
  readonly sessionToken: string
  readonly browser: BrowserBinding
  /** Whether the person pressed the button, which a link that asks first requires. */
  readonly pressed: boolean
}

/** The browser's next address, or the need for a button press first; and the app's workspace. */
export type AuthorizeResult =
  | { readonly url: URL; readonly workspace: string }
  | { readonly asksFirst: true; readonly workspace: string }

/**
 * Spends a connect session and returns the browser's sign-in address.
 * @returns undefined when the session is unknown, spent or expired, or its tenant has been disconnected since.
 */
export async function authorize(
  dependencies: AuthorizeDependencies,
  { browser, pressed, sessionToken }: AuthorizeRequest,
): Promise<AuthorizeResult | undefined> {
  const { clock, config, records, signInTable } = dependencies
  const now = clock.now()
  const found = await readSession(dependencies, sessionToken, now)
  const session = found?.session
  const row = session && signInTable(session)
  if (!found || !session || !row) return undefined
  // A session that follows a failed sign-in works only in that browser.
  if ('browserHash' in session && !isSameBrowser(browser, session.browserHash)) return undefined
  const { workspace } = session
  if (session.asksFirst && !pressed) return { asksFirst: true, workspace }
  // The sign-in is stored before the session is spent, so a failure in between costs the advertiser nothing.
  const person = await createPersonParameters(dependencies, session, found.tenant)
  const signIn: SignIn = { ...session, browserHash: browser.hash }
  const state = await records.issue('sign-in', signIn, addSeconds(now, signInSeconds))
  if ((await records.take('session', sessionToken, now)) === undefined) return undefined
  const shown = { ...person, prompt: toPrompt(row, signIn, person) }
  return { url: authorizationUrl(row, config.redirectUri, browser, state, shown), workspace }
}

async function readSession(
  { records, tenants }: AuthorizeDependencies,
  sessionToken: string,
  now: Date,
): Promise<{ session: ConnectSession | SignIn; tenant: Tenant } | undefined> {
  const session = (await records.read('session', sessionToken, now)) as ConnectSession | SignIn | undefined
  const stored = session && (await tenants.read({ workspace: session.workspace, tenant: session.tenant }))
  return stored && isStillValid(session, stored.tenant) ? { session, tenant: stored.tenant } : undefined
}

/** The authorization request: code flow with PKCE (S256), state and nonce (RFC 9700, sections 2.1 and 4.7). */
function authorizationUrl(
  row: SignInRow,
  redirectUri: string,
  browser: BrowserBinding,
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
    nonce: deriveBrowserSecret(browser, 'nonce', state),
    code_challenge: sha256(deriveBrowserSecret(browser, 'pkce', state)),
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
