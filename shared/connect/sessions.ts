import * as z from 'zod'
import { addSeconds, type Clock, type Randomness } from '../clock.ts'
import type { Config } from '../config.ts'
import { providerOf } from '../domain/connectHint.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { accountKinds, environments, type IdentityProvider, identityProviders } from '../environment.ts'
import type { SignInTable } from '../identity/signInTable.ts'
import { Problem } from '../problems.ts'
import { ensureTenant } from '../tenants/ensureTenant.ts'
import { assertNotHeld } from './assertNotHeld.ts'
import { connectUrl } from './connectUrl.ts'
import { withSessionId } from './sessionId.ts'
import { issueProgress } from './sessionProgress.ts'

/** An app's request to let an advertiser connect. */
export const connectSessionBody = z
  .strictObject({
    environment: z.enum(environments),
    /** Default is the one that `signInWith` implies, otherwise the tenant’s own, otherwise `microsoft`. */
    identityProvider: z.enum(identityProviders).optional(),
    /** The kind of account that the sign-in is for: others are refused there. */
    signInWith: z.enum(accountKinds).optional(),
    /** Exactly one of the workspace's return URLs. Default is its first one. */
    returnUrl: z.string().max(2000).meta({ format: 'uri' }).optional(),
    /** Prefilled on the sign-in page, and compared with the person who signs in. */
    loginHint: z.string().min(1).max(320).optional(),
    displayName: z.string().min(1).max(200).optional(),
    /**
     * Whether vending waits until the app has confirmed who consented. Default is whether the link may leave the app's
     * pages: there, a stranger could open it, and be connected to someone else's tenant.
     */
    confirm: z.boolean().optional(),
    /** Whether a different person than before may consent. */
    allowDifferentUser: z.boolean().default(false),
    /** Who asks the person to choose when there are several accounts: our page, or the app through the API. */
    accountChoice: z.enum(['page', 'app']).default('page'),
    /**
     * Seconds. Default is 15 minutes. Maximum is 7 days, for links sent by mail. A link valid for more than an hour
     * shows a page with a button first, so that a mail scanner doesn't begin a sign-in.
     */
    expiresIn: z.int().min(60).max(604_800).default(900),
  })
  .refine(
    ({ identityProvider, signInWith }) =>
      !identityProvider || !signInWith || providerOf(signInWith) === identityProvider,
    { path: ['identityProvider'], message: 'doesn’t match signInWith' },
  )
  .meta({ id: 'ConnectSessionRequest', description: 'What the link is for, and where it leads.' })

/** A parsed {@link connectSessionBody}. */
export type ConnectSessionRequest = z.infer<typeof connectSessionBody>

/** A connect session as it is stored until its link expires. */
export interface ConnectSession extends TenantName, Omit<ConnectSessionRequest, 'expiresIn'> {
  readonly id: string
  readonly returnUrl: string
  readonly confirm: boolean
  readonly identityProvider: IdentityProvider
  /** The tenant's count when the session was created: a disconnect makes the session void. */
  readonly disconnectCount: number
  /** The link may travel by mail, where scanners open links: only the press of a button begins a sign-in. */
  readonly asksFirst: boolean
}

/** A link that is valid for longer is assumed to travel by mail. */
const maxDirectSeconds = 3600

/** Dependencies of making connect sessions. */
export interface ConnectSessionDependencies {
  readonly config: Config
  readonly signInTable: SignInTable
  readonly tenants: TenantStore
  readonly records: OneTimeRecords
  readonly environments: Pick<EnvironmentStates, 'read'>
  readonly clock: Clock
  readonly randomness: Randomness
  /** Throws if the app may not create another tenant now. Default is to admit each. */
  readonly admit?: () => void
}

/** The app's answer: it sends the advertiser's browser to `connectUrl`. */
export interface ConnectSessionResponse {
  readonly id: string
  readonly connectUrl: string
  readonly expiresAt: string
}

/**
 * Creates the right to connect one tenant once, and the tenant itself if it's new.
 * @throws Problem `invalid_request` for a return URL that isn't the workspace's, a workspace without one, or a provider or
 *   environment that isn't configured; `environment_conflict` when the tenant is in the other environment;
 *   `environment_on_hold` while the broker's own credential is being refused, unless the link is valid for more than an hour.
 */
export async function createConnectSession(
  dependencies: ConnectSessionDependencies,
  name: TenantName,
  request: ConnectSessionRequest,
): Promise<ConnectSessionResponse> {
  const { clock, config, records } = dependencies
  const identityProvider = await providerFor(dependencies, name, request)
  assertServed(dependencies, request, identityProvider)
  const returnUrl = allowedReturnUrl(config, name.workspace, request.returnUrl)
  // A link that is sent by mail is opened later.
  if (request.expiresIn <= maxDirectSeconds)
    await assertNotHeld(dependencies, { environment: request.environment, identityProvider })
  const detail = 'The app created the first connect session.'
  const { disconnectCount = 0 } = await ensureTenant(dependencies, name, { ...request, detail })
  const { expiresIn, ...asked } = request
  const expiresAt = addSeconds(clock.now(), expiresIn)
  const asksFirst = expiresIn > maxDirectSeconds
  const session: ConnectSession = {
    ...asked,
    ...name,
    returnUrl,
    confirm: asked.confirm ?? asksFirst,
    identityProvider,
    id: await issueProgress(dependencies, { ...name, returnUrl }, expiresAt),
    disconnectCount,
    asksFirst,
  }
  const token = withSessionId(await records.issue('session', session, expiresAt), session.id)
  return { id: session.id, connectUrl: connectUrl(config, token), expiresAt: expiresAt.toISOString() }
}

/** A Google tenant reconnects at Google even if the app doesn't name the provider again. */
async function providerFor(
  { tenants }: ConnectSessionDependencies,
  name: TenantName,
  { identityProvider, signInWith }: ConnectSessionRequest,
): Promise<IdentityProvider> {
  if (identityProvider) return identityProvider
  if (signInWith) return providerOf(signInWith)
  return (await tenants.read(name))?.tenant.grant?.identityProvider ?? 'microsoft'
}

function assertServed(
  { config, signInTable }: ConnectSessionDependencies,
  request: ConnectSessionRequest,
  identityProvider: IdentityProvider,
): void {
  if (!config.environments.has(request.environment)) {
    throw invalidField(
      'environment',
      `isn’t served here; served: ${[...config.environments.keys()].join(', ')}`,
    )
  }
  if (!signInTable({ environment: request.environment, identityProvider })) {
    throw invalidField('identityProvider', `isn’t set up for ${request.environment}`)
  }
}

/** Exact comparison, as RFC 9700 (section 4.1.3) requires: no prefix, no pattern, no open redirector. */
function allowedReturnUrl(config: Config, workspace: string, asked: string | undefined): string {
  const allowed = config.workspaces.find((candidate) => candidate.workspace === workspace)?.returnUrls ?? []
  const returnUrl = asked ?? allowed[0]
  if (returnUrl === undefined)
    throw invalidField('returnUrl', `is needed, and WORKSPACES allows none for workspace ${workspace}`)
  if (!allowed.includes(returnUrl)) {
    throw invalidField('returnUrl', `isn’t a return URL that WORKSPACES allows for workspace ${workspace}`)
  }
  return returnUrl
}

function invalidField(field: string, fault: string): Problem {
  return new Problem('invalid_request', {
    detail: `body ${field}: ${fault}`,
    members: { errors: [{ in: 'body', field, fault }] },
  })
}
