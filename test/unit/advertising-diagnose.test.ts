import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FaultEvidence } from '../../shared/advertising/faultEvidence.ts'
import { readFault } from '../../shared/advertising/faults.ts'
import { createAddressOwnerFinder, serviceOfAddress } from '../../shared/diagnosis/addresses.ts'
import { judgeDeveloperToken } from '../../shared/diagnosis/developerTokenState.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import { diagnoseProbe, type ProbeResults, probeAccount } from '../../shared/diagnosis/diagnoseProbe.ts'
import type { DiagnosisContext, FailedCall } from '../../shared/diagnosis/facts.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'
import { toDiagnosis } from '../../shared/diagnosis/toDiagnosis.ts'
import { type VerdictCode, verdicts } from '../../shared/domain/verdicts.ts'
import type { Actor } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'
import type { FoundDeveloperToken } from '../../shared/secrets/developerTokens.ts'

const now = new Date('2026-11-24T04:00:00Z')
const later = new Date('2026-11-24T04:50:00Z')
const earlier = new Date('2026-11-24T03:50:00Z')

const own = { accountId: '101', number: 'F101', customerId: '333', ownerCustomerId: '333', usable: true }
const linked = {
  accountId: '444111',
  number: 'F444',
  customerId: '333',
  ownerCustomerId: '444',
  usable: true,
}
const suspended = { ...own, accountId: '102', number: 'F102', usable: false, note: 'Suspended.' }

const context: DiagnosisContext = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts([own, linked, suspended]),
  tokenExpiresAt: later,
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now,
}

const host = 'campaign.api.bingads.microsoft.com'
const sent = {
  host,
  path: '/CampaignManagement/v13/Campaigns/QueryByAccountId',
  customerId: '333',
  accountId: '101',
}

function fault(Code: number, Detail = '', Message = '') {
  return {
    TrackingId: 'a-tracking-id',
    Type: 'AdApiFaultDetail',
    Errors: [{ Code, Detail, ErrorCode: null, Message }],
  }
}

const refused = fault(106)
const expiredSas = '<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code></Error>'
const reportStorage =
  'https://bingadsappsstorageprod.blob.core.windows.net/bingadsappsstorageprod/x.zip?sig=s'
const soap = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'

const reached = new Set<VerdictCode>()

function diagnose(call: FailedCall, more: Partial<DiagnosisContext> = {}) {
  const diagnosis = diagnoseFailedCall(call, { ...context, ...more })
  reached.add(diagnosis.verdict)
  return diagnosis
}

function probe(results: ProbeResults, more: Partial<DiagnosisContext> = {}) {
  const diagnosis = diagnoseProbe(results, { ...context, ...more })
  reached.add(diagnosis.verdict)
  return diagnosis
}

type Line = [what: string, verdict: VerdictCode, call: FailedCall, more?: Partial<DiagnosisContext>]

