import {
  type ConnectHintConfig,
  type ConnectPlace,
  connectHint,
  reconnectHint,
  type SignInWith,
} from '../domain/connectHint.ts'
import { parseReason } from '../domain/reasons.ts'
import { type Actor, Problem } from '../problems.ts'

/** Who makes a refused grant good by a sign-in, at once or after their administrator has acted. */
const signingIn: ReadonlySet<Actor | undefined> = new Set(['advertiser', 'advertiserAdmin'])

/**
 * Adds the request for a connect session (`connect`) to the refusal of a grant that a sign-in of the advertiser resolves.
 * Other errors stay unchanged.
 */
export function withConnectSession(error: unknown, config: ConnectHintConfig, place: ConnectPlace): unknown {
  if (!(error instanceof Problem) || error.code !== 'grant_refused') return error
  const { code, extras } = error
  if (!signingIn.has(extras.actor)) return error
  const { reason, signInWith } = (extras.members ?? {}) as RefusedGrant
  const connect = signInWith
    ? connectHint(config, place, { signInWith })
    : reconnectHint(config, { ...place, reauthorizationReason: parseReason(reason) })
  return new Problem(code, { ...extras, members: { ...extras.members, connect } })
}

interface RefusedGrant {
  readonly reason?: string
  readonly signInWith?: SignInWith
}
