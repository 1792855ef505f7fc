import type { VendedTenant } from '../domain/vendedTenant.ts'
import type { RefreshOutcome } from '../refresh/outcome.ts'
import type { Secret } from '../secret.ts'

/** A usable access token, with the tenant it is for. */
export interface UsableToken {
  readonly ok: true
  readonly tenant: VendedTenant
  readonly accessToken: Secret
  readonly expiresAt: Date
  /** Identifies the sealed text that it was opened from (`tokenMemory.ts`). */
  readonly seal: string
}

/** Why there is no token: the tenant is unknown, the refresh failed, or the new token doesn't last long enough. */
export type MissingToken =
  | { readonly ok: false; readonly because: 'not_found' }
  | {
      readonly ok: false
      readonly because: 'not_refreshed'
      readonly outcome: Exclude<RefreshOutcome, { outcome: 'not_found' }>
    }
  | { readonly ok: false; readonly because: 'validity_not_reached'; readonly validSeconds: number }
