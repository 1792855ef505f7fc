import type { EnvironmentConfig } from '../config.ts'
import type { StoredReason } from '../domain/reasons.ts'

/** Microsoft Advertising's own application id (authentication-oauth-register.md). */
export const advertisingApplicationId = 'd42ffc93-c136-491d-b4fd-6f18168c68fd'

const cured: ReadonlySet<StoredReason> = new Set([
  'admin_consent_required',
  'advertising_not_enabled',
  'consent_not_given',
])

/** Whether the link of {@link adminConsentUrl} can fix a refusal; it doesn't fix policies and lost accounts. */
export function isCuredByAdminConsent(reason: StoredReason | undefined): boolean {
  return reason !== undefined && cured.has(reason)
}
/** The state of every admin-consent link; a sign-in's state is unguessable. */
export const adminConsentState = 'admin-consent'

/**
 * The link by which an advertiser's administrator allows the app in their directory
 * (authentication-oauth-register.md, AADSTS650052).
 * @param directoryId the advertiser's directory if known; default is the directory that the administrator signs in to.
 */
export function adminConsentUrl(
  config: EnvironmentConfig,
  redirectUri: string,
  directoryId = 'organizations',
): string {
  const { clientId, authority } = config.microsoft
  const url = new URL(`${authority.origin}/${directoryId}/v2.0/adminconsent`)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('redirect_uri', redirectUri)
  url.searchParams.set('state', adminConsentState)
  url.searchParams.set('scope', `${advertisingApplicationId}/msads.manage`)
  return url.href
}
