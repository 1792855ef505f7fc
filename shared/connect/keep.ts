import { discoveryEvents } from '../accounts/events.ts'
import { newGeneration, sparedAfter } from '../accounts/generation.ts'
import { connectGrant } from '../tenants/connectGrant.ts'
import type { Tenant } from '../tenants/tenant.ts'
import type { SignIn } from './authorize.ts'
import type { CallbackDependencies, Proven } from './callback.ts'
import { openChoice } from './choose.ts'
import { compareReach, type Reach } from './compareReach.ts'
import type { ConnectFailure } from './failures.ts'
import { keepPending } from './keepPending.ts'
import { differentUser, personOf } from './person.ts'
import { returnUrlWith } from './returnUrl.ts'
import { isStillWanted } from './sessions.ts'
import { toGrant } from './toGrant.ts'

/** A finished sign-in: where the browser goes next. */
export interface Kept {
  readonly tenant: Tenant
  /** Back to the app, or first to the page that asks which account is meant. */
  readonly returnUrl: string
}

/** The link, or the sign-in, was made before the app disconnected the tenant. */
export const disconnectedMeanwhile: ConnectFailure = {
  failed: 'sign_in_not_valid',
  reason: 'tenant_disconnected',
}

/**
 * Keeps a proven grant: at once, or as a pending one where the app wants to confirm who consented, or where another
 * person than before would lose accounts, which the app is told before they are marked.
 * @param lossIsAccepted the app knows of the accounts that would be lost. Default is false.
 */
export async function keep(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: Proven,
  { lossIsAccepted = false } = {},
): Promise<Kept | ConnectFailure> {
  const { accounts, clock, keeping, randomness } = dependencies
  const name = { workspace: signIn.workspace, tenant: signIn.tenant }
  const stored = await keeping.tenants.read(name)
  if (!stored) return { failed: 'sign_in_not_valid', reason: 'tenant_gone' }
  const { tenant: before } = stored
  if (!isStillWanted(signIn, before)) return disconnectedMeanwhile
  if (before.environment !== signIn.environment) return { failed: 'environment_mismatch' }
  const stranger = differentUser(before, proven, signIn.allowDifferentUser)
  if (stranger) return stranger
  const reached = await compareReach(accounts, before, proven)
  const accountsGeneration = newGeneration(clock.now(), randomness)
  await accounts.write(name, accountsGeneration, reached.after)
  return signIn.confirm || (reached.loss && !lossIsAccepted)
    ? keepPending(dependencies, signIn, proven, { ...reached, accountsGeneration })
    : keepAtOnce(dependencies, signIn, proven, { ...reached, accountsGeneration, before })
}

async function keepAtOnce(
  dependencies: CallbackDependencies,
  signIn: SignIn,
  proven: Proven,
  reached: Reach & { readonly accountsGeneration: string; readonly before: Tenant },
): Promise<Kept | ConnectFailure> {
  const { accounts, clock, keeping } = dependencies
  const { accountsGeneration, after, before, defaultAccount, known } = reached
  const story = {
    tenant: before,
    before: known,
    after,
    defaultAccount,
    person: personOf(proven),
    at: clock.now(),
  }
  const { accessToken, askedAt, expiresInSeconds, refreshToken } = proven.tokens
  const connected = await connectGrant(keeping, before, {
    environment: signIn.environment,
    grant: toGrant(proven, clock.now()),
    refreshToken,
    accessToken,
    expiresInSeconds,
    askedAt,
    accountsGeneration,
    ...(defaultAccount && { defaultAccount }),
    disconnectCount: signIn.disconnectCount ?? 0,
    events: discoveryEvents(story),
  })
  if (!connected) return { failed: 'storage_unavailable', reason: 'tenant_changed' }
  await accounts
    .removeOthers(before, accountsGeneration, sparedAfter(before, clock.now()))
    .catch(() => undefined)
  const outcome = { status: 'connected', ...reached.outcome }
  const asks = !defaultAccount && signIn.accountChoice !== 'app'
  const returnUrl =
    asks && connected.tenant.grant
      ? await openChoice(dependencies, signIn, connected.tenant.grant, outcome)
      : returnUrlWith(signIn, outcome)
  return { tenant: connected.tenant, returnUrl }
}