const lines: Line[] = [
  [
    'an expired access token',
    'access_token_expired',
    { status: 401, body: fault(109) },
    { tokenExpiresAt: earlier },
  ],
  [
    'a token that the app held past its hour, while the broker’s is fresh',
    'access_token_expired',
    { status: 401, body: fault(109), sent },
  ],
  [
    'the broker’s own token that ended early',
    'access_token_revoked',
    { status: 401, body: fault(109), sent },
    { isCallOfBroker: true },
  ],
  [
    'the broker’s own token whose time is over',
    'access_token_expired',
    { status: 401, body: fault(109), sent },
    { isCallOfBroker: true, tokenExpiresAt: earlier },
  ],
  ['a bare 401 while the broker’s token is fresh', 'access_token_revoked', { status: 401, body: '', sent }],
  ['a bare 401', 'access_token_expired', { status: 401, body: '' }, { tokenExpiresAt: earlier }],
  [
    'refused credentials of a tenant that has been idle',
    'credentials_refused',
    { status: 401, body: fault(105) },
    { tokenExpiresAt: earlier },
  ],
  [
    'a developer token that is named for a tenant that has been idle',
    'developer_token_refused',
    { status: 401, body: fault(105, '', 'Invalid developer token') },
    { tokenExpiresAt: earlier },
  ],
  [
    'an account that 105 speaks of for a tenant that has been idle',
    'account_not_usable',
    { status: 401, body: fault(105), sent: { ...sent, accountId: '102' } },
    { tokenExpiresAt: earlier },
  ],
  [
    'refused credentials',
    'credentials_refused',
    { status: 401, body: fault(105, 'InvalidAccessToken'), sent },
  ],
  [
    'a missing developer token',
    'developer_token_missing',
    { status: 400, body: fault(116, 'DeveloperToken'), sent },
  ],
  [
    'a developer token that the broker lacks',
    'developer_token_not_set',
    { status: 401, body: fault(105) },
    { developerToken: 'missing' },
  ],
  [
    'a developer token that is named',
    'developer_token_refused',
    { status: 401, body: fault(105, '', 'Invalid developer token') },
  ],
  [
    'a developer token of the other environment',
    'developer_token_of_other_environment',
    { status: 401, body: fault(105) },
    { developerToken: 'ofOtherEnvironment' },
  ],
  [
    'a missing header without a description of the call',
    'header_missing',
    { status: 400, body: fault(116), sent },
  ],
  [
    'a missing customer',
    'customer_id_missing',
    { status: 400, body: fault(116), sent: { host, accountId: '101' } },
  ],
  [
    'a missing account',
    'account_id_missing',
    { status: 400, body: fault(116), sent: { host, customerId: '333' } },
  ],
  [
    'swapped ids',
    'ids_swapped',
    { status: 401, body: fault(105), sent: { ...sent, customerId: '101', accountId: '333' } },
  ],
  [
    'a customer in the account’s place',
    'ids_swapped',
    { status: 403, body: refused, sent: { ...sent, accountId: '444' } },
  ],
  [
    'an account in the customer’s place',
    'ids_swapped',
    { status: 403, body: refused, sent: { ...sent, customerId: '101' } },
  ],
  [
    'an account’s number',
    'account_number_sent',
    { status: 400, body: fault(201), sent: { ...sent, accountId: 'f101' } },
  ],
  [
    'a wrong account id',
    'account_unknown',
    { status: 403, body: refused, sent: { ...sent, accountId: '999' } },
  ],
  [
    'an account that Microsoft calls invalid',
    'account_unknown',
    { service: 'campaignManagement', status: 400, body: fault(208) },
  ],
  ['a wrong customer id', 'customer_unknown', { status: 403, body: refused, sent: { customerId: '999' } }],
  [
    'an owner that is not the way',
    'customer_does_not_reach_account',
    { status: 403, body: refused, sent: { ...sent, customerId: '444', accountId: '444111' } },
  ],
  [
    'a suspended account',
    'account_not_usable',
    { status: 403, body: refused, sent: { ...sent, accountId: '102' } },
  ],
  [
    'a suspended account that 105 speaks of',
    'account_not_usable',
    { status: 401, body: fault(105), sent: { ...sent, accountId: '102' } },
  ],
  ['an inactive account', 'account_not_usable', { status: 401, body: fault(105, 'AccountInactive') }],
  ['a user without rights', 'user_without_rights', { status: 403, body: refused, sent }],
  ['missing rights or wrong ids that nobody told of', 'access_refused', { status: 403, body: refused }],
  [
    'credentials of which Microsoft names both',
    'credentials_refused',
    {
      status: 401,
      body: fault(105, '', 'The access token or developer token is invalid for the target environment.'),
    },
  ],
  [
    'an upload refused for its credentials',
    'credentials_refused',
    { status: 401, body: fault(105), sent: { host: 'https://fileupload.api.bingads.microsoft.com/Api/x' } },
  ],
  [
    'a download that came too late',
    'transfer_address_over',
    { status: 404, body: '', sent: { host: 'https://download.api.bingads.microsoft.com/x?q=1' } },
  ],
  [
    'a download of the sandbox that came too late',
    'transfer_address_over',
    { status: 403, body: expiredSas, sent: { host: 'https://download.api.sandbox.bingads.microsoft.com/x' } },
    { environment: 'sandbox' },
  ],
  [
    'a report’s storage whose signature has expired',
    'transfer_address_over',
    { status: 403, body: expiredSas, sent: { host: reportStorage } },
  ],
  [
    'a report’s storage whose signature has expired, in the sandbox',
    'transfer_address_over',
    { status: 403, body: expiredSas, sent: { host: reportStorage } },
    { environment: 'sandbox' },
  ],
  [
    'an upload whose token the service did not read',
    'upload_refused',
    { status: 401, body: '', sent: { host: 'https://fileupload.api.bingads.microsoft.com/x' } },
  ],
  [
    'an upload to an address that was used before, with its error next to the tracking id',
    'transfer_address_over',
    {
      status: 400,
      body: JSON.stringify({
        ...{ TrackingId: '16bd93cc', RequestId: '26c3fbf6', Code: 3224 },
        ...{ ErrorCode: 'BulkServiceUrlAlreadyUsedForUpload', Message: 'Already used.' },
      }),
      sent: { host: 'https://fileupload.api.bingads.microsoft.com/x' },
    },
  ],
  [
    'unrelated storage',
    'unknown_host',
    { status: 403, body: expiredSas, sent: { host: 'https://mallory.blob.core.windows.net/x' } },
  ],
  [
    'a download of the other environment',
    'wrong_environment',
    { status: 404, body: '', sent: { host: 'download.api.sandbox.bingads.microsoft.com' } },
  ],
  [
    'a wrong id before any discovery',
    'access_refused',
    { status: 403, body: refused, sent: { ...sent, accountId: '999' } },
    { accounts: createKnownAccounts([]) },
  ],
  ['a stranger', 'no_advertising_user', { status: 401, body: fault(105, 'UserNotFound') }],
  ['a compromised user', 'user_compromised', { status: 403, body: fault(108) }],
  ['a merged login', 'login_merged_away', { status: 403, body: fault(120) }],
  [
    'a personal account where a work account is due',
    'work_account_required',
    { status: 403, body: fault(122) },
  ],
  [
    'a work account where a personal one is due',
    'personal_account_required',
    { status: 403, body: fault(123) },
  ],
  ['a migrated personal account', 'work_account_required', { status: 403, body: fault(124) }],
  ['a personal account that is not allowed', 'work_account_required', { status: 403, body: fault(125) }],
  [
    'a Microsoft account where Google is due',
    'google_account_required',
    { status: 403, body: fault(126, 'GoogleAccountIsRequired') },
  ],
  ['another kind of account', 'other_account_kind_required', { status: 403, body: fault(126) }],
  ['a call rate that is too high', 'throttled_calls', { status: 429, body: fault(117) }],
  ['a bare 429', 'throttled_calls', { status: 429, body: 'Too Many Attempt' }],
  ['too many reports', 'throttled_reports', { service: 'reporting', status: 400, body: fault(207) }],
  ['too many bulk calls', 'throttled_bulk', { service: 'bulk', status: 400, body: fault(4204) }],
  [
    'the other environment’s host',
    'wrong_environment',
    { status: 401, body: fault(105), sent: { host: 'campaign.api.sandbox.bingads.microsoft.com' } },
  ],
  ['a foreign host', 'unknown_host', { status: 404, sent: { host: 'https://ads.example/v13' } }],
  [
    'a retired version',
    'retired_endpoint',
    { status: 404, sent: { host, path: '/CampaignManagement/v12/Campaigns' } },
  ],
  [
    'a retired service',
    'retired_endpoint',
    {
      status: 404,
      sent: {
        host: 'https://api.bingads.microsoft.com/Api/Advertiser/AdIntelligence/v9/AdIntelligenceService.svc',
      },
    },
  ],
  [
    'a retired host',
    'retired_endpoint',
    {
      status: 404,
      sent: { host: 'https://sharedservices.adcenterapi.microsoft.com/Api/Billing/v8/BillingService.svc' },
    },
  ],
  [
    'a retired path without its host',
    'retired_endpoint',
    { status: 404, sent: { path: '/CampaignManagement/v12/Campaigns' } },
  ],
  [
    'a stranger’s version that isn’t Microsoft’s',
    'unknown_host',
    { status: 404, sent: { host: 'campaign.example.com', path: '/CampaignManagement/v2/x' } },
  ],
  ['the retired sign-in', 'retired_endpoint', { status: 400, sent: { host: 'login.live.com' } }],
  ['a SOAP fault', 'soap_call', { status: 500, body: soap }],
  [
    'a SOAP address',
    'soap_call',
    {
      status: 500,
      sent: {
        host: 'https://clientcenter.api.bingads.microsoft.com/Api/CustomerManagement/v13/CustomerManagementService.svc',
      },
    },
  ],
  [
    'a token of the sandbox’s older sign-in',
    'retired_sign_in',
    { status: 403, body: 'Forbidden' },
    { environment: 'sandbox' },
  ],
  ['an unknown path', 'unknown_operation', { status: 404, body: 'Not found', sent }],
  ['an operation without REST', 'unknown_operation', { status: 501, sent }],
  ['a bad request', 'request_invalid', { status: 400, body: fault(113), sent }],
  [
    'an address in Customer Management, though Reporting’s 207 is another',
    'request_invalid',
    { service: 'customerManagement', status: 400, body: fault(207) },
  ],
  ['trouble of the service', 'service_trouble', { status: 500, body: fault(0) }],
  ['a gateway’s page', 'service_trouble', { status: 502, body: '<html>Bad gateway</html>' }],
  [
    'a report that failed behind a status of success',
    'job_failed',
    { status: 200, body: { ReportRequestStatus: { ReportDownloadUrl: null, Status: 'Error' } } },
  ],
  [
    'a path at another service’s host',
    'wrong_host',
    {
      status: 404,
      sent: { host: 'https://clientcenter.api.bingads.microsoft.com/Reporting/v13/GenerateReport/Submit' },
    },
  ],
  [
    'a service that the broker passes nothing to',
    'other_service',
    { status: 401, sent: { host: 'https://content.api.bingads.microsoft.com/shopping/v9.1/bmc/1/products' } },
  ],
  ['a success', 'not_a_failure', { status: 200, body: { Accounts: [] } }],
  ['a success in parts', 'partial_failure', { status: 200, body: { PartialErrors: [{ Code: 1 }] } }],
  ['a plain refusal in production', 'unexplained', { status: 403, body: 'Forbidden' }],
  ['a status that nobody documents', 'unexplained', { status: 418 }],
]

