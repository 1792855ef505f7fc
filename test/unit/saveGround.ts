import type { SignIn } from '../../shared/connect/authorize.ts'
import { saveSignIn } from '../../shared/connect/saveSignIn.ts'
import type { Account } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, name, owner } from '../simulation/ground.ts'
import { accountOf, connectGround, provenBy, returnUrl } from './connectGround.ts'

/** Two accounts, neither of which is the default. */
export const two = [accountOf('1'), accountOf('2')]

/** A tenant that the first person connected, with two accounts. */
export async function connectedGround(change: Partial<Tenant> = {}) {
  const own = connectGround()
  const tenant = connected(await own.grants.write(new Secret('rt-first'), owner))
  await own.create({ ...tenant, accountsGeneration: 'before', ...change })
  await own.accounts.write(name, 'before', two)
  return own
}

/** Saves a sign-in of a person who can reach these accounts. */
export function keepFor(
  own: ReturnType<typeof connectGround>,
  subject: string,
  accounts: readonly Account[],
  change: Partial<SignIn> = {},
  dependencies: object = {},
  discovery: object = {},
) {
  const signIn = {
    ...{ ...name, id: 'session', environment: 'production', identityProvider: 'microsoft', returnUrl },
    ...{ confirm: false, allowDifferentUser: true, accountChoice: 'app', disconnectCount: 0 },
    ...{ browserHash: own.binding.hash, asksFirst: false, ...change },
  } as SignIn
  const all = { ...(own.dependencies as object), ...dependencies } as never
  const proven = provenBy(subject, accounts)
  return saveSignIn(all, signIn, { ...proven, discovery: { ...proven.discovery, ...discovery } })
}

/** The parameters of the return URL. */
export function toldBy(kept: Awaited<ReturnType<typeof saveSignIn>>): Record<string, string> {
  if ('failed' in kept) throw new Error(kept.failed)
  return Object.fromEntries(new URL(kept.returnUrl).searchParams)
}

/** The parameters of every return URL. */
export const told = { tenant: 't', session: 'session' }
