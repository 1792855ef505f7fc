import { accountName } from '../domain/account.ts'
import { invalidField } from '../problems.ts'
import type { CallTarget } from './prepareCall.ts'

/**
 * Which account a call is for: `X-Account-Id`, or `CustomerAccountId` as an app that came from its own calls sends it;
 * through which customer: `CustomerId`. What is named is honoured or refused, never replaced in silence.
 * @throws Problem `invalid_request` when both name an account and not the same one, or for what can be no id.
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
  if (value !== undefined && !accountName.safeParse(value).success)
    throw invalidField('header', name, 'must be an ID or number: letters and digits')
  return value
}
