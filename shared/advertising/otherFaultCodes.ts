import type { VerdictCode } from '../domain/verdicts.ts'
import type { FaultCode } from './faultCode.ts'

type Row = readonly [code: number, errorCode: string, meaning: string]

const campaign = ['campaignManagement', 'adInsight', 'bulk', 'reporting'] as const
const customer = ['customerManagement', 'customerBilling'] as const

/** The class and actor that a row's verdict implies. */
const kinds = {
  account_unknown: { class: 'rights', actor: 'app' },
  customer_unknown: { class: 'rights', actor: 'app' },
  customer_id_missing: { class: 'request', actor: 'app' },
  account_id_missing: { class: 'request', actor: 'app' },
  account_not_usable: { class: 'rights', actor: 'advertiser' },
  access_refused: { class: 'rights', actor: 'app' },
  credentials_refused: { class: 'credentials', actor: 'operator' },
  throttled_bulk: { class: 'backOff', actor: 'nobody' },
  service_trouble: { class: 'passing', actor: 'nobody' },
  transfer_address_over: { class: 'request', actor: 'app' },
  retired_endpoint: { class: 'request', actor: 'app' },
} as const satisfies Partial<Record<VerdictCode, Pick<FaultCode, 'class' | 'actor'>>>

/**
 * The rows of Microsoft's error table beyond the common ones that concern credentials, ids, rights, the account's
 * status, throttling, the service itself, or transfer addresses (guides/operation-error-codes.md, reviewed row by
 * row). Every other row is about the request. 119 isn't in any table: it was observed in an answer
 * (BingAds-Python-SDK#154).
 */
export const otherFaultCodes: readonly FaultCode[] = [
  ...rows('account_unknown', undefined, [
    [119, 'InvalidAccountId', 'The account ID isn’t valid.'],
    [1102, 'CampaignServiceInvalidAccountId', 'The account ID isn’t valid.'],
    [
      2018,
      'ReportingServiceInvalidAccountIdInCampaignReportScope',
      'The report’s scope names a wrong account.',
    ],
    [
      2020,
      'ReportingServiceInvalidAccountIdInAdGroupReportScope',
      'The report’s scope names a wrong account.',
    ],
    [
      2023,
      'ReportingServiceInvalidAccountIdInAccountReportScope',
      'The report’s scope names a wrong account.',
    ],
    [
      2035,
      'ReportingServiceInvalidAccountIds',
      'The report request names a wrong account; `Details` lists it.',
    ],
    [2108, '', 'The account ID isn’t valid.'],
  ]),
  ...rows('customer_unknown', campaign, [
    [1490, 'CampaignServiceInvalidCustomerId', 'The customer ID isn’t valid.'],
  ]),
  ...rows('customer_id_missing', campaign, [
    [1029, 'CampaignServiceCustomerIdHasToBeSpecified', 'The header `CustomerId` is missing.'],
  ]),
  ...rows('account_id_missing', campaign, [
    [1009, 'CampaignServiceAccountIdMissingInRequestHeader', 'The header `CustomerAccountId` is missing.'],
    [1030, 'CampaignServiceAccountIdHasToBeSpecified', 'The header `CustomerAccountId` is missing.'],
  ]),
  ...rows('account_not_usable', campaign, [
    [1008, 'CampaignServiceInvalidAccountStatus', 'The account’s status doesn’t allow the operation.'],
  ]),
  ...rows('account_not_usable', customer, [
    [1472, '', 'The account is being linked or unlinked, which takes 5 to 30 minutes. Try again after that.'],
    [2192, '', 'The account can’t be changed in its current lifecycle status.'],
  ]),
  ...rights(customer, [
    [
      1001,
      '',
      'The user isn’t allowed to do this. In rare cases, the customer requires its users to have work accounts.',
    ],
    [2203, '', 'The user can’t change data of the billed customer.'],
  ]),
  ...rights(campaign, [
    [
      1419,
      'CampaignServiceTargetGroupAssignedEntitiesPermissionMismatch',
      'The user can’t change all of the entities.',
    ],
    [
      2003,
      'ReportingServiceAccountNotAuthorized',
      'The report includes an account that the user doesn’t have access to.',
    ],
  ]),
  ...rows('access_refused', campaign, [
    [
      1031,
      'CampaignServiceCannotPerformCurrentOperation',
      'Something about the customer or user isn’t valid.',
    ],
  ]),
  ...rows('credentials_refused', campaign, [
    [3101, 'OAuthTokenInvalid', 'The access token must be issued for `msads.manage`.'],
  ]),
  ...rows('throttled_bulk', campaign, [[3227, 'BulkServiceTooManyRequests', 'Too many bulk requests.']]).map(
    // Microsoft names no wait for it; elsewhere it asks for 60 s (guides/services-protocol.md).
    (row) => ({ ...row, retryAfterSeconds: 60 }),
  ),
  ...rows('service_trouble', campaign, [
    [833, 'ServiceTimeOut', 'The service or its network isn’t available.'],
    [1010, 'CampaignServiceSystemInReadOnlyMode', 'The system is in read-only mode for now.'],
    [1011, 'CampaignServiceFutureFeatureCode', 'An internal error.'],
    [2928, 'CampaignServiceCustomerDataBeingMigrated', 'The customer’s data is being migrated.'],
    [
      4149,
      'CampaignServiceConcurrentStoreModification',
      'Another call changed the same data at the same time.',
    ],
    [5612, 'OfflineConversionsApplyFailed', 'The conversions didn’t reach an internal server.'],
  ]),
  ...rows('service_trouble', customer, [[2208, '', 'A system issue at Microsoft Advertising.']]),
  ...rows('transfer_address_over', campaign, [
    [3220, 'BulkServiceInvalidBulkUploadUrl', 'The upload address isn’t valid.'],
    [3224, 'BulkServiceUrlAlreadyUsedForUpload', 'The upload address has already been used. It works once.'],
    [3226, 'BulkServiceUrlExpired', 'The upload address has expired.'],
  ]),
  ...rows('retired_endpoint', undefined, [
    [303, 'ApiVersionNoLongerSupported', 'This version of the API is no longer supported.'],
  ]),
]

function rows(
  verdict: keyof typeof kinds,
  services: FaultCode['services'],
  list: readonly Row[],
): FaultCode[] {
  return list.map(([code, errorCode, meaning]) => ({
    code,
    errorCode,
    meaning,
    verdict,
    ...kinds[verdict],
    ...(services && { services }),
  }))
}

/** Missing rights or wrong ids; `sent` shows which. */
function rights(services: FaultCode['services'], list: readonly Row[]): FaultCode[] {
  return list.map(([code, errorCode, meaning]) => ({
    code,
    errorCode,
    meaning,
    class: 'rights',
    actor: 'advertiserAdmin',
    ...(services && { services }),
  }))
}
