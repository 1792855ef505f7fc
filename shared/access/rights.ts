/** What an app may be allowed to do; assigned in the broker's own API registration. */
export const appRoles = ['Tokens.Vend', 'Tenants.Manage', 'Broker.Operate'] as const

/** One of {@link appRoles}. */
export type AppRole = (typeof appRoles)[number]

/**
 * What a caller may do, and nothing that the broker does not know. Its token gives the rights that its roles name; a
 * rule of ours can only take some of them away.
 */
export type Rights = ReadonlySet<AppRole>

/** Nobody's rights. */
export const noRights: Rights = new Set()

/** The rights that a token's `roles` claim gives, whatever else is in it. */
export function toRights(claimedRoles: unknown): Rights {
  const claimed: readonly unknown[] = Array.isArray(claimedRoles) ? claimedRoles : []
  return new Set(appRoles.filter((role) => claimed.includes(role)))
}
