import { adminConsentState } from '../identity/adminConsent.ts'

/** The parts of an administrator's redirect that matter here. */
interface AdminConsentResponse {
  readonly state?: string | undefined
  readonly error?: string | undefined
  readonly admin_consent?: string | undefined
}

/**
 * Reads the answer to an admin-consent link. Microsoft sends `admin_consent=True` with errors too, so only an
 * answer without an error is a grant (v2-admin-consent.md, "Error response").
 * @returns undefined when the answer belongs to a sign-in.
 */
export function readAdminConsent(response: AdminConsentResponse): 'granted' | 'refused' | undefined {
  const { admin_consent: consent, error, state } = response
  if (consent === undefined && state !== adminConsentState) return undefined
  return /^true$/i.test(consent ?? '') && error === undefined ? 'granted' : 'refused'
}
