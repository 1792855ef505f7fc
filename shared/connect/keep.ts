import { randomBytes } from 'node:crypto'
import { type Account, type AccountStore, allAccounts } from '../accounts/account.ts'
import { discoveryEvents, personChange } from '../accounts/events.ts'
import { newGeneration, sparedAfter } from '../accounts/generation.ts'
import { carrySelection, defaultAccountOf, isSelected } from '../accounts/select.ts'
import { compareAccounts } from '../advertising/compareAccounts.ts'
import { secondsAfter } from '../clock.ts'
import { connectGrant, sealAccessToken } from '../tenants/connectGrant.ts'
import { destroyLeftovers, destroyUncommitted, withLeftovers } from '../tenants/leftovers.ts'
import { type Grant, grantOwnerOf, type Tenant } from '../tenants/tenant.ts'
import type { SignIn } from './authorize.ts'
import { sha256 } from './browser.ts'
import type { CallbackDependencies, Proven } from './callback.ts'
import { openChoice } from './choose.ts'
import type { ConnectFailure } from './failures.ts'
import { returnUrlWith } from './returnUrl.ts'

/** A finished sign-in: where the browser goes next. */
export interface Kept {
  readonly tenant: Tenant
  /** Back to the app, or first to the page that asks which account is meant. */
  readonly returnUrl: string
  /** Several accounts and none of them the default yet: somebody has to choose. */
  readonly choiceOpen: boolean
}

/** How long an app may take to hand back the confirmation code. */
const confirmationSeconds = 900

/** Keeps a proven grant: at once, or as a pending one where the app wants to confirm who consented. */
export async function keep(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: Proven,
): Promise<Kept | ConnectFailure> {
  const { accounts, clock, keeping, randomness } = dependencies
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const stored = await keeping.tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  const { tenant: before } = stored
  if (before.environment !== signIn.environment) return { failed: 'environment_mismatch' }
  const stranger = differentUser(before, proven, signIn.allowDifferentUser)
  if (stranger) return stranger
  const reached = await compareReach(accounts, before, proven)
  const accountsGeneration = newGeneration(clock.now(), randomness)
  await accounts.write(name, accountsGeneration, reached.after)
  return signIn.confirm
    ? keepPending(dependencies, signIn, proven, { ...reached, accountsGeneration })
    : keepAtOnce(dependencies, signIn, proven, { ...reached, accountsGeneration, before })
}

/** What a sign-in reaches, beside what the tenant reached before. */
interface Reach {
  readonly known: readonly Account[]
  readonly after: readonly Account[]
  /** What the return URL says of it. */
  readonly outcome: Readonly<Record<string, string | undefined>>
}

async function compareReach(
  store: AccountStore,
  before: Tenant,
  { discovery, user }: Proven,
): Promise<Reach> {
  const known = await allAccounts(store, before, before.accountsGeneration)
  const after = carrySelection(known, discovery.accounts)
  const lost = compareAccounts(known, after).vanished.length
  const outcome = {
    accounts: String(after.filter(isSelected).length),
    accounts_lost: lost > 0 ? String(lost) : undefined,
    user_changed: personChange(before, user.consenter) && 'true',
  }
  return { known, after, outcome }
}

async function keepAtOnce(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: Proven,
  reached: Reach & { readonly accountsGeneration: string; readonly before: Tenant },
): Promise<Kept | ConnectFailure> {
  const { accounts, clock, keeping } = dependencies
  const { accountsGeneration, after, before, known } = reached
  const defaultAccount = defaultAccountOf(before, after)
  const { consenter } = proven.user
  const story = { tenant: before, before: known, after, defaultAccount, consenter, at: clock.now() }
  const { accessToken, expiresInSeconds, refreshToken } = proven.tokens
  const connected = await connectGrant(keeping, before, {
    grant: toGrant(proven, clock.now()),
    refreshToken,
    accessToken,
    expiresInSeconds,
    accountsGeneration,
    ...(defaultAccount && { defaultAccount }),
    events: discoveryEvents(story),
  })
  if (!connected) return { failed: 'storage_unavailable', reason: 'tenant_changed' }
  await accounts
    .removeOthers(before, accountsGeneration, sparedAfter(before, clock.now()))
    .catch(() => undefined)
  const outcome = { status: 'connected', ...reached.outcome }
  const choiceOpen = !defaultAccount
  const asks = choiceOpen && signIn.accountChoice !== 'app'
  const returnUrl = asks ? await openChoice(dependencies, signIn, outcome) : returnUrlWith(signIn, outcome)
  return { tenant: connected.tenant, returnUrl, choiceOpen }
}

/** A reconnect by another person keeps the old grant, unless the session allows it. */
function differentUser(before: Tenant, { user }: Proven, allowed: boolean): ConnectFailure | undefined {
  if (allowed || before.status === 'disconnected') return undefined
  const person = personChange(before, user.consenter)
  if (!person) return undefined
  const advice = `Sign in as ${person.previousUser}; you signed in as ${person.user}.`
  return { failed: 'different_user', advice }
}

function toGrant({ row, user, discovery }: Proven, consentedAt: Date): Omit<Grant, 'reference'> {
  return {
    identityProvider: row.identityProvider,
    scopes: row.scopes,
    accountKind: user.accountKind,
    authorityTenant: user.authorityTenant,
    consenter: user.consenter,
    consentedAt,
    advertisingUserId: discovery.advertisingUserId,
  }
}

/** The grant waits beside whatever the tenant has, which goes on working until the app confirms. */
async function keepPending(
  { keeping, clock }: CallbackDependencies,
  signIn: SignIn,
  proven: Proven,
  { accountsGeneration, outcome }: Reach & { readonly accountsGeneration: string },
): Promise<Kept | ConnectFailure> {
  const { grants, tenants } = keeping
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const code = randomBytes(32).toString('base64url')
  const stored = await tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  const owner = grantOwnerOf(stored.tenant, proven.row)
  const accessToken = await sealAccessToken(keeping, stored.tenant, proven.tokens)
  const reference = await grants.write(proven.tokens.refreshToken, owner)
  const pendingGrant = {
    grant: { ...toGrant(proven, clock.now()), reference },
    sessionId: signIn.id,
    codeHash: sha256(code),
    expiresAt: secondsAfter(clock.now(), confirmationSeconds),
    accessToken,
    accountsGeneration,
  }
  const replaced = stored.tenant.pendingGrant?.grant.reference
  const next = withLeftovers(grants, { ...stored.tenant, pendingGrant }, [replaced])
  const answer = await tenants.replace(stored, next, [])
  // The client repeats a write whose answer was lost, and then meets its own ETag.
  const written = answer === 'conflict' ? await tenants.read(name) : answer
  if (written?.tenant.pendingGrant?.codeHash !== pendingGrant.codeHash) {
    await destroyUncommitted(keeping, reference, written?.tenant)
    return { failed: 'storage_unavailable', reason: 'tenant_changed' }
  }
  await destroyLeftovers(keeping, written)
  const confirmation = { status: 'confirmation_required', confirmation_code: code }
  const returnUrl = returnUrlWith(signIn, { ...confirmation, ...outcome })
  return { tenant: written.tenant, returnUrl, choiceOpen: false }
}
