import type { Clock } from '../clock.ts'
import type { CallResult, CustomerManagement } from './client.ts'
import type { Credentials } from './services.ts'

/** The value of a client's method. */
type Answer<Name extends keyof CustomerManagement> = ReturnType<CustomerManagement[Name]>

/** The calls of one discovery, with its credentials. A passing fault is repeated once. */
export interface DiscoveryCalls {
  /** How many calls may be under way. */
  readonly atOnce: number
  /** Whether the discovery's time has passed: every further call would fail. */
  isOver(): boolean
  getUser(): Answer<'getUser'>
  searchAccounts(userId: string, pageIndex: number): Answer<'searchAccounts'>
  findAccounts(accountIds: readonly string[]): Answer<'findAccounts'>
  getAccountsInfo(customerId: string): Answer<'getAccountsInfo'>
  getLinkedAccountsAndCustomersInfo(customerId: string): Answer<'getLinkedAccountsAndCustomersInfo'>
  getCustomer(customerId: string): Answer<'getCustomer'>
  getCustomersInfo(): Answer<'getCustomersInfo'>
}

const repeatAfterMilliseconds = 1000

/** One customer that doesn't answer must not use up the time for the others. */
const linksLimitSeconds = 10

/**
 * Creates the calls of one discovery.
 * @param credentials with the signal that ends the discovery.
 */
export function createDiscoveryCalls(
  client: CustomerManagement,
  credentials: Credentials & { readonly signal: AbortSignal },
  { clock, atOnce }: { readonly clock: Pick<Clock, 'sleep'>; readonly atOnce: number },
): DiscoveryCalls {
  const isOver = () => credentials.signal.aborted
  const repeated = async <T>(call: () => Promise<CallResult<T>>): Promise<CallResult<T>> => {
    const first = await call()
    if (first.ok || first.fault.class !== 'passing' || isOver()) return first
    await clock.sleep(repeatAfterMilliseconds)
    return call()
  }
  const links = () => ({
    ...credentials,
    signal: AbortSignal.any([credentials.signal, AbortSignal.timeout(linksLimitSeconds * 1000)]),
  })
  return {
    atOnce,
    isOver,
    getUser: () => repeated(() => client.getUser(credentials)),
    searchAccounts: (userId, page) => repeated(() => client.searchAccounts(credentials, userId, page)),
    findAccounts: (accountIds) => repeated(() => client.findAccounts(credentials, accountIds)),
    getAccountsInfo: (customerId) => repeated(() => client.getAccountsInfo(credentials, customerId)),
    getLinkedAccountsAndCustomersInfo: (customerId) =>
      repeated(() => client.getLinkedAccountsAndCustomersInfo(links(), customerId)),
    getCustomer: (customerId) => repeated(() => client.getCustomer(credentials, customerId)),
    getCustomersInfo: () => repeated(() => client.getCustomersInfo(credentials)),
  }
}
