import { type Browser, type BrowserBinding, newBinding } from '../../shared/access/browser.ts'
import type { ProvenSignIn } from '../../shared/connect/proveSignIn.ts'
import type { Account, AccountStore } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { Registration } from '../../shared/environment.ts'
import { Secret } from '../../shared/secret.ts'
import { createOneTimeTable } from '../../shared/storage/oneTimeTable.ts'
import { grantOf, ground, name, now } from '../simulation/ground.ts'
import { createModelAccountStore } from '../simulation/models/accountStore.ts'
import { createMemoryTable } from './memoryTable.ts'
import { createVirtualClock } from './virtualClock.ts'

/** The workspace's return URL. */
export const returnUrl = 'https://app.example/back'

/** An account that a person can reach. */
export function accountOf(accountId: string, more: Partial<Account> = {}): Account {
  return {
    ...{ accountId, number: `F${accountId}`, name: `Account ${accountId}` },
    ...{ customerId: '10', customerName: 'Customer', ownerCustomerId: '10', lifeCycleStatus: 'Active' },
    ...{ linked: false, usable: true, ...more },
  }
}

/** A browser with the cookies of these sign-ins, oldest first. */
export function browserWith(...bindings: readonly BrowserBinding[]): Browser {
  return { bindings: bindings.map((binding, index) => ({ name: `cookie-${index}`, ...binding })) }
}

/** Accounts whose writes take effect later, as in a table. */
function later(store: AccountStore): AccountStore {
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return {
    ...store,
    write: async (...written) => {
      await turn()
      return store.write(...written)
    },
    removeOthers: async (...kept) => {
      await turn()
      return store.removeOthers(...kept)
    },
  }
}

/**
 * The dependencies of connecting, in memory, with a stopped clock.
 * @param more members of the sign-in row, in addition.
 */
export function connectGround(more: object = {}) {
  const own = ground()
  const clock = createVirtualClock(now)
  const records = createOneTimeTable({ SignIns: createMemoryTable().table })
  const accounts = later(createModelAccountStore())
  const row = {
    authorizeUrl: 'https://sign-in.example/authorize',
    clientId: 'client',
    scopes: ['ads', 'openid'],
    ...more,
  }
  const forgotten: unknown[] = []
  const dependencies = {
    ...{ ...own.dependencies, accounts, clock, records },
    accessTokens: { forget: (whose: unknown) => void forgotten.push(whose) },
    config: {
      ...{
        ...own.dependencies.config,
        callbackSeconds: 30,
        publicUrl: 'https://broker.example',
        redirectUri: 'https://broker.example/cb',
      },
      environments: new Map([['production', {}]]),
      workspaces: [
        { workspace: 'w', returnUrls: [returnUrl] },
        { workspace: 'other', returnUrls: ['https://other.example/'] },
      ],
    },
    signInTable: ({ environment, identityProvider }: Registration) =>
      environment === 'production' && identityProvider !== 'google'
        ? { ...row, authorizeParameters: { extra: '1' } }
        : undefined,
    grantServices: { ...own.dependencies, clock },
  }
  const create = (tenant: Partial<Tenant> = {}) =>
    own.tenants.create(
      { ...name, environment: 'production', status: 'pending', createdAt: now, ...tenant },
      [],
    )
  const binding = newBinding()
  // Each test passes only the parts that its use case needs.
  return {
    ...own,
    accounts,
    binding,
    browser: browserWith(binding),
    clock,
    create,
    dependencies: dependencies as never,
    forgotten,
    records,
  }
}

/** A proven sign-in of this person, with the accounts that they can reach. */
export function provenBy(subject: string, accounts: readonly Account[]): ProvenSignIn {
  const { consenter, accountKind, authorityTenant } = grantOf('', subject)
  return {
    row: { identityProvider: 'microsoft', environment: 'production', scopes: [] },
    user: { consenter, accountKind, authorityTenant, signInName: `${subject}@x.example` },
    tokens: {
      ok: true,
      accessToken: new Secret('at'),
      refreshToken: new Secret(`rt-${subject}`),
      expiresInSeconds: 3600,
      requestedAt: now,
    },
    discovery: { advertisingUserId: '1', accounts, passedOver: [] },
  } as unknown as ProvenSignIn
}
