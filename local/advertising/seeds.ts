import { people } from '../people.ts'
import type { FaultName } from './faults.ts'
import type { Account, CustomerLink, Directory, Identity, Role, User } from './world.ts'

/** An account id beyond 2^53, which a reader that parses ids as numbers gets wrong. It belongs to Edsger. */
export const accountIdBeyondSafeInteger = 9007199254740993n

/** Ids of the agency hierarchy that Grace works in, like the one in guides/account-hierarchy-permissions. */
export const agency = {
  /** Her own customer: the `CustomerId` to send for its accounts and for the linked one. */
  customerId: 250000333n,
  activeAccountId: 180333001n,
  pausedAccountId: 180333002n,
  /** A whole customer below hers; it has its own role. */
  childCustomerId: 250000222n,
  /** An account of {@link agency.ownerCustomerId} that can be reached through {@link agency.customerId}. */
  linkedAccountId: 180444111n,
  ownerCustomerId: 250000444n,
} as const

const none = { accountIds: null, linkedAccountIds: null, linkPermission: null } as const

/** Production: everyone except Niklaus, who isn't a user of Microsoft Advertising. */
export function seedProduction(): Directory {
  const directory = empty()
  single(directory, 'ada', 'Analytical Engines', 250000101n, 180101001n, 'X0000101')
  single(directory, 'donald', 'Concrete Organs', 250000102n, 180102001n, 'X0000102')
  single(directory, 'margaret', 'Apollo Outfitters', 250000103n, 180103001n, 'X0000103')
  single(directory, 'barbara', 'Abstract Types', 250000104n, 180104001n, 'X0000104', 'workAccountIsRequired')
  single(directory, 'radia', 'Spanning Trees', 250000105n, 180105001n, 'X0000105')
  directory.accounts.get(180105001n)!.status = 'Suspended'
  addAccount(directory, 250000105n, 180105002n, 'Spanning Trees Replanted', 'X0000205')
  single(directory, 'alan', 'Universal Machines', 250000107n, 180107001n, 'X0000107')
  single(directory, 'hedy', 'Frequency Hopping', 250000108n, 180108001n, 'X0000108')
  seedGoogle(directory, 250000106n, 180106001n)
  seedAgency(directory)
  seedMultiUser(directory)
  return directory
}

/** Sandbox: personal and Google accounts only, because it doesn't accept work accounts (guides/faq.yml). */
export function seedSandbox(): Directory {
  const directory = empty()
  single(directory, 'ada', 'Analytical Engines (sandbox)', 650000101n, 680101001n, 'B0000101')
  const barbara = [650000104n, 680104001n, 'B0000104', 'workAccountIsRequired'] as const
  single(directory, 'barbara', 'Abstract Types (sandbox)', ...barbara)
  seedGoogle(directory, 650000106n, 680106001n)
  return directory
}

function seedGoogle(directory: Directory, customerId: bigint, firstAccountId: bigint): void {
  single(directory, 'tony', 'Quick Sorters', customerId, firstAccountId, 'G0000001')
  addAccount(directory, customerId, firstAccountId + 1n, 'Quick Sorters Abroad', 'G0000002')
}

function seedAgency(directory: Directory): void {
  const { customerId, childCustomerId, ownerCustomerId, linkedAccountId } = agency
  const child = { customerId: childCustomerId, permission: 'Administrative' } as const
  addCustomer(directory, customerId, 'Contoso Media', [child], [linkedAccountId])
  addAccount(directory, customerId, agency.activeAccountId, 'Contoso Brand', 'C0333001')
  addAccount(directory, customerId, agency.pausedAccountId, 'Contoso Outlet', 'C0333002', 'Pause', 1)
  addCustomer(directory, childCustomerId, 'Harbour Hotels')
  addAccount(directory, childCustomerId, 180222001n, 'Harbour North', 'C0222001', 'Pause', 2)
  addAccount(directory, childCustomerId, 180222002n, 'Harbour South', 'C0222002', 'Suspended')
  addAccount(directory, childCustomerId, 180222003n, 'Harbour Closed', 'C0222003', 'Inactive')
  addCustomer(directory, ownerCustomerId, 'Lighthouse Bakery')
  addAccount(directory, ownerCustomerId, linkedAccountId, 'Lighthouse Bread', 'C0444111')
  addAccount(directory, ownerCustomerId, 180444222n, 'Lighthouse Cakes', 'C0444222')
  addIdentity(directory, 'grace', [
    { ...none, roleId: 41, customerId, linkedAccountIds: [linkedAccountId] },
    { ...none, roleId: 41, customerId: childCustomerId, linkPermission: 'Administrative' },
  ])
}

