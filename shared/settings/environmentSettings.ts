import type { Environment } from '../environment.ts'
import { advertisingHosts, authorityOf, scopeOf } from './microsoft.ts'
import { optional, required, withDefault } from './setting.ts'
import type { UrlSchemas } from './urls.ts'
import { clientId, googleClientId } from './values.ts'

/** The documented scope of each environment (authentication-oauth-consent.md; sandbox: Python SDK 13.0.25). */
const documentedScope: Readonly<Record<Environment, string>> = {
  production: 'https://ads.microsoft.com/msads.manage',
  sandbox: 'https://si.ads.microsoft.com/msads.manage',
}

/** The documented API hosts (every REST reference page of `advertising/bingads-13`). */
const documentedAdvertisingUrl: Readonly<Record<Environment, string>> = {
  production: 'https://{host}.api.bingads.microsoft.com',
  sandbox: 'https://{host}.api.sandbox.bingads.microsoft.com',
}

/** The settings of one environment, by their place in its `EnvironmentConfig`. */
export const environmentSettings = (environment: Environment, urls: UrlSchemas) => {
  const prefixed = (name: string) => `${environment.toUpperCase()}_${name}`
  return {
    microsoft: {
      clientId: required(prefixed('MICROSOFT_CLIENT_ID'), clientId, {
        meaning: 'Client ID of the Entra app registration that advertisers consent to.',
        example: '00001111-aaaa-2222-bbbb-3333cccc4444',
      }),
      authority: withDefault(prefixed('MICROSOFT_AUTHORITY'), authorityOf(urls), {
        meaning: 'Where Microsoft users sign in: origin and tenant segment.',
        default: 'https://login.microsoftonline.com/common',
        example: 'https://login.microsoftonline.com/common',
      }),
      scope: withDefault(prefixed('MICROSOFT_SCOPE'), scopeOf(environment), {
        meaning: 'The Microsoft Advertising scope.',
        default: documentedScope[environment],
        example: documentedScope[environment],
      }),
    },
    google: optional(
      prefixed('GOOGLE_CLIENT_ID'),
      googleClientId.transform((id) => ({ clientId: id })),
      {
        meaning: 'Client ID of the Google OAuth client. Without it, nobody can connect with Google.',
        example: '1234.apps.googleusercontent.com',
      },
    ),
    advertisingUrl: withDefault(prefixed('ADVERTISING_URL'), advertisingHosts(environment, urls), {
      meaning:
        'Pattern of Microsoft Advertising’s hosts; `{host}` stands for clientcenter, campaign, reporting, bulk, adinsight.',
      default: documentedAdvertisingUrl[environment],
      example: documentedAdvertisingUrl[environment],
      isLocal: true,
    }),
  }
}
