import { accountFields, parseFlags } from './flags.ts'
import { type JsonObject, parseId } from './json.ts'
import { answer, type Call, type Reply, refuse, refuseInput } from './operation.ts'
import { toAdvertiserAccount } from './wire.ts'
import { type Account, accountsOf, rolesOf } from './world.ts'

/** One criterion of a search (customer-management-service/predicate). */
export interface Predicate {
  readonly field: string
  readonly operator: string
  readonly value: string
}

/** A page of a search: zero-based index and length (customer-management-service/paging). */
export interface Page {
  readonly index: number
  readonly size: number
}

/** The operators of each SearchAccounts field (customer-management-service/predicate, Remarks). */
const operators: Readonly<Record<string, readonly string[]>> = {
  UserId: ['Equals'],
  CustomerId: ['Equals'],
  AccountId: ['Equals', 'In'],
  AccountNumber: ['Contains', 'Equals', 'In'],
  AccountName: ['Contains', 'Equals'],
  AccountLifeCycleStatus: ['Equals'],
}

/** Largest page of SearchAccounts (customer-management-service/paging). */
const maxAccountsPageSize = 1000

/** Most values of an `In` predicate (customer-management-service/predicateoperator). */
const maxInValues = 10

/**
 * SearchAccounts: one or two predicates that all must hold, but not AccountLifeCycleStatus alone; only accounts that the
 * caller can reach. Microsoft documents one besides the status, and Airbyte sends UserId with AccountName
 * (source-bing-ads). Ordered by id unless `Ordering` says otherwise.
 */
export function searchAccounts(call: Call): Reply {
  const predicates = parsePredicates(call.body.Predicates, operators)
  const page = parsePage(call.body.PageInfo, maxAccountsPageSize)
  if (predicates?.length === 0) return refuseInput('searchPredicateMissing')
  const fields = parseFlags(call.body.ReturnAdditionalFields, accountFields)
  if (!predicates || !page || !fields || !isCombinable(predicates))
    return refuseInput('apiInputValidationError')
  const found = findAccounts(call, predicates)
  if (!found) return refuse('userIsNotAuthorized')
  const isByUser = predicates.some(({ field }) => field === 'UserId')
  const size = isByUser ? Math.min(page.size, call.maxPageAccounts) : page.size
  const accounts = slicePage(sort(found, call.body.Ordering), { ...page, size })
  return answer({
    Accounts: accounts.map((account) =>
      toAdvertiserAccount(call.directory, account, fields.has('AccountMode')),
    ),
  })
}

/** Reads a predicate list; null if one names an unknown field, or an operator that the field doesn't support. */
export function parsePredicates(
  value: unknown,
  allowed: Readonly<Record<string, readonly string[]>>,
): Predicate[] | null {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return null
  const predicates = (value as JsonObject[]).map((item) => ({
    field: String(item?.Field),
    operator: String(item?.Operator),
    value: String(item?.Value ?? ''),
  }))
  const isKnown = ({ field, operator, value: text }: Predicate) =>
    allowed[field]?.includes(operator) && (operator !== 'In' || text.split(',').length <= maxInValues)
  return predicates.every(isKnown) ? predicates : null
}

/** Reads PageInfo; `Size` is 0 when absent, as the reference says. Null if it's missing or out of range. */
export function parsePage(value: unknown, maxSize: number): Page | null {
  if (typeof value !== 'object' || value === null) return null
  const index = Number((value as JsonObject).Index ?? 0)
  const size = Number((value as JsonObject).Size ?? 0)
  const isWhole = Number.isInteger(index) && Number.isInteger(size)
  return isWhole && index >= 0 && size >= 0 && size <= maxSize ? { index, size } : null
}

/** The items of one page. */
export function slicePage<T>(items: readonly T[], { index, size }: Page): T[] {
  return items.slice(index * size, (index + 1) * size)
}

/** Whether a text matches a predicate, ignoring case (an assumption). */
export function meets(text: string, { operator, value }: Predicate): boolean {
  const [own, wanted] = [text.toLowerCase(), value.toLowerCase()]
  if (operator === 'Contains') return own.includes(wanted)
  if (operator === 'In') return wanted.split(',').some((one) => one.trim() === own)
  return own === wanted
}

function isCombinable(predicates: readonly Predicate[]): boolean {
  const isStatusAlone = predicates.every(({ field }) => field === 'AccountLifeCycleStatus')
  return !isStatusAlone && predicates.length <= 2
}

/** Null if the predicate names a user or customer to which the caller doesn't belong. */
function findAccounts(call: Call, predicates: readonly Predicate[]): Account[] | null {
  const owner = predicates.find(({ field }) => field === 'UserId' || field === 'CustomerId')
  const roles = findRoles(call, owner)
  if (!roles) return null
  return accountsOf(call.directory, roles).filter((account) =>
    predicates.every((predicate) => matches[predicate.field]?.(account, predicate) ?? true),
  )
}

const matches: Readonly<Record<string, (account: Account, predicate: Predicate) => boolean>> = {
  AccountId: ({ id }, predicate) => meets(id.toString(), predicate),
  AccountNumber: ({ number }, predicate) => meets(number, predicate),
  AccountName: ({ name }, predicate) => meets(name, predicate),
  AccountLifeCycleStatus: (account, { value }) => hasStatus(account, value),
}

/** The original user's id represents all users of the sign-in (guides/account-hierarchy-permissions). */
function findRoles({ identity }: Call, predicate: Predicate | undefined) {
  const all = rolesOf(identity)
  const { field, value = '' } = predicate ?? {}
  if (field === 'CustomerId') {
    const roles = all.filter(({ customerId }) => customerId === parseId(value))
    return roles.length > 0 ? roles : null
  }
  if (field !== 'UserId') return all
  const position = identity.users.findIndex(({ id }) => id === parseId(value))
  return position === 0 ? all : (identity.users[position]?.roles ?? null)
}

/** "Active" also finds accounts paused by billing; "Pause" those paused by the user (…/predicate, Remarks). */
function hasStatus({ status, pauseReason }: Account, wanted: string): boolean {
  if (wanted === 'Active') return status === 'Active' || (status === 'Pause' && pauseReason === 2)
  return status === wanted && pauseReason !== 2
}

function sort(accounts: readonly Account[], ordering: unknown): Account[] {
  const first = Array.isArray(ordering) ? (ordering[0] as JsonObject | undefined) : undefined
  const sign = first?.Order === 'Descending' ? -1 : 1
  const key = ({ Name: 'name', Number: 'number' } as const)[String(first?.Field)] ?? 'id'
  return accounts.toSorted((one, other) =>
    one[key] === other[key] ? 0 : one[key] < other[key] ? -sign : sign,
  )
}
