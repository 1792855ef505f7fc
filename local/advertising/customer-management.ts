import { accountFields, parseFlags } from './flags.ts'
import { parseId } from './json.ts'
import { answer, type Call, type Operation, type Reply, refuse, refuseInput } from './operation.ts'
import { meets, parsePage, parsePredicates, searchAccounts, slicePage } from './search-accounts.ts'
import {
  toAccountInfo,
  toAdvertiserAccount,
  toCustomer,
  toCustomerInfo,
  toCustomerRole,
  toUser,
} from './wire.ts'
import { type Account, accountsOf, type Customer, opens, rolesOf } from './world.ts'

/**
 * The operations of `/CustomerManagement/v13`, all POST, by the rest of their path
 * (customer-management-service, "rest" zone of each reference page).
 */
export const customerManagement: Readonly<Record<string, Operation>> = {
  '/User/Query': getUser,
  '/Accounts/Search': searchAccounts,
  '/Account/Query': getAccount,
  '/AccountsInfo/Query': getAccountsInfo,
  '/LinkedAccountsAndCustomersInfo/Query': getLinkedAccountsAndCustomersInfo,
  '/Customer/Query': getCustomer,
  '/CustomersInfo/Query': getCustomersInfo,
  '/Customers/Search': searchCustomers,
}

/** Largest page of SearchCustomers (customer-management-service/paging). */
const maxCustomersPageSize = 1024

/** Most results of the `Find…` and `…Info` operations (customer-management-service/findaccountsorcustomersinfo). */
const maxTopN = 5000

/**
 * GetUser: without `UserId`, or with the original user's, the roles in all customers; with another user's of
 * the same sign-in, that user's one role (guides/account-hierarchy-permissions, multi-user contact info).
 */
function getUser({ identity, body }: Call): Reply {
  const asked = body.UserId
  const original = identity.users[0]!
  const user = isAbsent(asked) ? original : identity.users.find(({ id }) => id === parseId(asked))
  if (!user) return refuse('userIsNotAuthorized')
  const roles = user === original ? rolesOf(identity) : user.roles
  return answer({
    User: toUser(user),
    CustomerRoles: roles.filter((role) => !role.shown?.hidden).map(toCustomerRole),
  })
}

function getAccount({ directory, identity, body }: Call): Reply {
  const accountId = parseId(body.AccountId)
  const fields = parseFlags(body.ReturnAdditionalFields, accountFields)
  if (accountId === null || !fields) return refuseInput('apiInputValidationError')
  const account = directory.accounts.get(accountId)
  if (!account || !rolesOf(identity).some((role) => opens(role, account)))
    return refuse('userIsNotAuthorized')
  return answer({ Account: toAdvertiserAccount(directory, account, fields.has('AccountMode')) })
}

function getAccountsInfo(call: Call): Reply {
  const customer = findCustomer(call)
  if (!customer) return refuse('userIsNotAuthorized')
  return answer({ AccountsInfo: accountsThrough(call, customer).map(toAccountInfo) })
}

/** One level of the hierarchy: the customer's accounts, and the customers directly below it. */
function getLinkedAccountsAndCustomersInfo(call: Call): Reply {
  const customer = findCustomer(call)
  if (!customer) return refuse('userIsNotAuthorized')
  const { customers } = call.directory
  return answer({
    AccountsInfo: accountsThrough(call, customer).map(toAccountInfo),
    CustomersInfo: customer.links.flatMap((link) => customers.get(link.customerId) ?? []).map(toCustomerInfo),
  })
}

function getCustomer(call: Call): Reply {
  if (parseId(call.body.CustomerId) === null) return refuseInput('apiInputValidationError')
  const customer = findCustomer(call)
  return customer ? answer({ Customer: toCustomer(customer) }) : refuse('userIsNotAuthorized')
}

/** Customers whose name starts with the filter; an empty filter finds all. */
function getCustomersInfo(call: Call): Reply {
  const topN = Number(call.body.TopN)
  if (!Number.isInteger(topN) || topN < 1 || topN > maxTopN) return refuseInput('apiInputValidationError')
  const filter = String(call.body.CustomerNameFilter ?? '').toLowerCase()
  const found = customersOf(call).filter(({ name }) => name.toLowerCase().startsWith(filter))
  return answer({ CustomersInfo: found.slice(0, topN).map(toCustomerInfo) })
}

function searchCustomers(call: Call): Reply {
  const predicates = parsePredicates(call.body.Predicates, customerOperators)
  const page = parsePage(call.body.PageInfo, maxCustomersPageSize)
  if (predicates?.length === 0) return refuseInput('searchPredicateMissing')
  if (!predicates || !page) return refuseInput('apiInputValidationError')
  const found = customersOf(call).filter((customer) =>
    predicates.every((predicate) =>
      customerTexts[predicate.field]!(call, customer).some((text) => meets(text, predicate)),
    ),
  )
  return answer({ Customers: slicePage(found, page).map(toCustomer) })
}

const customerOperators = {
  CustomerId: ['Equals', 'In'],
  CustomerName: ['Contains', 'Equals'],
  AccountId: ['Equals', 'In'],
  AccountNumber: ['Contains', 'Equals', 'In'],
  AccountName: ['Contains', 'Equals'],
}

const customerTexts: Readonly<Record<string, (call: Call, customer: Customer) => string[]>> = {
  CustomerId: (_call, { id }) => [id.toString()],
  CustomerName: (_call, { name }) => [name],
  AccountId: (call, customer) => accountsThrough(call, customer).map(({ id }) => id.toString()),
  AccountNumber: (call, customer) => accountsThrough(call, customer).map(({ number }) => number),
  AccountName: (call, customer) => accountsThrough(call, customer).map(({ name }) => name),
}

/** The customer named in the body, otherwise the original user's own; undefined without a role in it. */
function findCustomer({ directory, identity, body }: Call): Customer | undefined {
  const asked = body.CustomerId
  const id = isAbsent(asked) ? identity.users[0]!.customerId : parseId(asked)
  const hasRole = rolesOf(identity).some(({ customerId }) => customerId === id)
  return hasRole ? directory.customers.get(id!) : undefined
}

function customersOf({ directory, identity }: Call): Customer[] {
  const ids = new Set(rolesOf(identity).map(({ customerId }) => customerId))
  return [...ids].flatMap((id) => directory.customers.get(id) ?? [])
}

/** With `OnlyParentAccounts`, linked accounts of other customers are left out. */
function accountsThrough({ directory, identity, body }: Call, { id }: Customer): Account[] {
  const roles = rolesOf(identity).filter(({ customerId }) => customerId === id)
  const accounts = accountsOf(directory, roles)
  return body.OnlyParentAccounts === true
    ? accounts.filter(({ parentCustomerId }) => parentCustomerId === id)
    : accounts
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