/**
 * The error table of `guides/operation-error-codes.md` (2026-08-10), copied manually, not from our code: code, symbol,
 * reason, service, and the expected verdict for a call with the right ids.
 */
const documentedErrors = [
  [0, 'InternalError', '', 'customerManagement', 'service_trouble', 'nobody'],
  [100, 'NullRequest', '', 'campaignManagement', 'request_invalid', 'app'],
  [105, 'InvalidCredentials', '', 'campaignManagement', 'credentials_refused', 'app'],
  [105, 'InvalidCredentials', 'InvalidAccessToken', 'reporting', 'credentials_refused', 'app'],
  [105, 'InvalidCredentials', 'AccountInactive', 'bulk', 'account_not_usable', 'advertiser'],
  [105, 'InvalidCredentials', 'UserNotFound', 'customerManagement', 'no_advertising_user', 'advertiser'],
  [106, 'UserIsNotAuthorized', '', 'adInsight', 'user_without_rights', 'advertiserAdmin'],
  [108, 'UserCompromised', '', 'customerManagement', 'user_compromised', 'advertiser'],
  [109, 'AuthenticationTokenExpired', '', 'campaignManagement', 'access_token_expired', 'app'],
  [113, 'InvalidDateObject', '', 'reporting', 'request_invalid', 'app'],
  [116, 'RequestMissingHeaders', '', 'campaignManagement', 'header_missing', 'app'],
  [117, 'CallRateExceeded', '', 'campaignManagement', 'throttled_calls', 'nobody'],
  [117, 'CallRateExceeded', '', 'adInsight', 'throttled_calls', 'nobody'],
  [120, 'UserLoginAccessDenied', '', 'customerManagement', 'login_merged_away', 'advertiser'],
  [122, 'PersonalIdentityNotAvailable', '', 'customerManagement', 'work_account_required', 'advertiser'],
  [123, 'WorkIdentityNotAvailable', '', 'customerManagement', 'personal_account_required', 'advertiser'],
  [124, 'PersonalIdentityMigratedToWork', '', 'bulk', 'work_account_required', 'advertiser'],
  [125, 'PersonalIdentityNotAllowedByCustomer', '', 'bulk', 'work_account_required', 'advertiser'],
  [126, 'IdentityTypeMismatch', 'GoogleAccountIsRequired', 'bulk', 'google_account_required', 'advertiser'],
  [
    126,
    'IdentityTypeMismatch',
    'PersonalAccountIsRequired',
    'bulk',
    'personal_account_required',
    'advertiser',
  ],
  [126, 'IdentityTypeMismatch', 'WorkAccountIsRequired', 'bulk', 'work_account_required', 'advertiser'],
  [201, 'ApiInputValidationError', '', 'campaignManagement', 'request_invalid', 'app'],
  [202, 'ApiExecutionError', '', 'campaignManagement', 'request_invalid', 'app'],
  [204, 'OperationNotSupported', '', 'campaignManagement', 'request_invalid', 'app'],
  [207, 'ConcurrentRequestOverLimit', '', 'reporting', 'throttled_reports', 'nobody'],
  [208, 'InvalidAccount', '', 'campaignManagement', 'account_unknown', 'app'],
  [4204, 'BulkServiceNoMoreCallsPermittedForTheTimePeriod', '', 'bulk', 'throttled_bulk', 'nobody'],
] as const

