import { type Person, type PersonChange, personChange } from '../accounts/events.ts'
import type { Tenant } from '../domain/tenant.ts'
import { unknownAddress } from '../identity/idToken.ts'
import type { ConnectFailure } from './failures.ts'
import type { ProvenSignIn } from './proveSignIn.ts'

/** A reconnect by another person keeps the old grant, unless the session allows it. */
export function findDifferentUser(
  before: Tenant,
  proven: ProvenSignIn,
  allowed: boolean,
): ConnectFailure | undefined {
  if (allowed || before.status === 'disconnected') return undefined
  const person = personChange(before, personOf(proven))
  if (!person) return undefined
  return { failed: 'different_user', advice: `${expectation(person)} ${statusNow(before)}` }
}

/** The person who signed in. */
export function personOf({ discovery, user }: ProvenSignIn): Person {
  return { consenter: user.consenter, advertisingUserId: discovery.advertisingUserId }
}

/** Masked names of two people may look alike, or may not be known. */
function expectation({ previousUser, user }: PersonChange): string {
  const isKnown = user !== unknownAddress
  if (previousUser === unknownAddress) {
    return `Sign in with the account that connected it; ${isKnown ? `you signed in as ${user}` : 'yours is another one'}.`
  }
  if (previousUser === user) {
    return `Sign in with the account that connected it: ${previousUser}. You signed in with a different one that looks the same when shortened: ${user}.`
  }
  return `Sign in as ${previousUser}; ${isKnown ? `you signed in as ${user}` : 'yours is another account'}.`
}

function statusNow({ status }: Tenant): string {
  return status === 'connected'
    ? 'The connection still works.'
    : 'The connection doesn’t work until that person signs in again.'
}
