import type { SignInWith } from '../domain/connectHint.ts'
import type { Actor } from '../problems.ts'

interface FailureDefinition {
  readonly actor: Actor
  /** The page's heading. */
  readonly title: string
  /** What happened, for the person who is looking at the page. */
  readonly explanation: string
}

/**
 * Every way in which connecting can end without a connection, by the stable code that `returnUrl` gets as `error`.
 * Each is a page that a person understands.
 */
export const connectFailures = {
  link_not_valid: {
    actor: 'app',
    title: 'This link no longer works',
    explanation: 'It was used already, or it has expired. Go back to the app and ask for a new one.',
  },
  sign_in_not_valid: {
    actor: 'app',
    title: 'This sign-in is over',
    explanation: 'It was finished already, or it took too long. Go back to the app and start again.',
  },
  other_browser: {
    actor: 'advertiser',
    title: 'This sign-in began in another browser',
    explanation:
      'Finish it in the browser in which you opened the link, with cookies allowed, or ask the app for a new link.',
  },
  consent_declined: {
    actor: 'advertiser',
    title: 'You did not allow the connection',
    explanation:
      'Nothing was connected and nothing was changed. You can start again from the app at any time.',
  },
  admin_consent_required: {
    actor: 'advertiserAdmin',
    title: 'Your administrator must allow this first',
    explanation:
      'Your organization lets only administrators approve this app. Send them the link below; afterwards, start again from the app.',
  },
  advertising_not_enabled: {
    actor: 'advertiserAdmin',
    title: 'Your organization has not enabled Microsoft Advertising for sign-in',
    explanation:
      'An administrator of your organization has to enable it once, with the link below. Afterwards, start again from the app.',
  },
  directory_policy: {
    actor: 'advertiserAdmin',
    title: 'A policy of your organization stopped the sign-in',
    explanation:
      'Microsoft accepted your identity, and your organization’s rules did not allow this sign-in. Ask your administrator which rule it is.',
  },
  sign_in_refused: {
    actor: 'advertiser',
    title: 'Microsoft did not complete the sign-in',
    explanation:
      'Start again from the app. If it happens again, the code below helps support to find out why.',
  },
  no_advertising_user: {
    actor: 'advertiser',
    title: 'This account has no Microsoft Advertising access',
    explanation:
      'You signed in, and Microsoft Advertising does not know this account in this environment. Sign in with the account that you use for Microsoft Advertising.',
  },
  no_advertising_account: {
    actor: 'advertiser',
    title: 'There is no advertising account to connect',
    explanation:
      'Microsoft Advertising knows you, and you have access to no account. Ask an administrator of the account to give you access, then start again.',
  },
  advertising_account_inactive: {
    actor: 'advertiser',
    title: 'Your Microsoft Advertising account is inactive',
    explanation:
      'You signed in, and Microsoft Advertising calls the account inactive. Its support can restore it; afterwards, start again from the app.',
  },
  advertising_access_denied: {
    actor: 'advertiserAdmin',
    title: 'Microsoft Advertising does not give you access',
    explanation:
      'You signed in, and Microsoft Advertising says that you may not do this. Ask a Super Admin of your Microsoft Advertising account to give you a role, then start again.',
  },
  wrong_account_kind: {
    actor: 'advertiser',
    title: 'Please sign in with another account',
    explanation: 'Microsoft Advertising does not accept this kind of account for you.',
  },
  different_user: {
    actor: 'advertiser',
    title: 'Somebody else connected this account',
    explanation:
      'The connection belongs to another person’s sign-in, so this one was not used. Nothing was changed.',
  },
  scope_not_granted: {
    actor: 'advertiser',
    title: 'The permission was not granted',
    explanation:
      'The app needs the permission to manage Microsoft Advertising for you, and this sign-in did not give it. Start again and allow it.',
  },
  refresh_token_missing: {
    actor: 'operator',
    title: 'The sign-in brought no lasting permission',
    explanation:
      'The app’s registration did not receive permission to stay connected. Its operator has to correct that.',
  },
  sign_in_token_invalid: {
    actor: 'operator',
    title: 'The sign-in could not be verified',
    explanation: 'What came back from the sign-in did not match what was asked for, so it was not used.',
  },
  environment_on_hold: {
    actor: 'operator',
    title: 'The app’s own registration does not work',
    explanation:
      'This is not your fault and nothing you can fix. The app’s operator has been told; please try again later.',
  },
  environment_mismatch: {
    actor: 'app',
    title: 'This connection belongs to the other environment',
    explanation:
      'The account was connected for another environment in the meantime. Start again from the app.',
  },
  identity_provider_unavailable: {
    actor: 'nobody',
    title: 'The sign-in service does not answer',
    explanation: 'Please start again from the app in a few minutes.',
  },
  advertising_unavailable: {
    actor: 'nobody',
    title: 'Microsoft Advertising does not answer',
    explanation:
      'You signed in, and Microsoft Advertising could not be asked which accounts you have. Please start again from the app in a few minutes.',
  },
  advertising_answer_unknown: {
    actor: 'operator',
    title: 'Microsoft Advertising answered in an unexpected way',
    explanation:
      'You signed in, and the app could not read which accounts you have. Trying again will not help; the app’s operator finds the cause by the code below.',
  },
  storage_unavailable: {
    actor: 'nobody',
    title: 'The connection could not be stored',
    explanation: 'Please start again from the app in a few minutes.',
  },
} as const satisfies Record<string, FailureDefinition>

/** A stable code of {@link connectFailures}. */
export type ConnectFailureCode = keyof typeof connectFailures

/** Why connecting ended without a connection. */
export interface ConnectFailure {
  readonly failed: ConnectFailureCode
  /** A finer word, e.g. `mfa_required`. */
  readonly reason?: string
  /** What this person should do, where more is known than the catalogue says. */
  readonly advice?: string
  /** Which sign-in would work, where another kind of account is wanted. */
  readonly signInWith?: SignInWith
  /** Whether the person who failed is the one who connected the tenant. Default is no. */
  readonly isConsenter?: boolean
  readonly adminConsentUrl?: string
  readonly traceId?: string
  /** Whose app it is; absent when nobody knows. */
  readonly workspace?: string
  /** Where the page's way back leads; with the error as parameters. Absent when nobody knows the app. */
  readonly backUrl?: string
  /** A fresh sign-in for the same browser, where that can fix it. */
  readonly again?: { readonly url: string; readonly anotherAccount: boolean }
}
