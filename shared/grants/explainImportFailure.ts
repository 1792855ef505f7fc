import { toAccountSummary } from '../accounts/discoveryResponse.ts'
import { listAccountNames, nameOfNewPerson } from '../accounts/events.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import type { IdentityFault } from '../advertising/identityFault.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { AccountLoss } from '../connect/compareSignInAccounts.ts'
import { type ConnectFailure, connectFailures } from '../connect/failures.ts'
import { actorOfImported } from '../domain/reasons.ts'
import { isCredentialRefusal, type TokenRefusal } from '../domain/refusal.ts'
import { detailWithCauses } from '../domain/refusalCauses.ts'
import type { IdentityProvider } from '../environment.ts'
import { type Actor, Problem } from '../problems.ts'

/** Seconds to wait if the answer gave no time. */
const shortWaitSeconds = 5

/** Explains why a refresh token was refused. */
export function explainImportRefusal(refusal: TokenRefusal, identityProvider: IdentityProvider): Problem {
  const { reason, traceId, retryAfterSeconds = shortWaitSeconds } = refusal
  const members = { reason, ...(traceId && { traceId }) }
  const actor = actorOfImported(reason)
  switch (actor) {
    case 'nobody':
      return new Problem('identity_provider_unavailable', { retryAfterSeconds, members })
    case 'operator':
      return new Problem(isCredentialRefusal(refusal) ? 'environment_on_hold' : 'registration_refused', {
        members,
      })
    default:
      return grantRefused(reason, actor, detailWithCauses('grant_refused', identityProvider, reason), traceId)
  }
}

/** One grant says nothing about the registration: this grant is refused, and the operator must find the reason. */
const undecidedDetail =
  'Microsoft Advertising refused this grant’s credentials without a reason. Either the person who consented is not a Microsoft Advertising user, or the developer token is wrong: it hasn’t been accepted for anyone since it was stored.'

/** Explains why a working refresh token is of no use: Microsoft Advertising's answer to its access token. */
export function explainImportFault(fault: AdvertisingFault): Problem {
  const { about, actor, identity } = judgeFault(fault)
  const traceId = fault.trackingId || undefined
  if (identity) return personRefused(identity, traceId)
  const members = { reason: `advertising_${fault.code ?? fault.status}`, ...(traceId && { traceId }) }
  switch (about) {
    case 'credentials':
      return new Problem('developer_token_unusable', { detail: fault.meaning, members })
    case 'undecided':
      return grantRefused(members.reason, actor, undecidedDetail, traceId)
    case 'service': {
      const retryAfterSeconds = fault.retryAfterSeconds ?? shortWaitSeconds
      return new Problem('advertising_unavailable', { detail: fault.meaning, retryAfterSeconds, members })
    }
    case 'account':
    case 'rights':
      return grantRefused(members.reason, actor, fault.meaning, traceId)
    default:
      return new Problem('unexpected_upstream_answer', { detail: fault.meaning, members })
  }
}

/** Explains that Microsoft Advertising accepts the person and lists no account. */
export function explainNoAccount(): Problem {
  const detail = 'The person who consented doesn’t have access to any Microsoft Advertising account.'
  return grantRefused('no_advertising_account', 'advertiserAdmin', detail)
}

/** Explains why a proven grant wasn't stored. */
export function explainNotSaved({ failed, reason, advice }: ConnectFailure): Problem {
  switch (failed) {
    case 'environment_mismatch':
      return new Problem('environment_conflict')
    case 'different_user':
      return grantRefused(failed, 'app', `${advice} To allow it, set allowDifferentUser.`)
    case 'storage_unavailable':
    case 'sign_in_not_valid':
      return new Problem('tenant_changed')
    default:
      return grantRefused(reason ?? failed, connectFailures[failed].actor)
  }
}

/** The most lost accounts to list; the rest are only counted. */
const maxNamed = 100

/** Another person's grant would lose accounts, and the app hasn't accepted that. */
export function explainAccountLoss({ person, lost }: AccountLoss): Problem {
  const { previousUser, user } = person
  return new Problem('accounts_would_be_lost', {
    detail: `${nameOfNewPerson(person)} consented instead of ${previousUser}, and doesn’t have access to ${listAccountNames(lost)}.`,
    members: {
      ...{ user, previousUser, accountsLost: lost.length },
      lost: lost.slice(0, maxNamed).map(toAccountSummary),
    },
  })
}

function personRefused({ advice, reason, signInWith }: IdentityFault, traceId: string | undefined): Problem {
  const members = { reason, signInWith, ...(traceId && { traceId }) }
  return new Problem('grant_refused', { actor: 'advertiser', detail: advice, members })
}

function grantRefused(reason: string, actor: Actor, detail?: string, traceId?: string): Problem {
  const members = { reason, ...(traceId && { traceId }) }
  return new Problem('grant_refused', { actor, members, ...(detail && { detail }) })
}
