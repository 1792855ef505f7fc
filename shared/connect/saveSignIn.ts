import { discoveryEvents, personChange } from '../accounts/events.ts'
import { keptGeneration, newGeneration } from '../accounts/generation.ts'
import { type AccountsChange, replaceAccounts } from '../accounts/replace.ts'
import { issueChoiceAnswer, openChoice } from '../choice/choose.ts'
import { addSeconds, TimeLimitError, withTimeLimit } from '../clock.ts'
import { dueRowOf } from '../domain/due.ts'
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
import { withPendingAccounts } from '../domain/transitions.ts'
import { finishAccountsAfterSeconds } from '../domain/unfinishedAccounts.ts'
import { Problem } from '../problems.ts'
import { changeTenant } from '../tenants/changeTenant.ts'
import { connectGrant } from '../tenants/connectGrant.ts'
import { withPatience, withPatientRecords, withPatientTenants } from '../tenants/patience.ts'
import { askPerson } from './askPerson.ts'
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
import { isUnexpectedPerson } from './unexpectedPerson.ts'

/** What writing the accounts of a sign-in gets at least: hundreds of them are written by then. */
const minAccountsSeconds = 3

/** The changes that a sign-in would make to the tenant, as it was read. */
export interface SignInComparison extends AccountComparison {
  readonly before: Tenant
  /** Whether someone else signed in than the app meant: this person or the app confirms before anything is kept. */
  readonly isUnexpected: boolean
}

/**
 * Stores a proven grant: immediately, or as a pending one. The app confirms if it wants to know who consented, or if a
 * different person than before would lose accounts, which it learns before they are marked. Otherwise, a person whom
 * the app didn't expect confirms.
 */
export async function saveSignIn(
  impatient: CallbackDependencies,
  signIn: SignIn,
  proven: ProvenSignIn,
): Promise<SavedSignIn | ConnectFailure> {
  const dependencies = withPatientRecords(impatient)
  const compared = await patiently(dependencies, () => compareSignIn(dependencies, signIn, proven))
  if ('failed' in compared) return compared
  const isForApp = signIn.confirm || compared.loss !== undefined
  if (!isForApp && !compared.isUnexpected) return connectImmediately(dependencies, signIn, proven, compared)
  const choice = await offerChoice(dependencies, signIn)
  const { clock, randomness } = dependencies
  const { marks, outcome } = compared
  const accountsGeneration = newGeneration(clock.now(), randomness, marks)
  const { hint: person } = proven.user.consenter
  const question = isForApp ? undefined : await askPerson(dependencies, { signIn, person, outcome })
  const patient = { ...dependencies, grantServices: withPatience(dependencies.grantServices) }
  const saved = await savePendingGrant(patient, signIn, proven, {
    accountsGeneration,
    outcome,
    ...(choice && { choice }),
    ...(question && { question }),
  })
  if ('failed' in saved) return saved
  const write = () => writePendingAccounts(dependencies, saved.tenant, compared)
  return { ...saved, tenant: (await untilAnswer(dependencies, write)) ?? saved.tenant }
}

/**
 * Writes the accounts of a consent that waits for its confirmation.
 * @returns undefined if storage didn't take them. The confirmation then leaves them to a sweep.
 */
async function writePendingAccounts(
  { accounts, grantServices }: CallbackDependencies,
  { pendingGrant, tenant, workspace }: Tenant,
  { after }: SignInComparison,
): Promise<Tenant | undefined> {
  if (!pendingGrant) return undefined
  const { accountsGeneration } = pendingGrant
  try {
    await accounts.write({ workspace, tenant }, accountsGeneration, after)
    const changed = await changeTenant(withPatientTenants(grantServices), { workspace, tenant }, (row) =>
      row.pendingGrant?.accountsGeneration === accountsGeneration
        ? { next: withPendingAccounts(row, row.pendingGrant) }
        : undefined,
    )
    return 'stored' in changed ? changed.stored.tenant : undefined
  } catch (error) {
    if (error instanceof StorageUnavailableError) return undefined
    throw error
  }
}

/**
 * Runs work until the browser must be answered. After that, it goes on in the background.
 * @returns undefined if it isn't done by then.
 */
async function untilAnswer<T>(
  { answerBy, clock }: CallbackDependencies,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (!answerBy) return work()
  const left = Math.max((answerBy.getTime() - clock.now().getTime()) / 1000, minAccountsSeconds)
  const working = work()
  return withTimeLimit(clock, left, 'writing the accounts', () => working).catch((error: unknown) => {
    if (!(error instanceof TimeLimitError)) throw error
    working.catch(() => undefined)
    return undefined
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
  const isUnexpected = isUnexpectedPerson(signIn, before, proven.user)
  const compared = await compareSignInAccounts(accounts, before, proven)
  const outcome = { ...compared.outcome, user_unexpected: isUnexpected ? 'true' : undefined }
  return { ...compared, outcome, before, isUnexpected }
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
  const kept = keptGeneration(before, person)
  const accountsGeneration = kept ?? newGeneration(clock.now(), randomness)
  const { discovery } = proven
  const story = { tenant: before, before: known, after, defaultAccount, person, discovery, at: clock.now() }
  const { accessToken, requestedAt, expiresInSeconds, refreshToken } = proven.tokens
  // A sweep finishes the accounts that this process doesn't, even if it ends right after the commit.
  const finishAt = addSeconds(clock.now(), finishAccountsAfterSeconds)
  await grantServices.due.insert(dueRowOf(before, proven.row, finishAt))
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
  const write = () => writeOutstandingAccounts(dependencies, connected, compared)
  const written = await untilAnswer(dependencies, write)
  const outstanding = written ? undefined : 'true'
  const outcome = { status: 'connected', ...compared.outcome, accounts_outstanding: outstanding }
  const { tenant } = written ?? connected
  const hasChoice = !defaultAccount && after.some(({ usable }) => usable)
  const asks = written && hasChoice && signIn.accountChoice !== 'app'
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
  { after, marks }: SignInComparison,
): Promise<StoredTenant | undefined> {
  const { tenants } = grantServices
  const toChange = (row: Tenant): AccountsChange => {
    const { accountsGeneration } = connected.tenant
    if (!isSameConsent(row, connected.tenant) || row.accountsGeneration !== accountsGeneration)
      throw new Problem('tenant_changed')
    const { defaultAccount, discoveredAt = clock.now() } = row
    return { accounts: after, defaultAccount, discoveredAt, marks, events: [] }
  }
  try {
    return await replaceAccounts({ accounts, clock, randomness, tenants }, connected.tenant, toChange)
  } catch (error) {
    if (error instanceof Problem) return connected
    if (error instanceof StorageUnavailableError) return undefined
    throw error
  }
}
