import { discoveryEvents, personChange } from '../accounts/events.ts'
import { newGeneration } from '../accounts/generation.ts'
import { type AccountsChange, replaceAccounts } from '../accounts/replace.ts'
import { issueChoiceAnswer, openChoice } from '../choice/choose.ts'
import { addSeconds } from '../clock.ts'
import { patiently } from '../domain/patience.ts'
import { returnUrlWith } from '../domain/returnUrl.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import {
  isSameConsent,
  isSpentSession,
  isStillValid,
  type PendingChoice,
  type StoredTenant,
  type Tenant,
} from '../domain/tenant.ts'
import { Problem } from '../problems.ts'
import { connectGrant } from '../tenants/connectGrant.ts'
import { withPatience } from '../tenants/patience.ts'
import type { SignIn } from './authorize.ts'
import { type AccountComparison, compareSignInAccounts } from './compareSignInAccounts.ts'
import type { CallbackDependencies } from './dependencies.ts'
import type { ConnectFailure } from './failures.ts'
import { confirmationSeconds } from './lifetimes.ts'
import { findDifferentUser, personOf } from './person.ts'
import type { ProvenSignIn } from './proveSignIn.ts'
import { disconnectedDuringSignIn, linkAlreadyUsed, type SavedSignIn } from './savedSignIn.ts'
import { savePendingGrant } from './savePendingGrant.ts'
import { toGrant } from './toGrant.ts'

/** The changes that a sign-in would make to the tenant, as it was read. */
export interface SignInComparison extends AccountComparison {
  readonly before: Tenant
}

/**
 * Stores a proven grant: immediately, or as a pending one if the app wants to confirm who consented, or if a different
 * person than before would lose accounts, which the app learns before they are marked.
 */
export async function saveSignIn(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: ProvenSignIn,
): Promise<SavedSignIn | ConnectFailure> {
  const compared = await patiently(dependencies, () => compareSignIn(dependencies, signIn, proven))
  if ('failed' in compared) return compared
  if (!signIn.confirm && !compared.loss) return connectImmediately(dependencies, signIn, proven, compared)
  const choice = await offerChoice(dependencies, signIn)
  const accountsGeneration = await writeAccounts(dependencies, compared)
  const { outcome } = compared
  const patient = { ...dependencies, grantServices: withPatience(dependencies.grantServices) }
  return savePendingGrant(patient, signIn, proven, {
    accountsGeneration,
    outcome,
    ...(choice && { choice }),
  })
}

/** Opens the page that may follow a confirmation; undefined if the app asks itself. */
async function offerChoice(
  { clock, records }: Pick<CallbackDependencies, 'clock' | 'records'>,
  { accountChoice, browserHash, returnUrl }: SignIn,
): Promise<PendingChoice | undefined> {
  if (accountChoice === 'app') return undefined
  const answerId = await issueChoiceAnswer(records, addSeconds(clock.now(), confirmationSeconds))
  return { returnUrl, browserHash, answerId }
}

/** Compares a proven sign-in with the tenant's current state; changes nothing. */
export async function compareSignIn(
  { accounts, grantServices }: Pick<CallbackDependencies, 'accounts' | 'grantServices'>,
  signIn: SignIn,
  proven: ProvenSignIn,
): Promise<SignInComparison | ConnectFailure> {
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const stored = await grantServices.tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  const { tenant: before } = stored
  if (!isStillValid(signIn, before)) return disconnectedDuringSignIn
  if (isSpentSession(before, signIn.id)) return linkAlreadyUsed
  if (before.environment !== signIn.environment) return { failed: 'environment_mismatch' }
  const differentUser = findDifferentUser(before, proven, signIn.allowDifferentUser)
  if (differentUser) return differentUser
  return { ...(await compareSignInAccounts(accounts, before, proven)), before }
}

