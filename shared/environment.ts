/** Microsoft Advertising's two worlds. Nothing of one is ever sent to the other. */
export const environments = ['production', 'sandbox'] as const

/** One of {@link environments}. */
export type Environment = (typeof environments)[number]

/** Where an advertiser's user signs in. */
export const identityProviders = ['microsoft', 'google'] as const

/** One of {@link identityProviders}. */
export type IdentityProvider = (typeof identityProviders)[number]

/** One registration of the broker: at one identity provider, for one environment. */
export interface Registration {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
}

/** Kinds of account that a sign-in can be led to. */
export const accountKinds = ['personal', 'work', 'google'] as const

/** What kind of account consented or is to consent: decides the authority of sign-in and refreshes. */
export type AccountKind = (typeof accountKinds)[number]
