import { returnUrlWith } from '../domain/returnUrl.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { ConnectFailure } from './failures.ts'

/** The part of a connect session that leads back to its app. */
export interface WayBack extends TenantName {
  /** The session's id. */
  readonly id: string
  readonly returnUrl: string
}

/** Adds the app to a failure, and the address at which the app learns of it. */
export function withWayBack(session: WayBack, failure: ConnectFailure): ConnectFailure {
  const { adminConsentUrl, failed, otherAuthority, reason, signInWith, traceId } = failure
  const backUrl = returnUrlWith(session, {
    status: 'failed',
    error: failed,
    reason,
    sign_in_with: signInWith ?? otherAuthority?.signInWith,
    trace_id: traceId,
    admin_consent_url: adminConsentUrl,
  })
  return { ...failure, workspace: session.workspace, backUrl }
}
