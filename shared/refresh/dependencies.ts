import type { Clock, Randomness } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import type { EnvironmentStates } from '../domain/holds.ts'
import type { Log } from '../domain/logEvents.ts'
import type { DueIndex, Grant, GrantStore, TenantStore } from '../domain/tenant.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import type { TokenRefusal } from '../identity/refusal.ts'

/** One refresh as the identity provider is asked for it. */
export interface RefreshRequest {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  /** Microsoft: `consumers` or the directory id; Google: empty. */
  readonly authorityTenant: Grant['authorityTenant']
  readonly scopes: readonly string[]
  readonly refreshToken: string
}

/** What the token endpoint said. */
export type TokenAnswer =
  | {
      readonly ok: true
      readonly accessToken: string
      readonly expiresInSeconds: number
      /** Absent when the provider sent none: the old one stays good. */
      readonly refreshToken?: string
    }
  | { readonly ok: false; readonly refusal: TokenRefusal }

/** The identity provider as refreshing sees it. Expected failures are answers; it does not throw for them. */
export interface TokenEndpoint {
  refresh(request: RefreshRequest): Promise<TokenAnswer>
}

/** What a sealed text is bound to: it opens for the same tenant and environment only. */
export interface SealContext {
  readonly workspace: string
  readonly tenant: string
  readonly environment: Environment
  readonly use: 'access_token' | 'refresh_token'
}

/** Encrypts what may rest in a table. */
export interface Sealer {
  seal(plaintext: string, context: SealContext): Promise<string>
  /** Undefined when it was sealed for another context or with a key that is gone. */
  open(sealed: string, context: SealContext): Promise<string | undefined>
}

/** All that refreshing touches; the simulator supplies models of the same shape. */
export interface RefreshDependencies {
  readonly tenants: TenantStore
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly environments: EnvironmentStates
  readonly tokenEndpoint: TokenEndpoint
  readonly sealer: Sealer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly config: RefreshConfig
  /** How long a vend waits for another process's refresh. */
  readonly vendWaitSeconds: number
}
