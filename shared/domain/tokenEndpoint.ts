import type { Environment, IdentityProvider, Registration } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { TokenRefusal } from './refusal.ts'
import type { Grant } from './tenant.ts'

/** A refresh request to the identity provider. */
export interface RefreshRequest {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  /** Microsoft: `consumers` or the directory id; Google: empty. */
  readonly authorityTenant: Grant['authorityTenant']
  readonly scopes: readonly string[]
  readonly refreshToken: Secret
}

/** The token endpoint's answer. */
export type TokenResult =
  | {
      readonly ok: true
      readonly accessToken: Secret
      readonly expiresInSeconds: number
      /** Absent when the provider sent none: the old one stays good. */
      readonly refreshToken?: Secret
    }
  | { readonly ok: false; readonly refusal: TokenRefusal }

/** The identity provider, as refreshing sees it. Expected failures are returned, not thrown. */
export interface TokenEndpoint {
  /**
   * Fails if this process can't authenticate as the registration, no matter with which grant. Absent if every process
   * always can.
   * @throws StorageUnavailableError
   */
  assertAbleToAuthenticate?(registration: Registration): Promise<void>
  refresh(request: RefreshRequest): Promise<TokenResult>
}
