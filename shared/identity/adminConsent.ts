import type { EnvironmentConfig } from '../config.ts'
import type { StoredReason } from '../domain/reasons.ts'

/** Microsoft Advertising's own application id (authentication-oauth-register.md). */
export const advertisingApplicationId = 'd42ffc93-c136-491d-b4fd-6f18168c68fd'

const cured: ReadonlySet<StoredReason> = new Set(['admin_consent_required', 'advertising_not_enabled'])

/** Whether the link of {@link adminConsentUrl} cures a refusal; policies and lost accounts it does not. */
export function isCuredByAdminConsent(reason: StoredReason | undefined): boolean {
  return reason !== undefined && cured.has(reason)
}
/** The state of every admin-consent link; sign-ins have unguessable ones. */
export const adminConsentState = 'admin-consent'

/**
 * The link with which an advertiser's administrator allows the app for their directory
 * (authentication-oauth-register.md, AADSTS650052).
 * @param directoryId the advertiser's directory where it is known; default is whichever the administrator signs in to.
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
