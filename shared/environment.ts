/** Microsoft Advertising's two environments. Nothing from one is ever sent to the other. */
export const environments = ['production', 'sandbox'] as const

/** One of {@link environments}. */
export type Environment = (typeof environments)[number]

/** Where an advertiser's user signs in. */
export const identityProviders = ['microsoft', 'google'] as const

/** One of {@link identityProviders}. */
export type IdentityProvider = (typeof identityProviders)[number]

/** A registration of the broker: at one identity provider, for one environment. */
export interface Registration {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
}

/** Kinds of account that a sign-in can require. */
export const accountKinds = ['personal', 'work', 'google'] as const

/** The kind of account that consented or must consent. It determines the authority of sign-in and refreshes. */
export type AccountKind = (typeof accountKinds)[number]
