import type { Tenant } from '../domain/tenant.ts'
import type { ConnectFailure } from './failures.ts'

/** A finished sign-in: the browser's next address. */
export interface SavedSignIn {
  readonly tenant: Tenant
  /** Back to the app, or first to the page for choosing accounts. */
  readonly returnUrl: string
  /** Whether that is a page on which the person decides whether their consent is kept. */
  readonly isQuestion?: true
}

/** The link or the sign-in was created before the app disconnected the tenant. */
export const disconnectedDuringSignIn: ConnectFailure = {
  failed: 'sign_in_not_valid',
  reason: 'tenant_disconnected',
}

/** Another consent of the same connect session was kept first. */
export const linkAlreadyUsed: ConnectFailure = { failed: 'link_already_used' }
