import type { Tenant } from '../domain/tenant.ts'
import type { ConnectFailure } from './failures.ts'

/** A finished sign-in: where the browser goes next. */
export interface SavedSignIn {
  readonly tenant: Tenant
  /** Back to the app, or first to the page that asks which account is meant. */
  readonly returnUrl: string
}

/** The link, or the sign-in, was made before the app disconnected the tenant. */
export const disconnectedDuringSignIn: ConnectFailure = {
  failed: 'sign_in_not_valid',
  reason: 'tenant_disconnected',
}
