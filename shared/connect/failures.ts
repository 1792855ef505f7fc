import type { SignInWith } from '../domain/connectHint.ts'
import type { AccountKind } from '../environment.ts'
import { enablingSteps } from '../identity/adminConsent.ts'
import type { Actor } from '../problems.ts'

/** The page of a failure. */
export interface FailureDefinition {
  readonly actor: Actor
  /** The page's heading. */
  readonly title: string
  /** What happened, for the person on the page. */
  readonly explanation: string
  /** What others must do, in this order. */
  readonly steps?: readonly string[]
}

/**
 * The ways in which connecting can fail, by the stable code that `returnUrl` gets as `error`.
 * Each has a page that a person understands.
 */
export const connectFailures = {
  link_not_valid: {
    actor: 'app',
    title: 'This link no longer works',
    explanation: 'This link has expired or is no longer valid. Go back to the app and ask for a new one.',
  },
  link_already_used: {
    actor: 'app',
    title: 'This link has already been used',
    explanation:
      'Someone has already signed in with this link. If it was you, there’s nothing left to do here: go back to the app. If it wasn’t, ask the app for a new link.',
  },
  sign_in_not_valid: {
    actor: 'app',
    title: 'This sign-in has ended',
    explanation: 'This sign-in has already finished or took too long. Go back to the app and start again.',
  },
  other_browser: {
    actor: 'advertiser',
    title: 'This sign-in doesn’t belong to this browser',
    explanation:
      'Either it started in another browser, or this browser blocks cookies. Finish it in the browser in which you opened the link. If that is this one, allow cookies, go back to the app, and start again.',
  },
  consent_declined: {
    actor: 'advertiser',
    title: 'You didn’t allow the connection',
    explanation: 'Nothing was connected or changed. You can start again from the app at any time.',
  },
  consent_not_given: {
    actor: 'advertiser',
    title: 'The app wasn’t approved',
    explanation:
      'Either you declined, or your organization doesn’t let you approve the app yourself. If you declined, you can try again. If Microsoft asked for an administrator’s approval, send your administrator the link below. After they approve the app, start again.',
  },
  admin_consent_required: {
    actor: 'advertiserAdmin',
    title: 'Your administrator must approve this app first',
    explanation:
      'In your organization, only an administrator can approve this app. Send your administrator the link below. After they approve it, start again from the app.',
  },
  advertising_not_enabled: {
    actor: 'advertiserAdmin',
    title: 'Microsoft Advertising isn’t enabled for your organization',
    explanation:
      'Your organization must enable it once, in the following order. Send these steps and the link to your administrator. After that, start again from the app.',
    steps: enablingSteps,
  },
  directory_policy: {
    actor: 'advertiserAdmin',
    title: 'Your organization’s policy blocked the sign-in',
    explanation:
      'Microsoft recognized you, but a rule of your organization doesn’t allow this sign-in. Ask your administrator which rule applies.',
  },
  sign_in_refused: {
    actor: 'advertiser',
    title: 'Microsoft couldn’t complete the sign-in',
    explanation: 'Start again from the app. If this keeps happening, give the code below to support.',
  },
  other_sign_in_required: {
    actor: 'advertiser',
    title: 'Sign in once more',
    explanation:
      'You signed in, but Microsoft doesn’t let the app stay connected with this sign-in. Nothing was connected yet. The button opens another Microsoft sign-in page: sign in there with the same account.',
  },
  grant_not_accepted: {
    actor: 'operator',
    title: 'The app can’t stay connected',
    explanation:
      'You signed in, but the sign-in service refused the app’s first use of the connection, so nothing was connected. This is a problem on the app’s side, and its operator must fix it. There’s nothing you need to do.',
  },
  no_advertising_user: {
    actor: 'advertiser',
    title: 'This account has no Microsoft Advertising access',
    explanation:
      'You signed in, but Microsoft Advertising doesn’t recognize this account. Sign in with the account you use for Microsoft Advertising.',
  },
  no_advertising_account: {
    actor: 'advertiser',
    title: 'There is no advertising account to connect',
    explanation:
      'You’re a Microsoft Advertising user, but you don’t have access to any account. Ask an administrator of the account to give you access, then start again.',
  },
  advertising_account_inactive: {
    actor: 'advertiser',
    title: 'Your Microsoft Advertising account is inactive',
    explanation:
      'You signed in, but Microsoft Advertising says your account is inactive. Microsoft Advertising support can restore it. Then start again from the app.',
  },
  advertising_access_denied: {
    actor: 'advertiserAdmin',
    title: 'You don’t have access in Microsoft Advertising',
    explanation:
      'You signed in, but your Microsoft Advertising role doesn’t allow this. Ask a Super Admin of your Microsoft Advertising account to change your role, then start again.',
  },
  wrong_account_kind: {
    actor: 'advertiser',
    title: 'Sign in with another account',
    explanation: 'Microsoft Advertising doesn’t accept this type of account for you.',
  },
  different_user: {
    actor: 'advertiser',
    title: 'Someone else made this connection',
    explanation:
      'Another person signed in to make this connection, so your sign-in wasn’t used. Nothing was changed.',
  },
  /** Microsoft's consent is all or nothing: a person can't grant a part of it. */
  scope_not_granted: {
    actor: 'operator',
    title: 'The app didn’t get the permission that it needs',
    explanation:
      'You signed in, but the sign-in didn’t include the permission to manage Microsoft Advertising. This is a problem on the app’s side, and its operator must fix it. There’s nothing you need to do.',
  },
  refresh_token_missing: {
    actor: 'operator',
    title: 'The app can’t stay connected',
    explanation:
      'The sign-in didn’t give the app permission to stay connected. This is a problem on the app’s side, and its operator must fix it.',
  },
  sign_in_token_invalid: {
    actor: 'operator',
    title: 'The sign-in couldn’t be verified',
    explanation: 'The answer from the sign-in service didn’t match the request, so it wasn’t used.',
  },
  environment_on_hold: {
    actor: 'operator',
    title: 'The app can’t sign you in right now',
    explanation:
      'This is a problem on the app’s side, and its operator must fix it. There’s nothing you need to do. Try again later.',
  },
  developer_token_unusable: {
    actor: 'operator',
    title: 'The app can’t read your advertising accounts',
    explanation:
      'You signed in, but Microsoft Advertising doesn’t let the app read accounts. This is a problem on the app’s side, and its operator must fix it. There’s nothing you need to do.',
  },
  environment_mismatch: {
    actor: 'app',
    title: 'This connection belongs to another environment',
    explanation: 'The account has since been connected in another environment. Start again from the app.',
  },
  identity_provider_unavailable: {
    actor: 'nobody',
    title: 'The sign-in service isn’t responding',
    explanation: 'Start again from the app in a few minutes.',
  },
  advertising_unavailable: {
    actor: 'nobody',
    title: 'Microsoft Advertising isn’t responding',
    explanation:
      'You signed in, but the app couldn’t read your accounts from Microsoft Advertising. Start again from the app in a few minutes.',
  },
  advertising_answer_unknown: {
    actor: 'operator',
    title: 'Microsoft Advertising sent an unexpected answer',
    explanation:
      'You signed in, but the app couldn’t read your accounts. Trying again won’t help. The app’s operator can find the cause with the code below.',
  },
  storage_unavailable: {
    actor: 'nobody',
    title: 'The connection couldn’t be saved',
    explanation: 'Start again from the app in a few minutes.',
  },
} as const satisfies Record<string, FailureDefinition>

