import * as z from 'zod'
import { discoverFor } from '../accounts/discoverFor.ts'
import type { Discovery } from '../advertising/discover.ts'
import type { CallbackDependencies } from '../connect/dependencies.ts'
import type { Proven } from '../connect/prove.ts'
import { compareSignIn, connectImmediately } from '../connect/saveSignIn.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { environments, identityProviders } from '../environment.ts'
import { maskAddress, type SignedInUser } from '../identity/idToken.ts'
import { longestTokenCharacters } from '../identity/readTokens.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import { Problem } from '../problems.ts'
import { explainNoDeveloperToken } from '../secrets/developerTokens.ts'
import { assertCanConnect, ensureTenant } from '../tenants/ensureTenant.ts'
import { explainFault, explainLoss, explainNotSaved, explainRefusal, refused } from './explain.ts'
import { type ProvenToken, proveToken } from './prove.ts'

/** A refresh token from another system. It must have been issued to the client id that the broker uses. */
export const grantBody = z
  .strictObject({
    environment: z.enum(environments),
    /** Default is `google` for a Google account, `microsoft` otherwise. */
    identityProvider: z.enum(identityProviders).optional(),
    refreshToken: z.string().min(1).max(longestTokenCharacters),
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

/** A parsed {@link grantBody}. */
export type GrantRequest = z.infer<typeof grantBody>

/** Dependencies of importing a grant. */
export type BringDependencies = CallbackDependencies

/**
 * Takes over a refresh token, as a consent would: before anything is stored, a refresh and Microsoft Advertising's
 * answer to its access token must prove it. Then the tenant is connected, and created if it's new.
 * @throws Problem `grant_refused` with the reason, `accounts_would_be_lost` with the person and the accounts, or
 *   another problem that stops the broker from proving it.
 */
export async function bringGrant(
  dependencies: BringDependencies,
  name: TenantName,
  request: GrantRequest,
): Promise<Tenant> {
  const row = assertServed(dependencies, request)
  await assertEnvironment(dependencies, name, request)
  const proven = await proveToken(dependencies, row, request)
  if (!proven.ok) throw explainRefusal(proven.refusal, row.identityProvider)
  const discovery = await discover(dependencies, row, proven.tokens.accessToken)
  const claim = { environment: request.environment, detail: 'The app imported a grant.' }
  const { disconnectCount = 0 } = await ensureTenant(dependencies.grantServices, name, claim)
  const signIn = { ...toSignIn(dependencies, name, row, request), disconnectCount }
  const found: Proven = {
    row: { ...row, scopes: proven.scopes },
    user: named(proven.user, discovery),
    tokens: toTokens(proven),
    discovery,
  }
  const compared = await compareSignIn(dependencies, signIn, found)
  if ('failed' in compared) throw explainNotSaved(compared)
  if (compared.loss && !request.acceptLostAccounts) throw explainLoss(compared.loss)
  // Not earlier: if a grant isn't kept, not even its tenant's name is.
  await ensureTenant(dependencies.grantServices, name, { ...claim, displayName: request.displayName })
  const kept = await connectImmediately(dependencies, signIn, found, compared)
  if ('failed' in kept) throw explainNotSaved(kept)
  return kept.tenant
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

function assertServed({ signInTable }: BringDependencies, request: GrantRequest): SignInRow {
  const usual = request.accountKind === 'google' ? 'google' : 'microsoft'
  const identityProvider = request.identityProvider ?? usual
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
  { grantServices }: BringDependencies,
  name: TenantName,
  { environment }: GrantRequest,
): Promise<void> {
  const stored = await grantServices.tenants.read(name)
  if (stored) assertCanConnect(stored.tenant, environment)
}

async function discover(
  dependencies: BringDependencies,
  row: SignInRow,
  accessToken: string,
): Promise<Discovery> {
  const found = await discoverFor(dependencies, row, accessToken)
  if ('unarmed' in found) throw explainNoDeveloperToken(found.unarmed)
  if (!found.ok) throw explainFault(found.fault)
  if (found.value.accounts.length === 0) throw refused('no_advertising_account', 'advertiserAdmin')
  return found.value
}

/** An imported grant is stored like a sign-in's. There is no browser to redirect or ask. */
function toSignIn(
  { config, randomness }: BringDependencies,
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
function named(user: SignedInUser, { userName }: Discovery): SignedInUser {
  if (user.consenter.subject !== '') return user
  return { ...user, consenter: { ...user.consenter, hint: maskAddress(userName) } }
}

function toTokens({ tokens, refreshToken, scopes }: ProvenToken) {
  return { ...tokens, refreshToken, scope: scopes.join(' '), idToken: tokens.idToken ?? '' }
}
