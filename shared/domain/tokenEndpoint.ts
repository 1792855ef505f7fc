import type { Environment, IdentityProvider } from '../environment.ts'
import type { TokenRefusal } from './refusal.ts'
import type { Grant } from './tenant.ts'

/** A refresh request to the identity provider. */
export interface RefreshRequest {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  /** Microsoft: `consumers` or the directory id; Google: empty. */
  readonly authorityTenant: Grant['authorityTenant']
  readonly scopes: readonly string[]
  readonly refreshToken: string
}

/** The token endpoint's answer. */
export type TokenAnswer =
  | {
      readonly ok: true
      readonly accessToken: string
      readonly expiresInSeconds: number
      /** Absent if the provider sent none: the old one stays valid. */
      readonly refreshToken?: string
    }
  | { readonly ok: false; readonly refusal: TokenRefusal }

/** The identity provider, as refreshing sees it. Expected failures are returned, not thrown. */
export interface TokenEndpoint {
  refresh(request: RefreshRequest): Promise<TokenAnswer>
}