/** A stable code of {@link connectFailures}. */
export type ConnectFailureCode = keyof typeof connectFailures

/** Why connecting ended without a connection. */
export interface ConnectFailure {
  readonly failed: ConnectFailureCode
  /** A more specific reason, for example `mfa_required`. */
  readonly reason?: string
  /** The account that Microsoft Advertising refused, masked; absent if it has no address. */
  readonly signedInAs?: string
  /** What this person should do, if more is known than the catalog says. */
  readonly advice?: string
  /** The sign-in that would work, if a different kind of account is required. */
  readonly signInWith?: SignInWith
  /** Whether the person who failed is the one who connected the tenant. Default is no. */
  readonly isConsenter?: boolean
  /** The sign-in page to use once more, by its kind of account; without a kind, it's the one for all accounts. */
  readonly otherAuthority?: { readonly signInWith: AccountKind | undefined }
  /** Whether the next sign-in carries the claims that this one lacked, so that it can succeed. Default is no. */
  readonly isChallenged?: boolean
  /** Whether only a browser says so: then the page is no server error, which alerts would count. Default is no. */
  readonly isBrought?: boolean
  readonly adminConsentUrl?: string
  readonly traceId?: string
  /** The app's workspace; absent if unknown. */
  readonly workspace?: string
  /** Target of the page's button back to the app, with the error as parameters; absent if the app is unknown. */
  readonly backUrl?: string
  /** A fresh sign-in for the same browser, if that can fix it. */
  readonly again?: { readonly url: string; readonly anotherAccount: boolean }
}
