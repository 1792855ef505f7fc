import type { IdentityFault } from '../advertising/identityFault.ts'
import { redact } from '../advertising/redact.ts'
import { waysOf } from '../domain/account.ts'
import type { VerdictCode } from '../domain/verdicts.ts'
import type { DiagnosedAccount, KnownAccounts } from './knownAccounts.ts'

/** The ids of a call, as its sender reports them. */
export interface SentIds {
  readonly customerId?: string
  readonly accountId?: string
}

/** A verdict, with details of this occurrence. */
export interface Finding {
  readonly verdict: VerdictCode
  /** A sentence about this occurrence. */
  readonly detail?: string | undefined
  /** Which sign-in would work, if the evidence instead of the code shows it. */
  readonly identity?: IdentityFault | undefined
}

/**
 * Finds ids that can't be right, regardless of Microsoft's answer: swapped ids, or a number in place of an id.
 * Undefined if the ids may be right.
 */
export function findMisplacedId(sent: SentIds, known: KnownAccounts): Finding | undefined {
  const { customerId = '', accountId = '' } = sent
  const numbered = known.byNumber(accountId) ?? known.byNumber(customerId)
  if (numbered) {
    return { verdict: 'account_number_sent', detail: `${numbered.number} has the ID ${numbered.accountId}.` }
  }
  const isAccountACustomer = known.isCustomer(accountId) && !known.byId(accountId)
  const isCustomerAnAccount = known.byId(customerId) !== undefined && !known.isCustomer(customerId)
  if (isAccountACustomer && isCustomerAnAccount) return { verdict: 'ids_swapped' }
  if (isAccountACustomer) {
    return { verdict: 'ids_swapped', detail: `${accountId} is a customer’s ID, not an account’s.` }
  }
  if (isCustomerAnAccount) {
    return { verdict: 'ids_swapped', detail: `${customerId} is an account’s ID, not a customer’s.` }
  }
  return undefined
}

/**
 * Finds out why rights seem to be missing: Microsoft answers a wrong id with missing rights (code 106).
 * Undefined if the ids are right and the rights are really missing.
 */
export function findUnreachableId(sent: SentIds, known: KnownAccounts): Finding | undefined {
  const { customerId = '', accountId = '' } = sent
  if (known.isEmpty) return undefined
  const account = known.byId(accountId)
  if (accountId !== '' && !account)
    return { verdict: 'account_unknown', detail: `The ID sent was ${redact(accountId)}.` }
  const ways = account ? waysOf(account).map((way) => way.customerId) : []
  if (account && customerId !== '' && ways.length > 0 && !ways.includes(customerId))
    return wrongWay(account, ways, customerId)
  if (account && !account.usable) {
    return { verdict: 'account_not_usable', ...(account.note && { detail: account.note }) }
  }
  if (customerId !== '' && !known.isAccessCustomer(customerId)) {
    return { verdict: 'customer_unknown', detail: `The ID sent was ${redact(customerId)}.` }
  }
  return undefined
}

function wrongWay(account: DiagnosedAccount, ways: readonly string[], customerId: string): Finding {
  const through = ways.join(' or ')
  const detail =
    customerId === account.ownerCustomerId
      ? `The call sent ${customerId}, the account’s owner. Microsoft’s guide says to send the customer through which the user has access, ${through}, and some of its samples send the owner. The guide is probably right.`
      : `The call sent ${redact(customerId)}. The user reaches account ${account.accountId} through ${through}.`
  return { verdict: 'customer_does_not_reach_account', detail }
}
