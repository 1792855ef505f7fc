import fc from 'fast-check'
import { createAdvertising } from '../../local/advertising/advertising.ts'
import { type Membership, rolesOf } from '../../local/advertising/hierarchy.ts'
import type { Account, Directory, Role, User, World } from '../../local/advertising/world.ts'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import { type Discovery, type DiscoveryOptions, discoverAccounts } from '../../shared/advertising/discover.ts'
import { Secret } from '../../shared/secret.ts'

/** The person of a generated hierarchy; also the access token. */
const objectId = 'person'

const accountsPerCustomer = 4

/** One customer of a hierarchy, by numbers that are taken modulo what there is. */
interface Shape {
  readonly accounts: number
  readonly links: readonly { readonly to: number; readonly isAdministrative: boolean }[]
  readonly linkedAccounts: readonly number[]
}

interface PlaceShape {
  readonly at: number
  readonly roleId: Role['roleId']
  readonly limitedTo: readonly number[] | null
  readonly isLinkedOnly: boolean
}

/** What GetUser leaves out or adds, for each role in turn. */
interface Untruth {
  readonly isHidden: boolean
  readonly omits: boolean
  readonly unknown: number
}

const shape = fc.record({
  accounts: fc.nat({ max: accountsPerCustomer }),
  links: fc.array(fc.record({ to: fc.nat(), isAdministrative: fc.boolean() }), { maxLength: 3 }),
  linkedAccounts: fc.array(fc.nat(), { maxLength: 3 }),
})

const place = fc.record({
  at: fc.nat(),
  roleId: fc.constantFrom(16, 33, 41, 100, 203),
  limitedTo: fc.option(fc.array(fc.nat(), { minLength: 1, maxLength: 3 })),
  isLinkedOnly: fc.boolean(),
})

const untruth = fc.record({ isHidden: fc.boolean(), omits: fc.boolean(), unknown: fc.nat({ max: 3 }) })

/**
 * Hierarchies of up to eight customers with any links, loops included; a person with up to three memberships; and a
 * GetUser that leaves out linked accounts and whole roles and names ids that nothing lists.
 */
export const hierarchy: fc.Arbitrary<Directory> = fc
  .tuple(
    fc.array(shape, { minLength: 1, maxLength: 8 }),
    fc.array(place, { minLength: 1, maxLength: 3 }),
    fc.array(untruth, { minLength: 1, maxLength: 6 }),
  )
  .map(([shapes, places, untruths]) => createDirectory(shapes, places, untruths))

function createDirectory(
  shapes: readonly Shape[],
  places: readonly PlaceShape[],
  untruths: readonly Untruth[],
): Directory {
  const directory: Directory = { customers: new Map(), accounts: new Map(), identities: new Map() }
  for (const [index, { accounts }] of shapes.entries()) {
    for (let own = 0; own < accounts; own++) addAccount(directory, customerIdOf(index), own)
  }
  const ids = [...directory.accounts.keys()]
  const pick = (indexes: readonly number[]) => indexes.flatMap((index) => ids[index % ids.length] ?? [])
  for (const [index, { links, linkedAccounts }] of shapes.entries()) {
    const id = customerIdOf(index)
    const isOwn = (accountId: bigint) => directory.accounts.get(accountId)?.parentCustomerId === id
    directory.customers.set(id, {
      id,
      name: `Customer ${index}`,
      links: links.map(({ to, isAdministrative }) => ({
        customerId: customerIdOf(to % shapes.length),
        permission: isAdministrative ? 'Administrative' : 'Standard',
      })),
      linkedAccountIds: new Set(pick(linkedAccounts).filter((accountId) => !isOwn(accountId))),
    })
  }
  const users = places.map(({ at, limitedTo, ...rest }, index) => {
    const customerId = customerIdOf(at % shapes.length)
    return createUser(directory, { ...rest, customerId, ...limit(customerId, limitedTo) }, index)
  })
  directory.identities.set(objectId, { objectId, users: withUntruths(users, untruths) })
  return directory

  /** A limit has an own account of the customer: on the wire, no own account means all of them. */
  function limit(customerId: bigint, limitedTo: readonly number[] | null) {
    const accountIds = pick(limitedTo ?? [])
    const hasOwn = accountIds.some((id) => directory.accounts.get(id)?.parentCustomerId === customerId)
    return hasOwn ? { accountIds } : {}
  }
}

function customerIdOf(index: number): bigint {
  return BigInt(1000 + index)
}

