import type { SignInWith } from '../domain/connectHint.ts'
import type { AdvertisingFault } from './faults.ts'

/** Why Microsoft Advertising refuses the person who signed in. */
export interface IdentityFault {
  /** A stable word, for example for `reauthorizationReason`. */
  readonly reason:
    | 'no_advertising_user'
    | 'login_merged_away'
    | 'work_account_required'
    | 'personal_account_required'
    | 'google_account_required'
    | 'other_account_kind_required'
    | 'user_compromised'
  readonly signInWith: SignInWith
  /** What the person should do, in one sentence. */
  readonly advice: string
}

const useWork: IdentityFault = {
  reason: 'work_account_required',
  signInWith: 'work',
  advice: 'Sign in with your work or school account.',
}

const usePersonal: IdentityFault = {
  reason: 'personal_account_required',
  signInWith: 'personal',
  advice: 'Sign in with your personal Microsoft account.',
}

const useGoogle: IdentityFault = {
  reason: 'google_account_required',
  signInWith: 'google',
  advice: 'Sign in with your Google account.',
}

/** Not a Microsoft Advertising user in this environment. */
export const notAnAdvertisingUser: IdentityFault = {
  reason: 'no_advertising_user',
  signInWith: 'advertisingUser',
  advice: 'Sign in with the account you use for Microsoft Advertising.',
}

/** By code, or by code and reason (guides/operation-error-codes.md). */
const identityFaults: Readonly<Record<string, IdentityFault>> = {
  '105 UserNotFound': notAnAdvertisingUser,
  '108': {
    reason: 'user_compromised',
    signInWith: 'sameAgain',
    advice: 'Set a new password for your account, then sign in with it again.',
  },
  '120': {
    reason: 'login_merged_away',
    signInWith: 'primaryLogin',
    advice: 'Sign in with your primary Microsoft Advertising login. This login was merged into it.',
  },
  '122': useWork,
  '123': usePersonal,
  '124': useWork,
  '125': useWork,
  '126': {
    reason: 'other_account_kind_required',
    signInWith: 'advertisingUser',
    advice: 'Sign in with the type of account that you use for Microsoft Advertising.',
  },
  '126 GoogleAccountIsRequired': useGoogle,
  '126 PersonalAccountIsRequired': usePersonal,
  '126 WorkAccountIsRequired': useWork,
}

/** Whether a fault is about who signed in, and which sign-in would work; undefined if it isn't. */
export function identityFaultOf(
  fault: Pick<AdvertisingFault, 'class' | 'code' | 'reason'>,
): IdentityFault | undefined {
  if (fault.class !== 'identity') return undefined
  return identityFaults[fault.reason ? `${fault.code} ${fault.reason}` : `${fault.code}`]
}
