import type { FaultName } from './faults.ts'
import { seedProduction, seedSandbox } from './seeds.ts'

/** The two environments, with separate users, customers, accounts, and ids. */
export type Environment = 'production' | 'sandbox'

/** A Customer, "manager account" on Microsoft's pages. */
export interface Customer {
  readonly id: bigint
  readonly name: string
  /** Customers below it, linked as a whole; one level (GetLinkedAccountsAndCustomersInfo). */
  readonly linkedCustomerIds: readonly bigint[]
}

/** AccountLifeCycleStatus (customer-management-service/accountlifecyclestatus). */
type AccountStatus = 'Draft' | 'Active' | 'Inactive' | 'Pause' | 'Pending' | 'Suspended'

/** An AdvertiserAccount. */
export interface Account {
  readonly id: bigint
  readonly name: string
  /** The eight letters and digits that people see; operations don't accept them as an id. */
  readonly number: string
  /** The owner, which isn't always the customer through which a user reaches the account. */
  readonly parentCustomerId: bigint
  status: AccountStatus
  /** 1 the user, 2 billing, 4 both; null unless the status is `Pause`. */
  pauseReason: 1 | 2 | 4 | null
}

/** A CustomerRole: a user's permissions through one customer. */
export interface Role {
  /** 16 campaign manager, 33 aggregator, 41 super admin, 100 viewer, 203 standard user. */
  readonly roleId: 16 | 33 | 41 | 100 | 203
  readonly customerId: bigint
  /** Accounts of the customer; null means all of them. */
  accountIds: readonly bigint[] | null
  /** Accounts of other customers that can be reached through this one. */
  linkedAccountIds: readonly bigint[] | null
  readonly linkPermission: 'Administrative' | 'Standard' | 'LinkedEntityOnly' | null
}

/** A User: one person in one customer. */
export interface User {
  readonly id: bigint
  readonly customerId: bigint
  readonly userName: string
  readonly name: string
  readonly roles: readonly Role[]
}

/** A sign-in, as Microsoft Advertising sees it. With several users, it's "multi-user credentials". */
export interface Identity {
  /** The token's `oid` (Microsoft) or `sub` (Google). */
  readonly objectId: string
  /** The original user first; never empty. */
  readonly users: readonly User[]
  /** The answer to every call, for example that the kind of account is wrong. */
  readonly refusal?: FaultName
}

/** The contents of one environment. */
export interface Directory {
  readonly customers: Map<bigint, Customer>
  readonly accounts: Map<bigint, Account>
  readonly identities: Map<string, Identity>
}

/** Both environments' directories; changed in place by the controls. */
export type World = Record<Environment, Directory>

/** The world of the local people, the same on each start. */
export function createWorld(): World {
  return { production: seedProduction(), sandbox: seedSandbox() }
}

/** Like {@link createWorld}, but one person has `count` more accounts, in each environment that has the person. */
export function createLargeWorld(count: number, objectId: string): World {
  const world = createWorld()
  for (const directory of Object.values(world)) addAccounts(directory, objectId, count)
  return world
}

/** Gives a person `count` new active accounts in the customer of their original user; returns their ids. */
export function addAccounts(directory: Directory, objectId: string, count: number): bigint[] {
  const user = directory.identities.get(objectId)?.users[0]
  if (!user) return []
  const role = user.roles.find(({ customerId }) => customerId === user.customerId)
  let id = 190_000_000n
  const ids = Array.from({ length: count }, (_, index) => {
    do id += 1n
    while (directory.accounts.has(id))
    const number = `F${id.toString(36).toUpperCase().padStart(7, '0').slice(-7)}`
    const name = `Branch ${index + 1}`
    const parentCustomerId = user.customerId
    directory.accounts.set(id, { id, name, number, parentCustomerId, status: 'Active', pauseReason: null })
    return id
  })
  if (role?.accountIds) role.accountIds = [...role.accountIds, ...ids]
  return ids
}

/** Removes accounts from the directory and from every role; returns those that existed. */
export function removeAccounts(directory: Directory, ids: readonly bigint[]): bigint[] {
  const gone = new Set(ids.filter((id) => directory.accounts.delete(id)))
  const stays = (id: bigint) => !gone.has(id)
  for (const role of [...directory.identities.values()].flatMap(rolesOf)) {
    role.accountIds = role.accountIds?.filter(stays) ?? null
    role.linkedAccountIds = role.linkedAccountIds?.filter(stays) ?? null
  }
  return [...gone]
}

/** The roles of all users of an identity. */
export function rolesOf(identity: Pick<Identity, 'users'>): Role[] {
  return identity.users.flatMap(({ roles }) => roles)
}

/** Whether a role gives access to an account through its customer; ownership alone doesn't. */
export function opens(role: Role, account: Account): boolean {
  if (role.linkedAccountIds?.includes(account.id)) return true
  if (role.linkPermission === 'LinkedEntityOnly' || account.parentCustomerId !== role.customerId) return false
  return role.accountIds === null || role.accountIds.includes(account.id)
}

/** The accounts that roles give access to, without duplicates, by ascending id. */
export function accountsOf(directory: Directory, roles: readonly Role[]): Account[] {
  return [...directory.accounts.values()]
    .filter((account) => roles.some((role) => opens(role, account)))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

/** Whether the `CustomerId` and `CustomerAccountId` headers name a permitted path for the identity. */
export function reaches(
  directory: Directory,
  identity: Identity,
  customerId: bigint,
  accountId: bigint,
): boolean {
  const account = directory.accounts.get(accountId)
  if (!account) return false
  return rolesOf(identity).some((role) => role.customerId === customerId && opens(role, account))
}