describe('a failed call', () => {
  test.each(lines)('with %s is diagnosed as %s', (_what, verdict, call, more) => {
    const diagnosis = diagnose(call, more)
    expect(diagnosis).toMatchObject({ verdict, credential: verdicts[verdict].credential })
    expect(diagnosis.evidence).toContain(`HTTP ${call.status}`)
  })

  test.each(documentedErrors)(
    'with %i %s (%s) of %s is %s, and %s acts',
    (Code, ErrorCode, Detail, service, verdict, actor) => {
      const [error] = fault(Code, Detail).Errors
      const call = { status: 400, sent, service }
      const named = diagnose({ ...call, body: { Errors: [{ ...error, ErrorCode }], TrackingId: 't' } })
      expect(named).toMatchObject({ verdict, actor, trackingId: 't' })
      // Customer Management and Billing omit the symbol.
      const bare = diagnose({ ...call, body: { OperationErrors: [{ Code, Details: Detail }] } })
      expect(bare).toMatchObject({ verdict, actor })
    },
  )

  test.each([
    ['campaignManagement', 117, 60],
    ['adInsight', 117, 60],
    ['reporting', 207, 60],
    ['bulk', 4204, 900],
  ] as const)('that %s throttled with %i has a wait of %i s', (service, Code, seconds) => {
    expect(diagnose({ service, status: 429, body: fault(Code) }).retryAfterSeconds).toBe(seconds)
  })

  test.each<[string, FaultEvidence, VerdictCode, Actor]>([
    [
      'fresh tokens that work',
      { developerToken: 'proven', accessToken: 'fresh' },
      'no_advertising_user',
      'advertiser',
    ],
    [
      'an older access token',
      { developerToken: 'proven', accessToken: 'aged' },
      'access_token_revoked',
      'app',
    ],
    [
      'a new developer token',
      { developerToken: 'unproven', accessToken: 'fresh' },
      'developer_token_refused',
      'operator',
    ],
  ])('by the broker itself with %s and a 105 is judged by the evidence', (_what, tokens, verdict, actor) => {
    const evidence = { ...tokens, isPersonKnown: true }
    const diagnosis = diagnose({ status: 401, body: fault(105), sent }, { evidence })
    expect(diagnosis).toMatchObject({ verdict, actor })
    expect(diagnosis.explanation.includes('Or the account')).toBe(verdict === 'no_advertising_user')
  })

  test('names the customer for a linked account', () => {
    const { explanation } = diagnose({
      status: 403,
      body: refused,
      sent: { ...sent, customerId: '444', accountId: '444111' },
    })
    expect(explanation).toContain('The call sent 444, the account’s owner.')
    expect(explanation).toContain('through which the user has access, 333,')
  })

  test('by a Google user points to the missing header', () => {
    const { next } = diagnose({ status: 401, body: fault(105) }, { identityProvider: 'google' })
    expect(next[0]).toContain('IdentityProvider: Google')
  })

  test('about identity says which sign-in would work', () => {
    expect(diagnose({ status: 403, body: fault(122) }).signInWith).toBe('work')
  })

  test('can have any body and any ids', () => {
    const anything = fc.record({
      customerId: fc.string(),
      accountId: fc.string(),
      host: fc.string(),
      path: fc.string(),
    })
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.jsonValue()),
        anything,
        fc.integer({ min: 100, max: 599 }),
        (body, ids, status) => {
          expect(verdicts).toHaveProperty(diagnose({ status, body, sent: ids }).verdict)
        },
      ),
    )
  })
})

