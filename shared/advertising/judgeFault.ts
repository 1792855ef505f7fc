import type { VerdictCode } from '../domain/verdicts.ts'
import type { Actor } from '../problems.ts'
import type { FaultEvidence } from './faultEvidence.ts'
import type { AdvertisingFault } from './faults.ts'
import { type IdentityFault, identityFaultOf, notAnAdvertisingUser } from './identityFault.ts'

/**
 * The subject of a fault. `person`: who signed in. `account`: an inactive account. `rights`: the person's
 * permissions. `credentials`: a token that the operator provides. `undecided`: the person or the developer token,
 * without evidence which. `service`: Microsoft Advertising itself; wait. `unknown`: not documented.
 */
export type FaultSubject =
  | 'person'
  | 'account'
  | 'rights'
  | 'credentials'
  | 'undecided'
  | 'service'
  | 'unknown'

/** Who is at fault. */
export interface FaultJudgement {
  readonly about: FaultSubject
  readonly verdict: VerdictCode
  readonly actor: Actor
  /** With `person`: which sign-in would work. */
  readonly identity?: IdentityFault
}

/** The part of a fault that is judged. */
export type JudgedFault = Pick<
  AdvertisingFault,
  'actor' | 'class' | 'code' | 'errorCode' | 'named' | 'reason' | 'status' | 'verdict'
> & { readonly tokens?: FaultEvidence }

/**
 * Decides who is responsible for a fault of Microsoft Advertising; nothing else does. Code 105 comes without a
 * reason (Advertising-docs issue 555, and every capture since) and covers access token, developer token, person, and
 * account, so evidence decides.
 * @param evidence default is the facts from the client that made the call.
 */
export function judgeFault(fault: JudgedFault, evidence: FaultEvidence = fault.tokens ?? {}): FaultJudgement {
  const identity = identityFaultOf(fault)
  if (identity) return person(identity)
  switch (fault.class) {
    case 'credentials':
      return judgeCredentials(fault, evidence)
    case 'rights':
      return judgeRights(fault)
    case 'expiredToken':
      return { about: 'service', verdict: 'access_token_revoked', actor: 'nobody' }
    case 'backOff':
      return { about: 'service', verdict: fault.verdict ?? 'throttled_calls', actor: 'nobody' }
    case 'passing':
      return { about: 'service', verdict: 'service_trouble', actor: 'nobody' }
    default:
      return { about: 'unknown', verdict: fault.verdict ?? 'unexplained', actor: 'operator' }
  }
}

function judgeRights(fault: JudgedFault): FaultJudgement {
  if (fault.reason === 'AccountInactive') return inactiveAccount
  if (fault.named === 'developerToken') return developerTokenRefused
  return { about: 'rights', verdict: fault.verdict ?? 'user_without_rights', actor: fault.actor }
}

function judgeCredentials(fault: JudgedFault, evidence: FaultEvidence): FaultJudgement {
  if (evidence.developerToken === 'ofOtherEnvironment') {
    return { about: 'credentials', verdict: 'developer_token_of_other_environment', actor: 'operator' }
  }
  if (fault.named === 'developerToken') return developerTokenRefused
  if (fault.code !== 105) return judgeWithoutCode(fault)
  if (fault.reason === undefined) return judgeWithoutReason(evidence)
  // The reason `InvalidAccessToken` is about both tokens and never about an account.
  const isAccessTokenGood = evidence.accessToken === 'fresh' || evidence.accessToken === 'accepted'
  return isAccessTokenGood ? developerTokenRefused : tokensRefused
}

/** A status without a code says nothing about the developer token: a gateway or a firewall can answer the same way. */
function judgeWithoutCode({ code, errorCode, status, verdict }: JudgedFault): FaultJudgement {
  if (verdict) return { about: 'credentials', verdict, actor: 'operator' }
  if (status === 401 && code === undefined && errorCode === '') {
    return { about: 'unknown', verdict: 'access_token_revoked', actor: 'operator' }
  }
  return { about: 'unknown', verdict: 'unexplained', actor: 'operator' }
}

function judgeWithoutReason({ accessToken, developerToken, isPersonKnown }: FaultEvidence): FaultJudgement {
  // Microsoft's message continues: "… or the account is inactive".
  if (accessToken === 'accepted') return inactiveAccount
  if (accessToken === undefined || developerToken === undefined)
    return { ...tokensRefused, about: 'undecided' }
  if (accessToken === 'aged') {
    return developerToken === 'proven'
      ? { about: 'service', verdict: 'access_token_revoked', actor: 'nobody' }
      : undecided
  }
  if (developerToken === 'proven') return person(notAnAdvertisingUser)
  // For a known person, only the developer token can be new; for an unknown person, a token that once worked is proof
  // enough.
  if (isPersonKnown) return developerToken === 'unproven' ? developerTokenRefused : undecided
  return developerToken === 'lapsed' ? person(notAnAdvertisingUser) : undecided
}

function person(identity: IdentityFault): FaultJudgement {
  return { about: 'person', verdict: identity.reason, actor: 'advertiser', identity }
}

const inactiveAccount = { about: 'account', verdict: 'account_not_usable', actor: 'advertiser' } as const
const developerTokenRefused = {
  about: 'credentials',
  verdict: 'developer_token_refused',
  actor: 'operator',
} as const
const tokensRefused = { about: 'credentials', verdict: 'credentials_refused', actor: 'operator' } as const
const undecided = { about: 'undecided', verdict: 'refused_without_reason', actor: 'operator' } as const
