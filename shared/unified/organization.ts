import { ianaTimeZone } from '../advertising/timeZones.ts'
import type { Account } from '../domain/account.ts'
import { type Row, text, textIn, type UnifiedFields, word } from './field.ts'
import { time } from './times.ts'

/** An account as discovery read it, by Microsoft's names (customer-management-service/advertiseraccount.md). */
export function toAccountRow(account: Account): Row {
  return {
    Id: account.accountId,
    Name: account.name,
    Number: account.number,
    ParentCustomerId: account.ownerCustomerId,
    CurrencyCode: account.currencyCode ?? null,
    TimeZone: account.timeZone ?? null,
    AccountLifeCycleStatus: account.lifeCycleStatus,
    AccountFinancialStatus: account.financialStatus ?? null,
    AccountMode: account.accountMode ?? null,
    LastModifiedTime: account.lastModifiedAt ?? null,
  }
}

/** `AdsOrganization`: an account, of the elements of {@link toAccountRow}. */
export const organizationFields: UnifiedFields = {
  id: text('Id'),
  created_at: null,
  updated_at: time('LastModifiedTime'),
  name: text('Name'),
  currency: text('CurrencyCode'),
  timezone: { from: ['TimeZone'], read: (row) => ianaTimeZone(textIn(row, 'TimeZone') ?? '') ?? null },
  parent_id: text('ParentCustomerId'),
  status: word('AccountLifeCycleStatus', {
    Active: 'ACTIVE',
    Draft: 'DRAFT',
    Inactive: 'ARCHIVED',
    Pause: 'PAUSED',
    Pending: 'PROCESSING',
  }),
  account_number: text('Number'),
  managers: null,
}