describe('a live probe', () => {
  const user = { ok: true, value: { userId: '7', userName: 'ada', roles: [] } } as const
  const good = { refresh: { ok: true }, developerToken: 'present', user } as const
  const account = {
    accountId: '101',
    name: '',
    number: '',
    lifeCycleStatus: 'Active',
    agencies: [],
    ownerCustomerId: '333',
  }

  /** The person was recognized when the tenant was connected; the developer token was stored later. */
  const tokens = { developerToken: 'unproven', accessToken: 'fresh' } as const

  function refusedUser(status: number, Code: number, Detail = '') {
    const answer = {
      service: 'customerManagement',
      status,
      bodyText: JSON.stringify(fault(Code, Detail)),
    } as const
    return { ok: false, fault: { ...readFault(answer), tokens } } as const
  }

  test.each([
    ['notConnected', 'not_connected', 'advertiser'],
    ['notConfirmed', 'confirmation_required', 'app'],
    ['advertiser', 'reauthorization_required', 'advertiser'],
    ['advertiserAdmin', 'admin_consent_required', 'advertiserAdmin'],
    ['operator', 'environment_on_hold', 'operator'],
    ['passing', 'identity_provider_unavailable', 'nobody'],
  ] as const)('whose refresh fails (%s) stops there', (trouble, verdict, actor) => {
    const refresh = {
      ok: false,
      trouble,
      reason: 'a_reason',
      traceId: 'a-trace',
      retryAfterSeconds: 5,
    } as const
    const diagnosis = probe({ refresh, developerToken: 'missing' })
    expect(diagnosis).toMatchObject({ verdict, actor, retryAfterSeconds: 5 })
    expect(diagnosis.evidence).toContain('a-trace')
  })

  test.each([
    ['missing', 'developer_token_not_set'],
    ['ofOtherEnvironment', 'developer_token_of_other_environment'],
  ] as const)('with a developer token that is %s needs no call', (developerToken, verdict) => {
    expect(probe({ refresh: { ok: true }, developerToken })).toMatchObject({ verdict, actor: 'operator' })
  })

  test('with an impossible developer token names the secret, and needs no call', () => {
    const malformed = 'The vault secret production-developer-token contains a space.'
    const diagnosis = probe({ refresh: { ok: true }, developerToken: { malformed } })
    expect(diagnosis).toMatchObject({ verdict: 'developer_token_malformed', actor: 'operator' })
    expect(JSON.stringify(diagnosis)).toContain(malformed)
  })

  test.each([
    [401, 105, '', 'developer_token_refused'],
    [401, 105, 'UserNotFound', 'no_advertising_user'],
    [401, 105, 'AccountInactive', 'account_not_usable'],
    [401, 109, '', 'access_token_revoked'],
    [403, 106, '', 'user_without_rights'],
    [403, 126, 'PersonalAccountIsRequired', 'personal_account_required'],
    [429, 117, '', 'throttled_calls'],
    [500, 0, '', 'service_trouble'],
    [418, 9999, '', 'unexplained'],
  ] as const)('whose GetUser is answered %i with %i %s ends as %s', (status, Code, Detail, verdict) => {
    expect(probe({ ...good, user: refusedUser(status, Code, Detail) }).verdict).toBe(verdict)
  })

  test.each([
    [401, '', 'production', 'access_token_revoked'],
    [401, '', 'sandbox', 'access_token_revoked'],
    [401, 'Invalid developer token', 'production', 'developer_token_refused'],
    [401, JSON.stringify(fault(9999)), 'production', 'unexplained'],
    [403, 'Forbidden', 'sandbox', 'retired_sign_in'],
    [403, 'Forbidden', 'production', 'unexplained'],
    [403, '<html>Blocked by a firewall</html>', 'sandbox', 'unexplained'],
    [403, '{"error":"blocked"}', 'production', 'unexplained'],
    [401, JSON.stringify(fault(105)), 'sandbox', 'developer_token_refused'],
  ] as const)(
    'whose GetUser is answered %i with «%s» in %s ends as %s',
    (status, bodyText, environment, verdict) => {
      const answer = {
        ok: false,
        fault: { ...readFault({ service: 'customerManagement', status, bodyText }), tokens },
      } as const
      expect(probe({ ...good, user: answer }, { environment }).verdict).toBe(verdict)
    },
  )

  test.each([
    ['proven', 'no_advertising_user', 'advertiser', 'advertisingUser'],
    ['lapsed', 'refused_without_reason', 'operator', undefined],
  ] as const)(
    'after a developer token that is %s ends as %s',
    (developerToken, verdict, actor, signInWith) => {
      const { fault } = refusedUser(401, 105)
      const user = {
        ok: false,
        fault: { ...fault, tokens: { developerToken, accessToken: 'fresh' } },
      } as const
      const diagnosis = probe({ ...good, user })
      expect(diagnosis).toMatchObject({ verdict, actor })
      expect(diagnosis.signInWith).toBe(signInWith)
    },
  )

  test('with no failure reports that', () => {
    expect(probe(good).verdict).toBe('all_well')
    const answer = { ok: true, value: { account, customerIds: ['444', '333'] } } as const
    expect(
      probe({ ...good, account: { accountId: '101', vendedCustomerId: '333', result: answer } }).verdict,
    ).toBe('all_well')
  })

  test.each([
    ['is out of reach', refusedUser(403, 106), 'account_unknown'],
    ['is throttled', refusedUser(429, 117), 'throttled_calls'],
    [
      'has another customer now',
      { ok: true, value: { account, customerIds: ['444'] } },
      'customer_does_not_reach_account',
    ],
    [
      'is suspended',
      { ok: true, value: { account: { ...account, lifeCycleStatus: 'Suspended' }, customerIds: [] } },
      'account_not_usable',
    ],
  ] as const)('whose account %s reports that', (_what, answer, verdict) => {
    expect(
      probe({ ...good, account: { accountId: '101', vendedCustomerId: '333', result: answer } }).verdict,
    ).toBe(verdict)
  })

  test('finds an account’s customer with one call', async () => {
    const client = { getAccount: async () => ({ ok: true, value: account }) as const }
    const roles = [{ customerId: '333', accountIds: [], linkedAccountIds: [], customerLinkPermission: '' }]
    const credentials = {
      accessToken: new Secret('a'),
      developerToken: new Secret('d'),
      identityProvider: 'microsoft',
    } as const
    const answer = await probeAccount(client, credentials, { ...user.value, roles }, '101')
    expect(answer).toMatchObject({ ok: true, value: { customerIds: ['333'] } })
  })
})

