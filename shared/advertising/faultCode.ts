import type { VerdictCode } from '../domain/verdicts.ts'
import type { Actor } from '../problems.ts'
import type { ServiceName } from './services.ts'

/**
 * What a failure asks for. `expiredToken`: one forced refresh and one retry. `credentials`: access token,
 * developer token or environment is wrong. `identity`: another kind of sign-in. `rights`: the user lacks
 * access. `request`: the call itself is wrong. `backOff`: wait for the stated time. `passing`: try again.
 * `unexpectedAnswer`: nothing that Microsoft documents.
 */
export type FaultClass =
  | 'expiredToken'
  | 'credentials'
  | 'identity'
  | 'rights'
  | 'request'
  | 'backOff'
  | 'passing'
  | 'unexpectedAnswer'

/** One documented error code. */
export interface FaultCode {
  /** The services in which the number has this meaning; absent means all of them. */
  readonly services?: readonly ServiceName[]
  readonly code: number
  /** Microsoft's symbolic name. Customer Management and Billing do not always send it. */
  readonly errorCode: string
  /** A word in the error's texts that narrows the code down. */
  readonly reason?: string
  readonly meaning: string
  readonly actor: Actor
  readonly class: FaultClass
  /** How long Microsoft asks to wait. */
  readonly retryAfterSeconds?: number
  /** What the code means where `sent` proves nothing else; absent where class and ids decide. */
  readonly verdict?: VerdictCode
}
