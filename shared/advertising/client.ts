import * as z from 'zod'
import { readBoundedBody } from '../boundedBody.ts'
import type { EnvironmentConfig } from '../config.ts'
import {
  type AccountInfo,
  type AdvertiserAccount,
  accountSchema,
  accountsInfoSchema,
  accountsSchema,
  type Customer,
  customerSchema,
  customersInfoSchema,
  linkedSchema,
  type UserAndRoles,
  userSchema,
} from './customerManagementSchemas.ts'
import {
  type AdvertisingFault,
  faultOfUnexpectedResponse,
  faultWithoutResponse,
  readFault,
} from './faults.ts'
import { parseJsonOrNothing } from './json.ts'
import { type Credentials, requestHeaders, serviceUrl } from './services.ts'

/** The result of a call: a value, or why there is none. */
export type CallResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: AdvertisingFault }

/** Options of {@link createCustomerManagement}. */
export interface CustomerManagementOptions {
  readonly environmentConfig: Pick<EnvironmentConfig, 'advertisingUrl'>
  /** Default is the platform's. */
  readonly fetch?: typeof fetch
  /** The time limit of each call, its body included. Default is 30 seconds. */
  readonly timeLimitSeconds?: number
}

/**
 * Customer Management v13 over REST, limited to the calls that the broker needs. It never retries and never
 * throws: a failure is a fault with the required action. None of these calls needs the id headers.
 */
export interface CustomerManagement {
  /** The access token's user, with the user's roles in all customers. */
  getUser(credentials: Credentials): Promise<CallResult<UserAndRoles>>
  /** One page of the accounts that a user can reach, by id. Default is the first page. */
  searchAccounts(
    credentials: Credentials,
    userId: string,
    pageIndex?: number,
  ): Promise<CallResult<readonly AdvertiserAccount[]>>
  /** Those of these accounts, {@link accountsPerLookUp} at most, that the user can reach. */
  findAccounts(
    credentials: Credentials,
    accountIds: readonly string[],
  ): Promise<CallResult<readonly AdvertiserAccount[]>>
  /** The accounts that can be reached through a customer, linked ones included. */
  getAccountsInfo(credentials: Credentials, customerId: string): Promise<CallResult<readonly AccountInfo[]>>
  /** The accounts and customers one level below a customer, linked ones included. */
  getLinkedAccountsAndCustomersInfo(
    credentials: Credentials,
    customerId: string,
  ): Promise<
    CallResult<{ readonly accounts: readonly AccountInfo[]; readonly customers: readonly Customer[] }>
  >
  getAccount(credentials: Credentials, accountId: string): Promise<CallResult<AdvertiserAccount>>
  getCustomer(credentials: Credentials, customerId: string): Promise<CallResult<Customer>>
  /** Ids and names of the customers that the user can reach: the first 5,000. */
  getCustomersInfo(credentials: Credentials): Promise<CallResult<readonly Customer[]>>
}

/** The largest page that SearchAccounts returns (customer-management-service/paging.md). */
export const accountsPageSize = 1000

/** Returned only if it's asked for (customer-management-service/accountadditionalfield.md). */
const additionalFields = 'AccountMode'

/** The most values of a predicate `In` (customer-management-service/predicateoperator.md). */
export const accountsPerLookUp = 10

/** The most bytes of one answer. A page of 1,000 accounts like those in Microsoft's examples has about 2 MiB. */
const maxAnswerBytes = 16 * 1024 * 1024

/** The most customers that `TopN` allows in operations like FindAccounts. */
const maxCustomers = 5000

