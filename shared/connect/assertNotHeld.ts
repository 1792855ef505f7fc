import { type Clock, secondsUntil } from '../clock.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import { isCredentialReason } from '../domain/reasons.ts'
import type { Registration } from '../environment.ts'
import { explainCredential } from '../identity/explainCredential.ts'
import { Problem } from '../problems.ts'

/** A younger hold may come from one refusal, and the next attempt ends it: not enough to turn a person away. */
const lastingSeconds = 120

/** What a link depends on. */
interface HoldDependencies {
  readonly clock: Pick<Clock, 'now'>
  readonly environments: Pick<EnvironmentStates, 'read'>
}

/**
 * Refuses a link for a sign-in that can't succeed: the broker's own credential has been refused for two minutes, and the
 * hold is in force. A person would sign in and consent for nothing. A hold that is over blocks no link, because where no
 * tenant can be refreshed, only a sign-in ends it.
 * @throws Problem `environment_on_hold`
 */
export async function assertNotHeld(
  { clock, environments }: HoldDependencies,
  registration: Registration,
): Promise<void> {
  const hold = await environments.read(registration)
  if (!hold || !isCredentialReason(hold.reason)) return
  const { reason, since, traceId, until } = hold
  const now = clock.now()
  if (until <= now || secondsUntil(now, since) < lastingSeconds) return
  const detail = explainCredential(reason, registration)
  throw new Problem('environment_on_hold', {
    ...(detail && { detail }),
    // One more than the whole seconds left: a caller that waits for them finds the hold over.
    retryAfterSeconds: secondsUntil(until, now) + 1,
    members: { reason, traceId: traceId || undefined },
  })
}
