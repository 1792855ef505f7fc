import { type AppRole, appRoles } from '../settings/appRoles.ts'

/**
 * A caller's rights, limited to roles that the broker knows. The token's roles grant the rights; a
 * rule of the broker can only remove some of them.
 */
export type Rights = ReadonlySet<AppRole>

/** No rights. */
export const noRights: Rights = new Set()

/** The rights that roles grant; unknown ones are ignored. A person can only operate the broker. */
export function toRights(claimedRoles: unknown, isPerson = false): Rights {
  const claimed: readonly unknown[] = Array.isArray(claimedRoles) ? claimedRoles : []
  const possible = isPerson ? (['Broker.Operate'] as const) : appRoles
  return new Set(possible.filter((role) => claimed.includes(role)))
}
