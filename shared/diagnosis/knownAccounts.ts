import { type DiscoveredAccount, waysOf } from '../domain/account.ts'

/** The part of a known account that a diagnosis needs. */
export type DiagnosedAccount = Pick<
  DiscoveredAccount,
  | 'accountId'
  | 'number'
  | 'customerId'
  | 'ownerCustomerId'
  | 'reachUnknown'
  | 'roleId'
  | 'usable'
  | 'note'
  | 'ways'
>

/** The accounts and customers that a tenant is known to reach. */
export interface KnownAccounts {
  /** Whether nothing has been discovered, so an unknown id proves nothing. */
  readonly isEmpty: boolean
  byId(accountId: string): DiagnosedAccount | undefined
  byNumber(number: string): DiagnosedAccount | undefined
  /** Whether an id is that of a customer that owns an account or through which it can be reached. */
  isCustomer(customerId: string): boolean
  /** Whether an account can be reached through this customer. */
  isAccessCustomer(customerId: string): boolean
}

/** Indexes the accounts of a tenant. */
export function createKnownAccounts(accounts: readonly DiagnosedAccount[]): KnownAccounts {
  const byId = new Map(accounts.map((account) => [account.accountId, account]))
  const byNumber = new Map(accounts.map((account) => [account.number.toUpperCase(), account]))
  const reaches = new Set(accounts.flatMap((account) => waysOf(account).map((way) => way.customerId)))
  const owners = new Set(accounts.map((account) => account.ownerCustomerId))
  return {
    isEmpty: accounts.length === 0,
    byId: (accountId) => byId.get(accountId),
    byNumber: (number) => (number === '' ? undefined : byNumber.get(number.toUpperCase())),
    isCustomer: (customerId) => customerId !== '' && (reaches.has(customerId) || owners.has(customerId)),
    isAccessCustomer: (customerId) => reaches.has(customerId),
  }
}
