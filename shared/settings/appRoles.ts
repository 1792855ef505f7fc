/** Roles that an app can have, assigned in the broker's own API registration. */
export const appRoles = ['Tokens.Vend', 'Tenants.Manage', 'Broker.Operate'] as const

/** One of {@link appRoles}. */
export type AppRole = (typeof appRoles)[number]