/** Edsger: four users in four customers, one role each. */
function seedMultiUser(directory: Directory): void {
  addCustomer(directory, 250000501n, 'Structured Goods')
  addAccount(directory, 250000501n, 180501001n, 'Structured Goods', 'E0501001')
  addAccount(directory, 250000501n, accountIdBeyondSafeInteger, 'Structured Giants', 'E0501002')
  addCustomer(directory, 250000502n, 'Semaphore Signals')
  addAccount(directory, 250000502n, 180502001n, 'Semaphore Retail', 'E0502001')
  addAccount(directory, 250000502n, 180502002n, 'Semaphore Wholesale', 'E0502002')
  addCustomer(directory, 250000503n, 'Shortest Paths')
  addAccount(directory, 250000503n, 180503001n, 'Shortest Paths Road', 'E0503001')
  addAccount(directory, 250000503n, 180503002n, 'Shortest Paths Rail', 'E0503002', 'Pause', 4)
  addCustomer(directory, 250000504n, 'Dining Philosophers', [], [180502002n])
  addAccount(directory, 250000504n, 180504001n, 'Philosophers Own', 'E0504001')
  const linkedOnly = { linkPermission: 'LinkedEntityOnly', linkedAccountIds: [180502002n] } as const
  addIdentity(
    directory,
    'edsger',
    [{ ...none, roleId: 41, customerId: 250000501n }],
    [{ ...none, roleId: 16, customerId: 250000502n, accountIds: [180502001n] }],
    [{ ...none, roleId: 100, customerId: 250000503n, accountIds: [180503001n, 180503002n] }],
    [{ ...none, roleId: 203, customerId: 250000504n, ...linkedOnly }],
  )
}

function single(
  directory: Directory,
  person: string,
  name: string,
  customerId: bigint,
  accountId: bigint,
  number: string,
  refusal?: FaultName,
): void {
  addCustomer(directory, customerId, name)
  addAccount(directory, customerId, accountId, name, number)
  const identity = addIdentity(directory, person, [{ ...none, roleId: 41, customerId }])
  if (refusal) directory.identities.set(identity.objectId, { ...identity, refusal })
}

function addCustomer(
  { customers }: Directory,
  id: bigint,
  name: string,
  links: readonly CustomerLink[] = [],
  linkedAccountIds: readonly bigint[] = [],
): void {
  customers.set(id, { id, name, links, linkedAccountIds: new Set(linkedAccountIds) })
}

function addAccount(
  { accounts }: Directory,
  parentCustomerId: bigint,
  id: bigint,
  name: string,
  number: string,
  status: Account['status'] = 'Active',
  pauseReason: Account['pauseReason'] = null,
): void {
  accounts.set(id, { id, name, number, parentCustomerId, status, pauseReason })
}

/** Adds one user for each list of roles; the first role names the user's customer. */
function addIdentity({ identities }: Directory, nickname: string, ...roleLists: readonly Role[][]): Identity {
  const person = people.find(({ username }) => username.startsWith(`${nickname}@`))!
  const users = roleLists.map((roles): User => {
    const { customerId } = roles[0]!
    return { id: customerId + 50_000_000n, customerId, userName: person.username, name: person.name, roles }
  })
  const identity = { objectId: person.objectId, users }
  identities.set(person.objectId, identity)
  return identity
}

function empty(): Directory {
  return { customers: new Map(), accounts: new Map(), identities: new Map() }
}
