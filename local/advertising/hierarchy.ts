import type { Customer, CustomerLink, Directory, Role } from './world.ts'

/** A person's place in one customer, from which all roles follow. */
export interface Membership {
  readonly customerId: bigint
  readonly roleId: Role['roleId']
  /** The accounts that the person is limited to, own and linked ones. Default is all, and all customers below. */
  readonly accountIds?: readonly bigint[]
  /** Whether the customer's own accounts are out of the person's reach. */
  readonly isLinkedOnly?: boolean
}

/** The number of link levels that Microsoft allows (guides/account-hierarchy-permissions). */
const maxLevels = 5

/**
 * The roles of a membership: one in the customer, and one in each customer below it. Each link on the way down must be
 * Administrative for an Administrative role (guides/account-hierarchy-permissions).
 */
export function rolesOf({ accounts, customers }: Directory, member: Membership): Role[] {
  const top = customers.get(member.customerId)
  if (!top) return []
  const { roleId, accountIds } = member
  if (accountIds) {
    const isOwn = (id: bigint) => accounts.get(id)?.parentCustomerId === top.id
    const own = accountIds.filter(isOwn)
    const linked = accountIds.filter((id) => top.linkedAccountIds.has(id))
    return [{ roleId, customerId: top.id, accountIds: own, linkedAccountIds: linked, linkPermission: null }]
  }
  const roles = new Map([[top.id, roleIn(top, roleId, member.isLinkedOnly ? 'LinkedEntityOnly' : null)]])
  let level: readonly CustomerLink[] = top.links
  for (let depth = 1; depth <= maxLevels; depth++) {
    level = level.flatMap((link) => {
      const customer = customers.get(link.customerId)
      if (!customer || roles.has(customer.id)) return []
      roles.set(customer.id, roleIn(customer, roleId, link.permission))
      return customer.links.map((below) => weaker(below, link))
    })
  }
  return [...roles.values()]
}

function roleIn(
  { id, linkedAccountIds }: Customer,
  roleId: Role['roleId'],
  linkPermission: Role['linkPermission'],
): Role {
  const linked = linkedAccountIds.size > 0 ? [...linkedAccountIds] : null
  return { roleId, customerId: id, accountIds: null, linkedAccountIds: linked, linkPermission }
}

function weaker(below: CustomerLink, above: CustomerLink): CustomerLink {
  return above.permission === 'Standard' ? { ...below, permission: 'Standard' } : below
}
