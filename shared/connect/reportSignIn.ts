import type { Clock } from '../clock.ts'
import { type EnvironmentStates, isHoldTold, nextHold } from '../domain/holds.ts'
import type { Log } from '../domain/logEvents.ts'
import { isCredentialReason } from '../domain/reasons.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { scopeNames } from '../identity/grantedScopes.ts'
import type { SignInRow } from '../identity/signInTable.ts'
import type { RedeemResult } from '../identity/tokenEndpoint.ts'
import type { SignIn } from './authorize.ts'
import { type ConnectFailure, connectFailures } from './failures.ts'

/** Dependencies of reporting to the operator. */
export interface ReportDependencies {
  readonly environments: EnvironmentStates
  readonly clock: Clock
  readonly log: Log
}

/**
 * Logs why a sign-in ended without a connection. A sign-in that the broker didn't start isn't logged: anyone could
 * flood the log.
 */
export function reportFailure(log: Log, signIn: SignIn, { failed, reason, traceId }: ConnectFailure): void {
  const { environment, identityProvider } = signIn
  log('connect.failed', {
    tenantKey: tenantKey(signIn),
    environment,
    identityProvider,
    code: failed,
    actor: connectFailures[failed].actor,
    reason: reason ?? '',
    traceId: traceId ?? '',
  })
}

/** Logs the scopes of a token response that doesn't name the required one: only they show what Microsoft has changed. */
export function reportScopes(log: Log, signIn: SignIn, scope: string): void {
  const { environment, identityProvider } = signIn
  const scopes = scopeNames(scope)
  log('connect.scopes_differ', { tenantKey: tenantKey(signIn), environment, identityProvider, scopes })
}

/**
 * Learns about our own credentials from a redemption: refused credentials hold the environment, accepted ones end
 * the hold. Nothing else in a refusal counts, because anyone can cause it by opening a callback with a code
 * of their own. A refusal doesn't count while there is another credential to try.
 */
export async function updateEnvironmentHold(
  { clock, environments, log }: ReportDependencies,
  { environment, identityProvider }: SignInRow,
  result: RedeemResult,
): Promise<void> {
  const hold = await environments.read({ environment, identityProvider })
  if (result.ok) {
    if (!hold || !isCredentialReason(hold.reason)) return
    if (await environments.release({ environment, identityProvider }))
      log('environment.released', { environment, identityProvider, kind: '' })
    return
  }
  if (result.otherCredentialLeft || !isAboutUs(result.refusal)) return
  const { reason, traceId } = result.refusal
  const fault = { environment, identityProvider, reason, traceId }
  const next = nextHold(hold, fault, clock.now())
  await environments.placeHold(next)
  if (!isHoldTold(hold, next)) log('environment.held', { ...fault, kind: '' })
}

/** `invalid_client` (RFC 6749, section 5.2), or no error at all, because we had no valid credential to send. */
function isAboutUs({ error, reason }: TokenRefusal): boolean {
  return isCredentialReason(reason) && /^(invalid_client)?$/.test(error)
}
