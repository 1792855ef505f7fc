/** Roles that an app can have, assigned in the broker's own API registration. */
export const appRoles = ['Tokens.Vend', 'Tenants.Manage', 'Broker.Operate'] as const

/** One of {@link appRoles}. */
export type AppRole = (typeof appRoles)[number]

/**
 * A caller's rights, limited to roles that the broker knows. The token's roles grant the rights; a
 * rule of the broker can only remove some of them.
 */
export type Rights = ReadonlySet<AppRole>

/** No rights. */
export const noRights: Rights = new Set()

/** The rights in a token's `roles` claim; unknown values are ignored. */
export function toRights(claimedRoles: unknown): Rights {
  const claimed: readonly unknown[] = Array.isArray(claimedRoles) ? claimedRoles : []
  return new Set(appRoles.filter((role) => claimed.includes(role)))
}
