import type { FaultName } from './faults.ts'
import { seedProduction, seedSandbox } from './seeds.ts'

/** The two environments, with separate users, customers, accounts, and ids. */
export type Environment = 'production' | 'sandbox'

/** A Customer, "manager account" on Microsoft's pages. */
export interface Customer {
  readonly id: bigint
  readonly name: string
  /** Customers directly below it, linked as a whole. */
  readonly links: readonly CustomerLink[]
  /** Accounts of other customers for which it is the agency. */
  readonly linkedAccountIds: ReadonlySet<bigint>
}

/** A link from a customer down to another one. */
export interface CustomerLink {
  readonly customerId: bigint
  readonly permission: 'Administrative' | 'Standard'
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
  /** Default is Expert. Microsoft Advertising manages a Smart account by itself. */
  readonly mode?: 'Expert' | 'Smart'
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
  /** What GetUser says about the role. Default is the truth. */
  readonly shown?: ShownRole
}

/** How GetUser's answer differs from the truth. */
interface ShownRole {
  /** Linked accounts that it leaves out (BingAds-Python-SDK issue 149). */
  readonly without?: readonly bigint[]
  /** Ids among the linked accounts that no operation knows. */
  readonly withUnknown?: readonly bigint[]
  /** Whether it leaves out the whole role. */
  readonly hidden?: true
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
  if (role.linkedAccountIds && setOf(role.linkedAccountIds).has(account.id)) return true
  if (role.linkPermission === 'LinkedEntityOnly' || account.parentCustomerId !== role.customerId) return false
  return role.accountIds === null || setOf(role.accountIds).has(account.id)
}

const sets = new WeakMap<readonly bigint[], ReadonlySet<bigint>>()

/** The same ids as a set, made once: roles name tens of thousands of accounts. */
function setOf(ids: readonly bigint[]): ReadonlySet<bigint> {
  const known = sets.get(ids) ?? new Set(ids)
  sets.set(ids, known)
  return known
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
