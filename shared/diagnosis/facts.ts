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

/** A failed call to Microsoft Advertising, as its sender reports it. */
export interface FailedCall {
  /** If absent, derived from `sent`, if possible. */
  readonly service?: ServiceName
  /** 0 if not given: then the head in the body is used, if there is one. */
  readonly status: number
  /** The body as text, or as parsed JSON. */
  readonly body?: unknown
  readonly trackingId?: string
  readonly sent?: SentIds & CalledAddress
}

/** The broker's facts about the tenant and its own developer token. */
export interface DiagnosisContext {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  readonly accountKind?: AccountKind
  readonly accounts: KnownAccounts
  /** Of the last vended token; absent if there is none. */
  readonly tokenExpiresAt?: Date
  /** Whether the broker made the call itself, with that same token. Default is no: an app may hold an older one. */
  readonly isCallOfBroker?: boolean
  /** Known facts about the call's own tokens and the person; an app may have used other tokens. Default is none. */
  readonly evidence?: FaultEvidence
  readonly developerToken: DeveloperTokenState
  readonly findAddressOwner: FindAddressOwner
  readonly now: Date
}

/** The state of the environment's developer token, as seen without a call. */
export type DeveloperTokenState = 'present' | 'missing' | 'ofOtherEnvironment' | MalformedToken

/** The stored value can't be a developer token. `malformed` names the vault secret and what is wrong with it. */
interface MalformedToken {
  readonly malformed: string
}

/** Which credential is at fault, why, and who must act. No text in it contains a secret. */
export interface Diagnosis {
  readonly verdict: VerdictCode
  readonly credential: CredentialName
  readonly actor: Actor
  readonly explanation: string
  readonly next: readonly string[]
  /** The observed facts. */
  readonly evidence: string
  /** Microsoft's id for the call. */
  readonly trackingId?: string
  readonly retryAfterSeconds?: number
  /** Set with a verdict about the person who signed in: the sign-in that would work. */
  readonly signInWith?: SignInWith
}

/** The input of the rules. */
export interface Facts {
  readonly call: FailedCall
  readonly sent: SentIds & CalledAddress
  readonly fault: AdvertisingFault
  readonly body: FaultBody
  readonly context: DiagnosisContext
}

/** Finds a cause; undefined if it finds none. */
export type Rule = (facts: Facts) => Finding | undefined