/** Writes the accounts that a sign-in can reach, as a generation that no row names yet. */
async function writeAccounts(
  { accounts, clock, randomness }: Pick<CallbackDependencies, 'accounts' | 'clock' | 'randomness'>,
  { after, before, isCut }: SignInComparison,
): Promise<string> {
  const accountsGeneration = newGeneration(clock.now(), randomness, isCut)
  await accounts.write(before, accountsGeneration, after)
  return accountsGeneration
}

/**
 * Makes a proven grant the tenant's, unless someone else connected since the comparison. The accounts are written after
 * the commit, because thousands of them take a while, and the refresh token must not depend on it.
 */
export async function connectImmediately(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: ProvenSignIn,
  compared: SignInComparison,
): Promise<SavedSignIn | ConnectFailure> {
  const { clock, randomness } = dependencies
  const grantServices = withPatience(dependencies.grantServices)
  const { after, before, defaultAccount, known } = compared
  const person = personOf(proven)
  // Until the new rows are written, apps find the same person's previous ones, and none of another person's.
  const keeps = before.accountsGeneration !== undefined && !personChange(before, person)
  const accountsGeneration = keeps ? before.accountsGeneration : newGeneration(clock.now(), randomness)
  const story = { tenant: before, before: known, after, defaultAccount, person, at: clock.now() }
  const { accessToken, requestedAt, expiresInSeconds, refreshToken } = proven.tokens
  const connected = await connectGrant(grantServices, before, {
    environment: signIn.environment,
    grant: toGrant(proven, clock.now()),
    signInName: proven.user.signInName,
    refreshToken,
    accessToken,
    expiresInSeconds,
    requestedAt,
    accountsGeneration,
    accountsOutstanding: true,
    ...(defaultAccount && { defaultAccount }),
    disconnectCount: signIn.disconnectCount,
    sessionId: signIn.id,
    events: discoveryEvents(story),
    // The accounts that this other person would lose were never compared, or reported to the app.
    isStillValidFor: (row) => isSameConsent(row, before) || !personChange(row, person),
  })
  if (!connected) {
    const row = (await grantServices.tenants.read(before))?.tenant
    return row && isSpentSession(row, signIn.id)
      ? linkAlreadyUsed
      : { failed: 'storage_unavailable', reason: 'tenant_changed' }
  }
  const written = await writeOutstandingAccounts(dependencies, connected, compared)
  const outstanding = written ? undefined : 'true'
  const outcome = { status: 'connected', ...compared.outcome, accounts_outstanding: outstanding }
  const { tenant } = written ?? connected
  const asks = written && !defaultAccount && signIn.accountChoice !== 'app'
  const returnUrl =
    asks && tenant.grant
      ? await openChoice(
          dependencies,
          { ...signIn, answerId: await issueChoiceAnswer(dependencies.records, clock.now()) },
          tenant.grant,
          outcome,
        )
      : returnUrlWith(signIn, outcome)
  return { tenant, returnUrl }
}

/**
 * Writes the accounts of a consent that has just been committed, unless a later consent or discovery was faster.
 * @returns undefined if storage didn't take them. The row says so until the next discovery.
 */
async function writeOutstandingAccounts(
  { accounts, clock, grantServices, randomness }: CallbackDependencies,
  connected: StoredTenant,
  { after, isCut }: SignInComparison,
): Promise<StoredTenant | undefined> {
  const { tenants } = grantServices
  const toChange = (row: Tenant): AccountsChange => {
    const { accountsGeneration } = connected.tenant
    if (!isSameConsent(row, connected.tenant) || row.accountsGeneration !== accountsGeneration)
      throw new Problem('tenant_changed')
    const { defaultAccount, discoveredAt = clock.now() } = row
    return { accounts: after, defaultAccount, discoveredAt, isCut, events: [] }
  }
  try {
    return await replaceAccounts({ accounts, clock, randomness, tenants }, connected.tenant, toChange)
  } catch (error) {
    if (error instanceof Problem) return connected
    if (error instanceof StorageUnavailableError) return undefined
    throw error
  }
}
