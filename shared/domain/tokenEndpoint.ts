import type { Environment, IdentityProvider } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { TokenRefusal } from './refusal.ts'
import type { Grant } from './tenant.ts'

/** One refresh as the identity provider is asked for it. */
export interface RefreshRequest {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  /** Microsoft: `consumers` or the directory id; Google: empty. */
  readonly authorityTenant: Grant['authorityTenant']
  readonly scopes: readonly string[]
  readonly refreshToken: Secret
}

/** What the token endpoint said. */
export type TokenResult =
  | {
      readonly ok: true
      readonly accessToken: Secret
      readonly expiresInSeconds: number
      /** Absent when the provider sent none: the old one stays good. */
      readonly refreshToken?: Secret
    }
  | { readonly ok: false; readonly refusal: TokenRefusal }

/** The identity provider as refreshing sees it. Expected failures are answers; it does not throw for them. */
export interface TokenEndpoint {
  refresh(request: RefreshRequest): Promise<TokenResult>
}
