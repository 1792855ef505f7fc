import { accountUsability } from '../advertising/accountUsability.ts'
import { createAccountWayFinder } from '../advertising/accountWays.ts'
import type { CallResult, CustomerManagement } from '../advertising/client.ts'
import type { AdvertiserAccount, UserAndRoles } from '../advertising/customerManagementSchemas.ts'
import type { AdvertisingFault } from '../advertising/faults.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { Credentials } from '../advertising/services.ts'
import { isRetiredSignIn } from './credentialRules.ts'
import { findUnusableToken } from './developerTokenState.ts'
import type { Finding } from './diagnoseIds.ts'
import type { DeveloperTokenState, Diagnosis, DiagnosisContext } from './facts.ts'
import { toDiagnosis } from './toDiagnosis.ts'

/** The result for the first credential: whether a refresh with the grant still returns an access token. */
export type RefreshProbe =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly trouble:
        | 'notConnected'
        | 'notConfirmed'
        | 'advertiser'
        | 'advertiserAdmin'
        | 'operator'
        | 'passing'
      /** The stable reason, and the identity provider's trace id if there is one. */
      readonly reason: string
      readonly traceId?: string
      /** A sentence on what is at fault, if the reason isn't enough. */
      readonly detail?: string
      readonly retryAfterSeconds?: number
    }

/** The result for an account: how the user reaches it now, and according to the tenant's row. */
export interface AccountProbe {
  readonly accountId: string
  /** The customer that the broker vends with the account; empty if it knows none. */
  readonly vendedCustomerId: string
  readonly result: CallResult<AccountWithAccess>
}

/** An account, and the customers whose roles lead to it, the one to use first; empty if no role does. */
export interface AccountWithAccess {
  readonly account: AdvertiserAccount
  readonly customerIds: readonly string[]
}

/** Results of live probes, one credential at a time; probes after a failed one are absent. */
export interface ProbeResults {
  readonly refresh: RefreshProbe
  readonly developerToken: DeveloperTokenState
  /** GetUser with the access token from the refresh. */
  readonly user?: CallResult<UserAndRoles>
  /** Also absent if the tenant has no default account and the request names none. */
  readonly account?: AccountProbe
}

type ProbeContext = Pick<DiagnosisContext, 'environment' | 'identityProvider'>

const nothingSeen = { trackingId: '', class: 'unexpectedAnswer' } as const

const refreshVerdicts = {
  notConnected: 'not_connected',
  notConfirmed: 'confirmation_required',
  advertiser: 'reauthorization_required',
  advertiserAdmin: 'admin_consent_required',
  operator: 'environment_on_hold',
  passing: 'identity_provider_unavailable',
} as const

/** Judges live probes in the order of the credentials: grant, developer token, user, account. Pure. */
export function diagnoseProbe(results: ProbeResults, context: ProbeContext): Diagnosis {
  const { refresh, developerToken, user, account } = results
  if (!refresh.ok) return diagnoseRefresh(refresh, context)
  const unusable = findUnusableToken(developerToken)
  if (unusable)
    return toDiagnosis(unusable, { ...nothingSeen, evidence: 'Determined without a call.' }, context)
  if (user && !user.ok) return toDiagnosis(judgeUserFault(user.fault, context), user.fault, context)
  if (account) return diagnoseAccount(account, context)
  const evidence = user ? 'Refresh and GetUser succeeded.' : 'The refresh succeeded.'
  return toDiagnosis({ verdict: 'all_well' }, { ...nothingSeen, evidence }, context)
}

/** Checks one account through the roles from GetUser: one call, no matter how many accounts there are. */
export async function probeAccount(
  client: Pick<CustomerManagement, 'getAccount'>,
  credentials: Credentials,
  user: UserAndRoles,
  accountId: string,
): Promise<CallResult<AccountWithAccess>> {
  const answer = await client.getAccount(credentials, accountId)
  if (!answer.ok) return answer
  const customerIds = createAccountWayFinder(user.roles)(answer.value).map(({ customerId }) => customerId)
  return { ok: true, value: { account: answer.value, customerIds } }
}

function diagnoseRefresh(
  refresh: Extract<RefreshProbe, { ok: false }>,
  context: Pick<DiagnosisContext, 'identityProvider'>,
): Diagnosis {
  const trace = refresh.traceId ? ` Trace ID ${refresh.traceId}.` : ''
  const seen = { ...nothingSeen, evidence: `The refresh failed: ${refresh.reason}.${trace}` }
  const wait = refresh.retryAfterSeconds
  const fault = wait === undefined ? seen : { ...seen, retryAfterSeconds: wait }
  return toDiagnosis({ verdict: refreshVerdicts[refresh.trouble], detail: refresh.detail }, fault, context)
}

/** The access token is seconds old and belongs to this environment, so the evidence decides who is refused. */
function judgeUserFault(fault: AdvertisingFault, { environment }: ProbeContext): Finding {
  if (fault.class === 'credentials' && isRetiredSignIn(fault, environment))
    return { verdict: 'retired_sign_in' }
  return judgeCallFault(fault)
}

/** A probed tenant is connected, so Microsoft Advertising has recognized the person before. */
function judgeCallFault(fault: AdvertisingFault): Finding {
  const { verdict, identity } = judgeFault(fault, { ...fault.tokens, isPersonKnown: true })
  return { verdict, identity }
}

function diagnoseAccount(
  probe: AccountProbe,
  context: Pick<DiagnosisContext, 'identityProvider'>,
): Diagnosis {
  if (!probe.result.ok) {
    const { fault } = probe.result
    // Customer Management answers a nonexistent id like an id that the user can't reach.
    const isOutOfReach = fault.class === 'rights' || fault.class === 'request'
    return toDiagnosis(isOutOfReach ? { verdict: 'account_unknown' } : judgeCallFault(fault), fault, context)
  }
  const finding = judgeAccess(probe, probe.result.value)
  const evidence = `Refresh, GetUser, and GetAccount of ${probe.accountId} succeeded.`
  return toDiagnosis(finding, { ...nothingSeen, evidence }, context)
}

function judgeAccess(
  { vendedCustomerId }: AccountProbe,
  { account, customerIds }: AccountWithAccess,
): Finding {
  const { usable, note } = accountUsability(account)
  if (!usable) return { verdict: 'account_not_usable', ...(note && { detail: note }) }
  if (customerIds.length === 0 || customerIds.includes(vendedCustomerId)) return { verdict: 'all_well' }
  const detail = `The broker vends ${vendedCustomerId || 'none'}, but the user reaches the account through ${customerIds.join(' or ')}.`
  return { verdict: 'customer_does_not_reach_account', detail }
}
