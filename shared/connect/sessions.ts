import * as z from 'zod'
import { addSeconds, type Clock, type Randomness } from '../clock.ts'
import type { Config } from '../config.ts'
import { providerOf } from '../domain/connectHint.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { accountKinds, environments, type IdentityProvider, identityProviders } from '../environment.ts'
import type { SignInTable } from '../identity/signInTable.ts'
import { Problem } from '../problems.ts'
import { ensureTenant } from '../tenants/ensureTenant.ts'

/** What an app asks for when it wants an advertiser to connect. */
export const connectSessionBody = z
  .strictObject({
    environment: z.enum(environments),
    /** Default is the one of `signInWith`, else the tenant’s own, else `microsoft`. */
    identityProvider: z.enum(identityProviders).optional(),
    /** The kind of account that the sign-in leads to: others are not taken there. */
    signInWith: z.enum(accountKinds).optional(),
    /** Exactly one of the workspace's return URLs. */
    returnUrl: z.url().max(2000),
    /** Filled in at the sign-in page. */
    loginHint: z.string().min(1).max(320).optional(),
    displayName: z.string().min(1).max(200).optional(),
    /** Whether nothing is vended before the app has confirmed who consented. */
    confirm: z.boolean().default(false),
    /** Whether a different person than before may consent. */
    allowDifferentUser: z.boolean().default(false),
    /** Who asks which account is meant when there are several: our page, or the app through the API. */
    accountChoice: z.enum(['page', 'app']).default('page'),
    /**
     * Seconds; 15 minutes unless told, 7 days at most, for links sent by mail. Beyond an hour the link shows a page
     * with a button first, so that a scanner of mails spends nothing.
     */
    expiresIn: z.int().min(60).max(604_800).default(900),
  })
  .refine(
    ({ identityProvider, signInWith }) =>
      !identityProvider || !signInWith || providerOf(signInWith) === identityProvider,
    { path: ['identityProvider'], message: 'doesn’t match signInWith' },
  )

/** A parsed {@link connectSessionBody}. */
export type ConnectSessionRequest = z.infer<typeof connectSessionBody>

/** A connect session as it is stored until it is used. */
export interface ConnectSession extends TenantName, Omit<ConnectSessionRequest, 'expiresIn'> {
  readonly id: string
  readonly identityProvider: IdentityProvider
  /** The tenant's when the session was made: a disconnect makes it void. */
  readonly disconnectCount: number
  /** The link may travel by mail, where scanners open it: only a person's press of a button spends it. */
  readonly asksFirst: boolean
}

/** Links that live longer are taken to travel by mail. */
const maxDirectSeconds = 3600

/** Dependencies of making connect sessions. */
export interface ConnectSessionDependencies {
  readonly config: Config
  readonly signInTable: SignInTable
  readonly tenants: TenantStore
  readonly records: OneTimeRecords
  readonly clock: Clock
  readonly randomness: Randomness
}

/** What the app gets: it sends the advertiser's browser to `connectUrl`. */
export interface ConnectSessionResponse {
  readonly id: string
  readonly connectUrl: string
  readonly expiresAt: string
}

/**
 * Makes a one-time right to connect one tenant, and the tenant itself if it is new.
 * @throws Problem `invalid_request` for a return URL that is not the workspace's, or what the settings do not serve;
 *   `environment_conflict` when the tenant lives in the other environment.
 */
export async function createConnectSession(
  dependencies: ConnectSessionDependencies,
  name: TenantName,
  request: ConnectSessionRequest,
): Promise<ConnectSessionResponse> {
  const { clock, config, randomness, records } = dependencies
  const identityProvider = await providerFor(dependencies, name, request)
  assertServed(dependencies, request, identityProvider)
  assertReturnUrl(config, name.workspace, request.returnUrl)
  const detail = 'The app created the first connect session.'
  const { disconnectCount = 0 } = await ensureTenant(dependencies, name, { ...request, detail })
  const { expiresIn, ...asked } = request
  const expiresAt = addSeconds(clock.now(), expiresIn)
  const session: ConnectSession = {
    ...asked,
    ...name,
    identityProvider,
    id: randomness.identifier(),
    disconnectCount,
    asksFirst: expiresIn > maxDirectSeconds,
  }
  const token = await records.issue('session', session, expiresAt)
  const connectUrl = `${config.publicUrl}/oauth/authorize?session=${encodeURIComponent(token)}`
  return { id: session.id, connectUrl, expiresAt: expiresAt.toISOString() }
}

/** A Google tenant reconnects at Google without being told so again. */
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

/** Exact comparison, as RFC 9700 (section 4.1.3) wants it: no prefix, no pattern, no open redirector. */
function assertReturnUrl(config: Config, workspace: string, returnUrl: string): void {
  const allowed = config.workspaces.find((candidate) => candidate.workspace === workspace)?.returnUrls ?? []
  if (!allowed.includes(returnUrl)) {
    throw invalidField('returnUrl', `isn’t a return URL that WORKSPACES allows for workspace ${workspace}`)
  }
}

function invalidField(field: string, fault: string): Problem {
  return new Problem('invalid_request', {
    detail: `body ${field}: ${fault}`,
    members: { errors: [{ in: 'body', field, fault }] },
  })
}
