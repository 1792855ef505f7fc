import { type Person, type PersonChange, personChange } from '../accounts/events.ts'
import type { Tenant } from '../tenants/tenant.ts'
import type { Proven } from './callback.ts'
import type { ConnectFailure } from './failures.ts'

/** A reconnect by another person keeps the old grant, unless the session allows it. */
export function differentUser(before: Tenant, proven: Proven, allowed: boolean): ConnectFailure | undefined {
  if (allowed || before.status === 'disconnected') return undefined
  const person = personChange(before, personOf(proven))
  if (!person) return undefined
  return { failed: 'different_user', advice: `${expectation(person)} ${standing(before)}` }
}

/** Who signed in. */
export function personOf({ discovery, user }: Proven): Person {
  return { consenter: user.consenter, advertisingUserId: discovery.advertisingUserId }
}

/** Masked names of two people may look alike. */
function expectation({ previousUser, user }: PersonChange): string {
  return previousUser === user
    ? `Sign in with the account that connected it (${previousUser}); yours begins like it and is another one.`
    : `Sign in as ${previousUser}; you signed in as ${user}.`
}

function standing({ status }: Tenant): string {
  return status === 'connected'
    ? 'The connection still works.'
    : 'The connection does not work until that person signs in again.'
}
