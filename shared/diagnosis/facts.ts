import type { FaultBody } from '../advertising/faultBody.ts'
import type { FaultEvidence } from '../advertising/faultEvidence.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { ServiceName } from '../advertising/services.ts'
import type { SignInWith } from '../domain/connectHint.ts'
import type { CredentialName, VerdictCode } from '../domain/verdicts.ts'
import type { AccountKind, Environment, IdentityProvider } from '../environment.ts'
import type { Actor } from '../problems.ts'
import type { CalledAddress, FindAddressOwner } from './addresses.ts'
import type { Finding, SentIds } from './diagnoseIds.ts'
import type { KnownAccounts } from './knownAccounts.ts'

/** A call to Microsoft Advertising that failed, as its sender tells it. */
export interface FailedCall {
  /** Absent: found out from `sent`, where it tells. */
  readonly service?: ServiceName
  /** 0 where it was not told: the body's own head tells, where it has one. */
  readonly status: number
  /** The body as text, or as the JSON it was parsed to. */
  readonly body?: unknown
  readonly trackingId?: string
  readonly sent?: SentIds & CalledAddress
}

/** What the broker knows about the tenant and its own developer token. */
export interface DiagnosisContext {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  readonly accountKind?: AccountKind
  readonly accounts: KnownAccounts
  /** Of the token that was vended last; absent when there is none. */
  readonly tokenExpiresAt?: Date
  /** Whether the broker made the call itself, with that very token. Default is no: an app may hold an older one. */
  readonly isCallOfBroker?: boolean
  /** What is known of the call's own tokens and of the person; an app may have used others. Default is nothing. */
  readonly evidence?: FaultEvidence
  readonly developerToken: DeveloperTokenState
  readonly findAddressOwner: FindAddressOwner
  readonly now: Date
}

/** What can be said of the environment's developer token without a call. */
export type DeveloperTokenState = 'present' | 'missing' | 'ofOtherEnvironment' | MalformedToken

/** The stored value can't be a developer token. `malformed` names the vault secret and what is wrong with it. */
interface MalformedToken {
  readonly malformed: string
}

/** Which credential is at fault, why, and who does what. No text in it holds a secret. */
export interface Diagnosis {
  readonly verdict: VerdictCode
  readonly credential: CredentialName
  readonly actor: Actor
  readonly explanation: string
  readonly next: readonly string[]
  /** What was seen. */
  readonly evidence: string
  /** Microsoft's id of the call. */
  readonly trackingId?: string
  readonly retryAfterSeconds?: number
  /** With a verdict about who signed in: which sign-in would work. */
  readonly signInWith?: SignInWith
}

/** What the rules look at. */
export interface Facts {
  readonly call: FailedCall
  readonly sent: SentIds & CalledAddress
  readonly fault: AdvertisingFault
  readonly body: FaultBody
  readonly context: DiagnosisContext
}

/** Finds the cause, or has nothing to say. */
export type Rule = (facts: Facts) => Finding | undefined
