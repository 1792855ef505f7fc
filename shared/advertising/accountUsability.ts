import type { PauseReason } from '../domain/account.ts'
import type { AccountInfo } from './customerManagementSchemas.ts'

/** Whether an account can be used, and a note about it for people. */
export interface AccountUsability {
  readonly usable: boolean
  readonly note?: string
}

const pauses: Readonly<Record<PauseReason, string>> = {
  user: 'Paused by a user. API calls work, but ads don’t run.',
  billing: 'Paused for a billing reason. Ads don’t run until it’s settled.',
  userAndBilling: 'Paused by a user and for a billing reason. Ads don’t run.',
}

const usabilities: Readonly<Record<string, AccountUsability>> = {
  Active: { usable: true },
  Pause: { usable: true, note: 'Paused. API calls work, but ads don’t run.' },
  Pending: { usable: true, note: 'Pending. Microsoft Advertising hasn’t activated it yet.' },
  Draft: { usable: false, note: 'A draft. It was never completed in Microsoft Advertising.' },
  Inactive: {
    usable: false,
    note: 'Deleted, or without traffic for 15 months. Microsoft Advertising support can restore it within 30 days.',
  },
  Suspended: {
    usable: false,
    note: 'Suspended for suspicious activity. Only Microsoft Advertising support can lift the suspension.',
  },
}

/** Modes in which Microsoft Advertising manages an account, by their names for people. */
const managedModes: Readonly<Record<string, string>> = { Smart: 'Smart', UnifiedSmart: 'Unified Smart' }

/**
 * Judges an account's status (customer-management-service/accountlifecyclestatus.md) and mode
 * (advertiseraccount.md#accountmode: most operations support only Expert accounts). An undocumented status counts as
 * usable and is named; an undocumented mode counts as usable.
 */
export function accountUsability(
  account: Pick<AccountInfo, 'accountMode' | 'lifeCycleStatus' | 'pauseReason'>,
): AccountUsability {
  const byStatus = usabilityByStatus(account)
  const mode = managedModes[account.accountMode ?? '']
  if (!mode || !byStatus.usable) return byStatus
  return {
    usable: false,
    note: `A ${mode} account, which Microsoft Advertising manages. Most API calls work only with an Expert account.`,
  }
}

function usabilityByStatus(account: Pick<AccountInfo, 'lifeCycleStatus' | 'pauseReason'>): AccountUsability {
  const { lifeCycleStatus, pauseReason } = account
  const usability = Object.hasOwn(usabilities, lifeCycleStatus)
    ? usabilities[lifeCycleStatus]!
    : { usable: true, note: `Microsoft Advertising calls its status “${lifeCycleStatus || 'unknown'}”.` }
  return pauseReason && usability.usable ? { usable: true, note: pauses[pauseReason] } : usability
}
