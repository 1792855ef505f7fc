import { accountName } from '../domain/account.ts'
import { invalidField } from '../problems.ts'
import type { CallTarget } from './prepareCall.ts'

/**
 * The account that a call names: `X-Account-Id`, or `CustomerAccountId` as apps with direct calls already send it;
 * and the customer: `CustomerId`. A named account is used or refused, never silently replaced.
 * Microsoft's SDKs send the headers of calls that need no ids empty, or as Python's `None`: that names nothing.
 * @throws Problem `invalid_request` if both headers name different accounts, or for a value that can't be an id.
 */
export function readRequestedAccount(
  headers: Pick<Headers, 'get'>,
): Pick<CallTarget, 'accountId' | 'customerId'> {
  const own = readId(headers, 'X-Account-Id')
  const theirs = readId(headers, 'CustomerAccountId')
  if (own && theirs && own !== theirs) {
    throw invalidField('header', 'CustomerAccountId', 'names another account than X-Account-Id')
  }
  const accountId = own ?? theirs
  const customerId = readId(headers, 'CustomerId')
  return { ...(accountId && { accountId }), ...(customerId && { customerId }) }
}

function readId(headers: Pick<Headers, 'get'>, name: string): string | undefined {
  const value = headers.get(name)?.trim()
  if (!value || value === 'None') return undefined
  if (!accountName.safeParse(value).success)
    throw invalidField('header', name, 'must be an ID or number: 1 to 40 letters and digits')
  return value
}
