/** Microsoft Advertising's two worlds. Nothing of one is ever sent to the other. */
export const environments = ['production', 'sandbox'] as const

/** One of {@link environments}. */
export type Environment = (typeof environments)[number]

/** Where an advertiser's user signs in. */
export const identityProviders = ['microsoft', 'google'] as const

/** One of {@link identityProviders}. */
export type IdentityProvider = (typeof identityProviders)[number]
