import type { Config, EnvironmentConfig } from '../config.ts'
import type { StoredReason } from '../domain/reasons.ts'
import type { Tenant } from '../domain/tenant.ts'
import { isDirectoryId } from './responseIssuer.ts'
import { openidScopes } from './signInTable.ts'

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

/**
 * Whether the link can bring back an app that a directory doesn't have any more: an administrator's consent adds it again
 * (reference-error-codes.md, AADSTS700016). One that is only disabled there stays so.
 */
export function isRestoredByAdminConsent(reason: string): boolean {
  return reason === 'application_not_found'
}

/** The state of every admin-consent link; a sign-in's state is unguessable. */
export const adminConsentState = 'admin-consent'

/**
 * What a directory without Microsoft Advertising needs (AADSTS650052), in this order: its service principal, because
 * without it there is nothing to approve, then the approval (authentication-oauth-register.md).
 */
export const enablingSteps = [
  'In Microsoft Advertising, a Super Admin of your account lets people sign in with work accounts.',
  `An administrator of your organization’s Microsoft Entra directory adds Microsoft Advertising to the directory, for example with this command: az ad sp create --id ${advertisingApplicationId}`,
  'The administrator opens the link and approves the app.',
] as const

/** Production's resource has a second name, its application id, which is the one that Microsoft documents. */
const documentedScopes: Readonly<Record<string, string>> = {
  'https://ads.microsoft.com/msads.manage': `${advertisingApplicationId}/msads.manage`,
}

/**
 * The link by which an advertiser's administrator allows the app in their directory
 * (authentication-oauth-register.md, AADSTS650052). It asks for all scopes of a sign-in: where only administrators
 * consent, people stay blocked by any scope that nobody approved.
 * @param directoryId the advertiser's directory if known; default is the directory that the administrator signs in to.
 */
export function adminConsentUrl(
  config: EnvironmentConfig,
  redirectUri: string,
  directoryId = 'organizations',
): string {
  const { clientId, authority, scope } = config.microsoft
  const url = new URL(`${authority.origin}/${directoryId}/v2.0/adminconsent`)
  url.searchParams.set('client_id', clientId)
  url.searchParams.set('redirect_uri', redirectUri)
  url.searchParams.set('state', adminConsentState)
  url.searchParams.set('scope', [documentedScopes[scope] ?? scope, ...openidScopes].join(' '))
  return url.href
}

/** The settings that a tenant's admin-consent link is made of. */
export type AdminConsentConfig = Pick<Config, 'environments' | 'redirectUri'>

/** The {@link adminConsentUrl} that lets a tenant's advertiser sign in again; undefined if it doesn't fix the reason. */
export function adminConsentUrlOf(config: AdminConsentConfig, tenant: Tenant): string | undefined {
  return isCuredByAdminConsent(tenant.reauthorizationReason) ? urlOf(config, tenant) : undefined
}

/**
 * The {@link adminConsentUrl} that brings back an app that the tenant's directory doesn't have any more; undefined if it
 * doesn't fix the reason, or if the directory isn't known: only the one that removed the app can take it back.
 */
export function restoringUrlOf(
  config: AdminConsentConfig,
  tenant: Tenant,
  reason: string,
): string | undefined {
  return isRestoredByAdminConsent(reason) && directoryOf(tenant) ? urlOf(config, tenant) : undefined
}

function urlOf(config: AdminConsentConfig, tenant: Tenant): string | undefined {
  const settings = config.environments.get(tenant.environment)
  return settings && adminConsentUrl(settings, config.redirectUri, directoryOf(tenant))
}

function directoryOf({ grant }: Tenant): string | undefined {
  const { accountKind, authorityTenant = '' } = grant ?? {}
  return accountKind === 'work' && isDirectoryId(authorityTenant) ? authorityTenant : undefined
}
