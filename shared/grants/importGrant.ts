import * as z from 'zod'
import { discoverWithToken } from '../accounts/discoverWithToken.ts'
import type { Discovery } from '../advertising/discover.ts'
import type { CallbackDependencies } from '../connect/dependencies.ts'
import type { ProvenSignIn } from '../connect/proveSignIn.ts'
import { compareSignIn, connectImmediately } from '../connect/saveSignIn.ts'
import { assertNotEnding } from '../domain/instanceEnding.ts'
import { patiently } from '../domain/patience.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { environments, type IdentityProvider, identityProviders } from '../environment.ts'
import { maskAddress, type SignedInUser } from '../identity/idToken.ts'
import { maxTokenCharacters } from '../identity/readTokens.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import { Problem } from '../problems.ts'
import { Secret } from '../secret.ts'
import { explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import { assertCanConnect, ensureTenant } from '../tenants/ensureTenant.ts'
import { withPatience } from '../tenants/patience.ts'
import {
  explainAccountLoss,
  explainImportFault,
  explainImportRefusal,
  explainNoAccount,
  explainNotSaved,
} from './explainImportFailure.ts'
import { type ProvenRefreshToken, proveRefreshToken } from './proveRefreshToken.ts'
import { withConnectSession } from './withConnectSession.ts'

/** A refresh token from another system. It must have been issued to the client id that the broker uses. */
export const grantBody = z
  .strictObject({
    environment: z.enum(environments),
    /** Default is `google` for a Google account, `microsoft` otherwise. */
    identityProvider: z.enum(identityProviders).optional(),
    refreshToken: z
      .string()
      .min(1)
      .max(maxTokenCharacters)
      .transform((text) => new Secret(text)),
    accountKind: z
      .enum(['personal', 'work', 'google'])
      .describe('Determined automatically when absent.')
      .optional(),
    directoryId: z
      .guid()
      .describe('The directory of a work account; determined automatically when absent.')
      .optional(),
    displayName: z.string().min(1).max(200).optional(),
    /** Whether a different person than before may have consented. */
    allowDifferentUser: z.boolean().default(false),
    /** Whether the caller accepts the loss of accounts that the different person can't reach. */
    acceptLostAccounts: z.boolean().default(false),
  })
  .refine(({ accountKind, directoryId }) => !directoryId || (accountKind ?? 'work') === 'work', {
    path: ['directoryId'],
    message: 'is only for work accounts',
  })
  .refine(isOneProvider, { path: ['identityProvider'], message: 'doesn’t match accountKind' })
  .meta({ id: 'GrantRequest', description: 'An existing refresh token.' })

/** A parsed {@link grantBody}. */
export type GrantRequest = z.infer<typeof grantBody>

/** Dependencies of importing a grant. */
export type ImportDependencies = CallbackDependencies

/**
 * Takes over a refresh token, as a consent would: before anything is stored, a refresh and Microsoft Advertising's
 * answer to its access token must prove it. Then the tenant is connected, and created if it's new.
 * @throws Problem `grant_refused` with the reason, and `connect` if a sign-in helps; `accounts_would_be_lost` with the
 *   person and the accounts, or another problem that stops the broker from proving it.
 */
export async function importGrant(
  dependencies: ImportDependencies,
  name: TenantName,
  request: GrantRequest,
): Promise<Tenant> {
  assertNotEnding(dependencies.unfinishedCommits)
  const { config, unfinishedCommits } = dependencies
  const grant = { identityProvider: identityProviderOf(request) }
  const place = { ...name, environment: request.environment, grant }
  return unfinishedCommits
    .run(() => proveAndConnect(dependencies, name, request))
    .catch((error) => {
      throw withConnectSession(error, config, place)
    })
}

async function proveAndConnect(
  impatient: ImportDependencies,
  name: TenantName,
  request: GrantRequest,
): Promise<Tenant> {
  // The proof can rotate the refresh token, and its new one exists nowhere else.
  const dependencies = { ...impatient, grantServices: withPatience(impatient.grantServices) }
  const row = assertServed(dependencies, request)
  await assertEnvironment(dependencies, name, request)
  const proven = await proveRefreshToken(dependencies, row, request)
  if (!proven.ok) throw explainImportRefusal(proven.refusal, row.identityProvider)
  const discovery = await discover(dependencies, row, proven.tokens.accessToken)
  const tenantRequest = { environment: request.environment, detail: 'The app imported a grant.' }
  const { disconnectCount = 0 } = await ensureTenant(dependencies.grantServices, name, tenantRequest)
  const signIn = { ...toSignIn(dependencies, name, row, request), disconnectCount }
  const found: ProvenSignIn = {
    row: { ...row, scopes: proven.scopes },
    user: withUserName(proven.user, discovery),
    tokens: toTokens(proven),
    discovery,
  }
  const compared = await patiently(dependencies, () => compareSignIn(dependencies, signIn, found))
  if ('failed' in compared) throw explainNotSaved(compared)
  if (compared.loss && !request.acceptLostAccounts) throw explainAccountLoss(compared.loss)
  // Not earlier: if a grant isn't kept, not even its tenant's name is.
  await ensureTenant(dependencies.grantServices, name, { ...tenantRequest, displayName: request.displayName })
  const saved = await connectImmediately(dependencies, signIn, found, compared)
  if ('failed' in saved) throw explainNotSaved(saved)
  return saved.tenant
}

function isOneProvider({
  identityProvider,
  accountKind,
}: {
  identityProvider?: string | undefined
  accountKind?: string | undefined
}): boolean {
  return !identityProvider || !accountKind || (identityProvider === 'google') === (accountKind === 'google')
}

function identityProviderOf({ accountKind, identityProvider }: GrantRequest): IdentityProvider {
  return identityProvider ?? (accountKind === 'google' ? 'google' : 'microsoft')
}

function assertServed({ signInTable }: ImportDependencies, request: GrantRequest): SignInRow {
  const identityProvider = identityProviderOf(request)
  const row = signInTable({ environment: request.environment, identityProvider })
  if (row) return row
  const fault = `isn’t set up here for identityProvider ${identityProvider}`
  throw new Problem('invalid_request', {
    detail: `body environment: ${request.environment} ${fault}`,
    members: { errors: [{ in: 'body', field: 'environment', fault }] },
  })
}

/** Checked before any call: nothing from one environment is sent to the other. */
async function assertEnvironment(
  { grantServices }: ImportDependencies,
  name: TenantName,
  { environment }: GrantRequest,
): Promise<void> {
  const stored = await grantServices.tenants.read(name)
  if (stored) assertCanConnect(stored.tenant, environment)
}

async function discover(
  dependencies: ImportDependencies,
  row: SignInRow,
  accessToken: Secret,
): Promise<Discovery> {
  const found = await discoverWithToken(dependencies, row, accessToken)
  if ('noDeveloperToken' in found) throw explainNoDeveloperToken(found.noDeveloperToken)
  if (!found.ok) throw explainImportFault(found.fault)
  if (found.value.accounts.length === 0) throw explainNoAccount()
  return found.value
}

/** An imported grant is stored like a sign-in's. There is no browser to redirect or ask. */
function toSignIn(
  { config, randomness }: ImportDependencies,
  name: TenantName,
  { environment, identityProvider }: SignInRow,
  { allowDifferentUser }: GrantRequest,
): Omit<Parameters<typeof connectImmediately>[1], 'disconnectCount'> {
  return {
    ...name,
    environment,
    identityProvider,
    allowDifferentUser,
    id: randomness.identifier(),
    returnUrl: config.publicUrl,
    confirm: false,
    accountChoice: 'app',
    asksFirst: false,
    browserHash: '',
  }
}

/** Without an ID token, Microsoft Advertising's name for the user is the only identification. */
function withUserName(user: SignedInUser, { userName }: Discovery): SignedInUser {
  if (user.consenter.subject !== '') return user
  return { ...user, consenter: { ...user.consenter, hint: maskAddress(userName) } }
}

function toTokens({ tokens, refreshToken, scopes }: ProvenRefreshToken) {
  return { ...tokens, refreshToken, scope: scopes.join(' '), idToken: tokens.idToken ?? '' }
}
