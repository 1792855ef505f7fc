import * as z from 'zod'
import type { PauseReason } from '../domain/account.ts'
import { idSchema } from './json.ts'

/** One role of a user in one customer (customer-management-service/customerrole.md). */
export interface CustomerRole {
  readonly roleId?: string
  readonly customerId: string
  /** The customer's own accounts that the role is limited to; empty means all of them. */
  readonly accountIds: readonly string[]
  /** Accounts of other customers that can be reached through this one, as their agency. */
  readonly linkedAccountIds: readonly string[]
  /** Empty for a direct role, otherwise `Administrative`, `Standard` or `LinkedEntityOnly`. */
  readonly customerLinkPermission: string
}

/** The signed-in user. */
export interface UserAndRoles {
  readonly userId: string
  readonly userName: string
  /** The customer in which the user was created; absent if Microsoft sent none. */
  readonly customerId?: string
  readonly roles: readonly CustomerRole[]
}

/** The common members of account answers. Texts are empty if Microsoft sent none. */
export interface AccountInfo {
  readonly accountId: string
  readonly name: string
  /** The number shown on Microsoft's pages, for example `F1234567`; calls never use it. */
  readonly number: string
  /** `Active`, `Pause`, `Draft`, `Inactive`, `Pending`, `Suspended`. */
  readonly lifeCycleStatus: string
  readonly pauseReason?: PauseReason
  /** `Expert`, `Smart`, or `UnifiedSmart`; only in answers that have all properties of an account. */
  readonly accountMode?: string
}

/** An account as SearchAccounts returns it. */
export interface AdvertiserAccount extends AccountInfo {
  /** The customer that owns it. */
  readonly ownerCustomerId: string
  /** ISO 4217; Microsoft's `CurrencyCode`. */
  readonly currencyCode?: string
  /** Microsoft's own name, for example `PacificTimeUSCanadaTijuana`. */
  readonly timeZone?: string
  /** Microsoft's `AccountFinancialStatus`: `ClearFinancialStatus`, `Hold`, `Proposed`, `WriteOff`, … */
  readonly financialStatus?: string
  /** When it last changed, as an ISO time. */
  readonly lastModifiedAt?: string
  /** All customers that are linked to the account as its agency (advertiseraccount.md, `LinkedAgencies`). */
  readonly agencies: readonly Customer[]
}

/** A customer's id and name. */
export interface Customer {
  readonly customerId: string
  readonly name: string
}

const pauseReasons: Readonly<Record<string, PauseReason>> = { 1: 'user', 2: 'billing', 4: 'userAndBilling' }

/**
 * The most characters to keep of a text. Microsoft's names have at most 100, and a table column holds 32,768
 * (Understanding the Table service data model, "property types").
 */
const maxTextCharacters = 256

const text = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((value) => cut(value ?? ''))
const ids = z
  .array(idSchema)
  .nullish()
  .transform((value) => value ?? [])

/** Copies the kept part: a slice would keep the whole text in memory, and half a character can't be stored. */
function cut(value: string): string {
  if (value.length <= maxTextCharacters) return value
  return Buffer.from(value.slice(0, maxTextCharacters)).toString()
}

function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform((value) => value ?? [])
}

/** A list that must be present but may be null: an answer without it doesn't answer the request. */
function sentList<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullable()
    .transform((value) => value ?? [])
}

const roleSchema = z
  .object({
    RoleId: idSchema.nullish(),
    CustomerId: idSchema,
    AccountIds: ids,
    LinkedAccountIds: ids,
    CustomerLinkPermission: text,
  })
  .transform((role) => ({
    ...(role.RoleId && { roleId: role.RoleId }),
    customerId: role.CustomerId,
    accountIds: role.AccountIds,
    linkedAccountIds: role.LinkedAccountIds,
    customerLinkPermission: role.CustomerLinkPermission,
  }))