test('every verdict is reached by a case above', () => {
  expect(Object.keys(verdicts).filter((code) => !reached.has(code as VerdictCode))).toEqual([])
})

test.each([
  ['production', 'MINE', 'THEIRS', 'present'],
  ['production', 'BBD37VB98', undefined, 'ofOtherEnvironment'],
  ['production', 'BBD37VB98', 'BBD37VB98', 'ofOtherEnvironment'],
  ['sandbox', 'BBD37VB98', 'MINE', 'present'],
  ['sandbox', 'BBD37VB98', 'BBD37VB98', 'present'],
  ['sandbox', 'MINE', 'MINE', 'ofOtherEnvironment'],
  ['sandbox', undefined, 'MINE', 'missing'],
] as const)('in %s the token %s with the other one %s is %s', (environment, token, other, state) => {
  const foundToken = (value?: string): FoundDeveloperToken =>
    value
      ? { ok: true, value: new Secret(value), version: '1' }
      : { ok: false, reason: 'developer_token_missing', detail: 'The vault has no such secret.' }
  expect(judgeDeveloperToken(environment, foundToken(token), foundToken(other))).toBe(state)
})

describe('addresses', () => {
  const local = createAddressOwnerFinder(
    new Map([
      ['production', { advertisingUrl: 'http://127.0.0.1:9/production/{host}' }],
      ['sandbox', { advertisingUrl: 'http://127.0.0.1:9/sandbox/{host}' }],
    ]),
  )

  test('on one host are distinguished by path', () => {
    expect(local({ host: '127.0.0.1:9', path: '/sandbox/bulk/Bulk/v13/x' })).toBe('sandbox')
    expect(local({ host: 'http://127.0.0.1:9/production/campaign/CampaignManagement/v13' })).toBe(
      'production',
    )
    expect(local({ host: '127.0.0.1:9' })).toBe('both')
    expect(local({ host: 'bulk.api.sandbox.bingads.microsoft.com' })).toBe('sandbox')
    expect(local({})).toBeUndefined()
  })

  test('show their service by path, then by host', () => {
    expect(serviceOfAddress({ path: '/CustomerBilling/v13/Invoices' })).toBe('customerBilling')
    expect(serviceOfAddress({ host: 'adinsight.api.bingads.microsoft.com' })).toBe('adInsight')
    expect(serviceOfAddress({ host: 'clientcenter.api.bingads.microsoft.com' })).toBeUndefined()
  })
})

test('a diagnosis asks for whole seconds, and never for less than the wait', () => {
  const fault = {
    evidence: '429',
    trackingId: '',
    class: 'backOff',
    code: 117,
    retryAfterSeconds: 6.2,
  } as const
  expect(toDiagnosis({ verdict: 'throttled_calls' }, fault, context).retryAfterSeconds).toBe(7)
})
