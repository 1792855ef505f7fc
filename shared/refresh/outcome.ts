import type { EnvironmentHold } from '../domain/holds.ts'
import type { TokenRefusal } from '../domain/refusal.ts'
import type { StoredTenant } from '../domain/tenant.ts'
import type { Secret } from '../secret.ts'
import type { RefreshDecision } from './decide.ts'

/** How a refresh ended. `stored` is the tenant row as last read. */
export type RefreshOutcome =
  | {
      readonly outcome: 'refreshed' | 'fresh'
      readonly stored: StoredTenant
      readonly accessToken?: Secret
      /** Of a refresh: the due time whose row went with it. */
      readonly dueBefore?: Date | undefined
    }
  | {
      readonly outcome: 'refused'
      readonly stored: StoredTenant
      readonly refusal: TokenRefusal
      /** The due time before it. */
      readonly dueBefore: Date | undefined
    }
  | {
      readonly outcome: 'passed_on'
      readonly stored: StoredTenant
      readonly reason: PassedOnReason
      readonly hold?: EnvironmentHold
    }
  | { readonly outcome: 'not_found' }

/** Why a tenant that needed a refresh wasn't refreshed here. */
export type PassedOnReason =
  | Exclude<Extract<RefreshDecision, { refresh: false }>['reason'], 'fresh'>
  | 'instance_ending'
  | 'leased_elsewhere'
  | 'lease_lost'
