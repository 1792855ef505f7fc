import type { VerdictCode } from '../domain/verdicts.ts'
import type { Actor } from '../problems.ts'
import type { ServiceName } from './services.ts'

/**
 * The action that a failure requires. `expiredToken`: one forced refresh and one retry. `credentials`: access token,
 * developer token or environment is wrong. `identity`: another kind of sign-in. `rights`: the user lacks
 * access. `request`: the call itself is wrong. `backOff`: wait for the stated time. `passing`: a temporary failure, try
 * again. `unexpectedAnswer`: not documented by Microsoft.
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
  /** The services in which the number has this meaning. Default is all. */
  readonly services?: readonly ServiceName[]
  readonly code: number
  /** Microsoft's symbolic name. Customer Management and Billing don't always send it. */
  readonly errorCode: string
  /** A word in the error's texts that narrows the code down. */
  readonly reason?: string
  readonly meaning: string
  readonly actor: Actor
  readonly class: FaultClass
  /** The wait that Microsoft asks for. */
  readonly retryAfterSeconds?: number
  /** The code's meaning unless `sent` proves another one; absent if class and ids decide. */
  readonly verdict?: VerdictCode
}