/** The answer of GetUser. */
export const userSchema: z.ZodType<UserAndRoles> = z
  .object({
    User: z.object({ Id: idSchema, UserName: text, CustomerId: idSchema.nullish() }),
    CustomerRoles: sentList(roleSchema),
  })
  .transform(({ User, CustomerRoles }) => ({
    userId: User.Id,
    userName: User.UserName,
    ...(User.CustomerId && { customerId: User.CustomerId }),
    roles: CustomerRoles,
  }))

const accountMembers = {
  Id: idSchema,
  Name: text,
  Number: text,
  AccountLifeCycleStatus: text,
  PauseReason: text,
  AccountMode: text,
}

const accountInfoSchema = z.object(accountMembers).transform(toAccountInfo)

const customerInfoSchema = z
  .object({ Id: idSchema, Name: text })
  .transform((customer) => ({ customerId: customer.Id, name: customer.Name }))

/** A time in UTC (advertiseraccount.md, `LastModifiedTime`), which Microsoft sends without its zone. */
const utcTime = text.transform((sent) => {
  const at = new Date(/(Z|[+-]\d\d:\d\d)$/.test(sent) ? sent : `${sent}Z`)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
})

const advertiserAccountSchema = z
  .object({
    ...accountMembers,
    ParentCustomerId: idSchema,
    CurrencyCode: text,
    TimeZone: text,
    AccountFinancialStatus: text,
    LastModifiedTime: utcTime,
    LinkedAgencies: list(customerInfoSchema),
  })
  .transform((account) => ({
    ...toAccountInfo(account),
    ownerCustomerId: account.ParentCustomerId,
    ...(account.CurrencyCode && { currencyCode: account.CurrencyCode }),
    ...(account.TimeZone && { timeZone: account.TimeZone }),
    ...(account.AccountFinancialStatus && { financialStatus: account.AccountFinancialStatus }),
    ...(account.LastModifiedTime && { lastModifiedAt: account.LastModifiedTime }),
    agencies: account.LinkedAgencies,
  }))

/** The answer of SearchAccounts. */
export const accountsSchema: z.ZodType<readonly AdvertiserAccount[]> = z
  .object({ Accounts: sentList(advertiserAccountSchema) })
  .transform((answer) => answer.Accounts)

/** The answer of GetAccount. */
export const accountSchema: z.ZodType<AdvertiserAccount> = z
  .object({ Account: advertiserAccountSchema })
  .transform((answer) => answer.Account)

/** The answer of GetAccountsInfo. */
export const accountsInfoSchema: z.ZodType<readonly AccountInfo[]> = z
  .object({ AccountsInfo: sentList(accountInfoSchema) })
  .transform((answer) => answer.AccountsInfo)

/** The answer of GetLinkedAccountsAndCustomersInfo. */
export const linkedSchema: z.ZodType<{
  readonly accounts: readonly AccountInfo[]
  readonly customers: readonly Customer[]
}> = z
  .object({ AccountsInfo: sentList(accountInfoSchema), CustomersInfo: list(customerInfoSchema) })
  .transform((answer) => ({ accounts: answer.AccountsInfo, customers: answer.CustomersInfo }))

/** The answer of GetCustomer. */
export const customerSchema: z.ZodType<Customer> = z
  .object({ Customer: customerInfoSchema })
  .transform((answer) => answer.Customer)

/** The answer of GetCustomersInfo. */
export const customersInfoSchema: z.ZodType<readonly Customer[]> = z
  .object({ CustomersInfo: sentList(customerInfoSchema) })
  .transform((answer) => answer.CustomersInfo)

function toAccountInfo(account: {
  readonly Id: string
  readonly Name: string
  readonly Number: string
  readonly AccountLifeCycleStatus: string
  readonly PauseReason: string
  readonly AccountMode: string
}): AccountInfo {
  const pauseReason = pauseReasons[account.PauseReason]
  return {
    accountId: account.Id,
    name: account.Name,
    number: account.Number,
    lifeCycleStatus: account.AccountLifeCycleStatus,
    ...(pauseReason && { pauseReason }),
    ...(account.AccountMode && { accountMode: account.AccountMode }),
  }
}
