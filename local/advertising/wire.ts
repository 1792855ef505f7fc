import type { JsonObject } from './json.ts'
import type { Account, Customer, Directory, Role, User } from './world.ts'

const lastModifiedTime = '2026-11-01T09:00:00.000'
const timeStamp = 'AAAAAFoBr2s='

/** An AdvertiserAccount with every property, including nulls; `AccountMode` only if requested. */
export function toAdvertiserAccount(directory: Directory, account: Account, withMode: boolean): JsonObject {
  return {
    BillToCustomerId: account.parentCustomerId,
    CurrencyCode: 'USD',
    AccountFinancialStatus: 'ClearFinancialStatus',
    Id: account.id,
    Language: 'English',
    LastModifiedByUserId: account.parentCustomerId + 50_000_000n,
    LastModifiedTime: lastModifiedTime,
    Name: account.name,
    Number: account.number,
    ParentCustomerId: account.parentCustomerId,
    PaymentMethodId: null,
    PaymentMethodType: null,
    PrimaryUserId: account.parentCustomerId + 50_000_000n,
    AccountLifeCycleStatus: account.status,
    TimeStamp: timeStamp,
    TimeZone: 'PacificTimeUSCanadaTijuana',
    PauseReason: account.pauseReason,
    ForwardCompatibilityMap: null,
    LinkedAgencies: linkedAgencies(directory, account),
    SalesHouseCustomerId: null,
    TaxInformation: [],
    BackUpPaymentInstrumentId: null,
    BillingThresholdAmount: null,
    BusinessAddress: null,
    AutoTagType: 'Inactive',
    SoldToPaymentInstrumentId: null,
    TaxCertificate: null,
    AccountMode: withMode ? (account.mode ?? 'Expert') : null,
  }
}

/** An AccountInfo, the short form of an account. */
export function toAccountInfo(account: Account): JsonObject {
  return {
    AccountLifeCycleStatus: account.status,
    Id: account.id,
    Name: account.name,
    Number: account.number,
    PauseReason: account.pauseReason,
  }
}

/** A CustomerInfo, the short form of a customer. */
export function toCustomerInfo({ id, name }: Customer): JsonObject {
  return { Id: id, Name: name }
}

/** A Customer with every property. */
export function toCustomer({ id, name }: Customer): JsonObject {
  return {
    CustomerAddress: null,
    CustomerFinancialStatus: 'ClearFinancialStatus',
    CustomerLifeCycleStatus: 'Active',
    ForwardCompatibilityMap: null,
    Id: id,
    Industry: 'Other',
    LastModifiedByUserId: id + 50_000_000n,
    LastModifiedTime: lastModifiedTime,
    MarketCountry: 'US',
    MarketLanguage: 'English',
    Name: name,
    Number: `C${id.toString(36).toUpperCase()}`,
    ServiceLevel: 'SelfServe',
    TimeStamp: timeStamp,
  }
}

/** A User with every property; passwords and answers are always null. */
export function toUser(user: User): JsonObject {
  const [firstName, ...lastNames] = user.name.split(' ')
  return {
    ContactInfo: { ...emptyContactInfo, Email: user.userName, Id: user.id + 1n },
    CustomerId: user.customerId,
    ForwardCompatibilityMap: null,
    Id: user.id,
    JobTitle: null,
    LastModifiedByUserId: user.id,
    LastModifiedTime: lastModifiedTime,
    Lcid: 'EnglishUS',
    Name: { FirstName: firstName, LastName: lastNames.join(' '), MiddleInitial: null },
    Password: null,
    SecretAnswer: null,
    SecretQuestion: 'None',
    AuthenticationToken: null,
    TimeStamp: timeStamp,
    UserLifeCycleStatus: 'Active',
    UserName: user.userName,
  }
}

/**
 * A CustomerRole, as GetUser shows it; `AccountIds` is null if it covers all of the customer's accounts.
 */
export function toCustomerRole(role: Role): JsonObject {
  const { without = [], withUnknown = [] } = role.shown ?? {}
  const linked = role.linkedAccountIds?.filter((id) => !without.includes(id)) ?? []
  const shown = [...linked, ...withUnknown]
  return {
    RoleId: role.roleId,
    CustomerId: role.customerId,
    AccountIds: role.accountIds,
    LinkedAccountIds: shown.length > 0 ? shown : null,
    CustomerLinkPermission: role.linkPermission,
  }
}

const emptyContactInfo = {
  Address: null,
  ContactByPhone: null,
  ContactByPostalMail: null,
  Email: null,
  EmailFormat: 'Text',
  Fax: null,
  HomePhone: null,
  Id: null,
  Mobile: null,
  Phone1: null,
  Phone2: null,
}

/** The agencies of all users, also of those that the caller doesn't know. */
function linkedAgencies({ customers }: Directory, account: Account): JsonObject[] {
  return [...customers.values()]
    .filter((agency) => agency.linkedAccountIds.has(account.id))
    .map(toCustomerInfo)
}