/** Creates the client for one environment. */
export function createCustomerManagement(options: CustomerManagementOptions): CustomerManagement {
  const call = createCall(options)
  return {
    getUser: (credentials) => call(credentials, '/User/Query', { UserId: null }, userSchema),
    searchAccounts: (credentials, userId, pageIndex = 0) =>
      call(credentials, '/Accounts/Search', accountsOfUser(userId, pageIndex), accountsSchema),
    findAccounts: (credentials, accountIds) =>
      call(credentials, '/Accounts/Search', accountsById(accountIds), accountsSchema),
    getAccountsInfo: (credentials, customerId) =>
      call(
        credentials,
        '/AccountsInfo/Query',
        { CustomerId: customerId, OnlyParentAccounts: false },
        accountsInfoSchema,
      ),
    getLinkedAccountsAndCustomersInfo: (credentials, customerId) =>
      call(
        credentials,
        '/LinkedAccountsAndCustomersInfo/Query',
        { CustomerId: customerId, OnlyParentAccounts: false },
        linkedSchema,
      ),
    getAccount: (credentials, accountId) =>
      call(
        credentials,
        '/Account/Query',
        { AccountId: accountId, ReturnAdditionalFields: additionalFields },
        accountSchema,
      ),
    getCustomer: (credentials, customerId) =>
      call(credentials, '/Customer/Query', { CustomerId: customerId }, customerSchema),
    getCustomersInfo: (credentials) =>
      call(
        credentials,
        '/CustomersInfo/Query',
        { CustomerNameFilter: '', TopN: maxCustomers },
        customersInfoSchema,
      ),
  }
}

type Call = <T>(
  credentials: Credentials,
  path: string,
  body: unknown,
  schema: z.ZodType<T>,
) => Promise<CallResult<T>>

function createCall(options: CustomerManagementOptions): Call {
  const send = options.fetch ?? fetch
  const timeLimit = (options.timeLimitSeconds ?? 30) * 1000
  const baseUrl = serviceUrl(options.environmentConfig, 'customerManagement')
  return async (credentials, path, body, schema) => {
    try {
      const response = await send(`${baseUrl}${path}`, {
        method: 'POST',
        headers: { ...requestHeaders(credentials), 'Content-Type': 'application/json; charset=utf-8' },
        body: JSON.stringify(body),
        // A redirect would send the tokens to a host that isn't in any table.
        redirect: 'manual',
        signal: limitOf(credentials, timeLimit),
      })
      return toCallResult(response, await readText(response), schema)
    } catch (error) {
      return { ok: false, fault: faultWithoutResponse('customerManagement', causeOf(error)) }
    }
  }
}

/** The call's own limit, combined with the limit of the operation that it belongs to. */
function limitOf({ signal }: Credentials, milliseconds: number): AbortSignal {
  const own = AbortSignal.timeout(milliseconds)
  return signal ? AbortSignal.any([own, signal]) : own
}

/** Undefined if it's too long to read. */
async function readText(response: Response): Promise<string | undefined> {
  const body = await readBoundedBody(response, maxAnswerBytes)
  return body && new TextDecoder().decode(body)
}

function toCallResult<T>(response: Response, text: string | undefined, schema: z.ZodType<T>): CallResult<T> {
  const { status, headers } = response
  const bodyText = text ?? ''
  const answer = { service: 'customerManagement', status, headers, bodyText } as const
  if (response.ok && text === undefined) {
    const lacking = `the answer is longer than ${maxAnswerBytes} bytes`
    return { ok: false, fault: faultOfUnexpectedResponse(answer, lacking) }
  }
  if (!response.ok) return { ok: false, fault: readFault(answer) }
  const parsed = schema.safeParse(parseJsonOrNothing(bodyText))
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, fault: faultOfUnexpectedResponse(answer, z.prettifyError(parsed.error)) }
}

function causeOf(error: unknown): 'timeLimit' | 'network' {
  return error instanceof DOMException && error.name === 'TimeoutError' ? 'timeLimit' : 'network'
}

function accountsOfUser(userId: string, index: number): unknown {
  return accountsWhere({ Field: 'UserId', Operator: 'Equals', Value: userId }, index)
}

function accountsById(accountIds: readonly string[]): unknown {
  return accountsWhere({ Field: 'AccountId', Operator: 'In', Value: accountIds.join(',') }, 0)
}

function accountsWhere(predicate: object, index: number): unknown {
  return {
    Predicates: [predicate],
    Ordering: [{ Field: 'Id', Order: 'Ascending' }],
    PageInfo: { Index: index, Size: accountsPageSize },
    ReturnAdditionalFields: additionalFields,
  }
}
