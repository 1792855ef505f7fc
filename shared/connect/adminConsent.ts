import { adminConsentState } from '../identity/adminConsent.ts'

/** What the browser of an administrator brings back, as far as it matters here. */
interface AdminConsentResponse {
  readonly state?: string | undefined
  readonly error?: string | undefined
  readonly admin_consent?: string | undefined
}

/**
 * Reads the answer to an admin-consent link. Microsoft sends `admin_consent=True` with errors too, so that only an
 * answer without an error has granted anything (v2-admin-consent.md, "Error response").
 * @returns undefined when it is no such answer, but a sign-in's.
 */
export function readAdminConsent(response: AdminConsentResponse): 'granted' | 'refused' | undefined {
  const { admin_consent: consent, error, state } = response
  if (consent === undefined && state !== adminConsentState) return undefined
  return /^true$/i.test(consent ?? '') && error === undefined ? 'granted' : 'refused'
}