function addAccount({ accounts }: Directory, parentCustomerId: bigint, own: number): void {
  const id = parentCustomerId * 10n + BigInt(own)
  const account: Account = {
    ...{ id, name: `Account ${id}`, number: `F${id}`, parentCustomerId, pauseReason: null },
    // A deleted account stays Inactive.
    status: id % 7n === 0n ? 'Inactive' : 'Active',
    mode: id % 5n === 0n ? 'Smart' : 'Expert',
  }
  accounts.set(id, account)
}

function createUser(directory: Directory, member: Membership, index: number): User {
  const { customerId } = member
  const id = 5000n + BigInt(index)
  return { id, customerId, userName: 'u', name: 'A Person', roles: rolesOf(directory, member) }
}

/** The first role of a membership is never hidden: Microsoft always names the customer of the user. */
function withUntruths(users: readonly User[], untruths: readonly Untruth[]): User[] {
  let turn = 0
  return users.map((user) => ({
    ...user,
    roles: user.roles.map((role, index) => {
      const { isHidden, omits, unknown } = untruths[turn++ % untruths.length]!
      const withUnknown = Array.from({ length: unknown }, (_, i) => BigInt(900_000 + turn * 10 + i))
      const without = omits ? (role.linkedAccountIds ?? []) : []
      return {
        ...role,
        shown: { without, withUnknown, ...(isHidden && index > 0 && { hidden: true as const }) },
      }
    }),
  }))
}

/** The person's roles, whatever GetUser shows: the truth. */
export function truth(directory: Directory): readonly Role[] {
  return directory.identities.get(objectId)!.users.flatMap((user) => user.roles)
}

/** A fault of the stand-in: the body of `POST /_control/faults`. */
type Fault = Readonly<Record<string, unknown>>

/** Faults of Microsoft's: throttling, failures, and odd answers, from some call on, some of them about one customer. */
export const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc
    .tuple(
      fc.constantFrom<Fault>(
        { kind: 'throttled' },
        { kind: 'serverError', status: 503 },
        { kind: 'apiFault', code: 99_999, status: 400 },
        { kind: 'throttledPlainText' },
      ),
      fc.option(fc.nat({ max: 7 })),
      fc.nat({ max: 12 }),
      fc.option(fc.integer({ min: 1, max: 3 })),
    )
    .map(([fault, customer, after, times]) => ({
      ...fault,
      ...(customer !== null && { aboutCustomerId: String(customerIdOf(customer)) }),
      ...(times && { times }),
      after,
    })),
  { minLength: 1, maxLength: 3 },
)

/** Microsoft Advertising with one hierarchy, and a client of it that notes its calls. */
export function createStand(directory: Directory, maxPageAccounts = 1000) {
  const verify = async (token: string) => ({ ok: true, objectId: token, issuedAt: null }) as const
  const stand = createAdvertising({
    developerTokens: { production: ['d'], sandbox: [] },
    verifyMicrosoftToken: verify,
    verifyGoogleToken: verify,
    world: { production: directory, sandbox: directory } satisfies World,
    maxPageAccounts,
  })
  const socket = { destroyed: false, destroy: () => undefined }
  const send = async (input: string, init: RequestInit = {}) =>
    stand.fetch(new Request(input, init), { incoming: { socket } as never })
  const calls: string[] = []
  let beforeCall: (path: string) => void = () => undefined
  const client = createCustomerManagement({
    environmentConfig: { advertisingUrl: 'http://stand/production/{host}' },
    fetch: async (input, init) => {
      const path = new URL(String(input)).pathname.split('/v13')[1]!
      beforeCall(path)
      calls.push(path)
      return unlessAborted(init?.signal, send(String(input), init))
    },
  })
  const credentials = {
    ...{ accessToken: new Secret(objectId), developerToken: new Secret('d') },
    identityProvider: 'microsoft',
  } as const
  return {
    calls,
    discover: (options: Partial<DiscoveryOptions> = {}) =>
      discoverAccounts(client, credentials, { clock: { sleep: async () => undefined }, ...options }),
    setFaults: async (list: readonly Fault[]) => {
      await send('http://stand/_control/faults', { method: 'DELETE' })
      for (const fault of list) {
        const body = JSON.stringify(fault)
        const answer = await send('http://stand/_control/faults', { method: 'POST', body })
        if (answer.status !== 200) throw new Error(await answer.text())
      }
    },
    onCall: (act: (path: string) => void) => {
      beforeCall = act
    },
  }
}

/** The answer, unless the signal aborts first, as a platform's `fetch` behaves. */
export function unlessAborted<T>(signal: AbortSignal | null | undefined, answer: T | Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason))
  })
  return Promise.race([answer, aborted])
}

/** The value of a discovery. @throws Error if there is none. */
export function unwrap(answer: Awaited<ReturnType<typeof discoverAccounts>>): Discovery {
  if (!answer.ok) throw new Error(answer.fault.evidence)
  return answer.value
}
