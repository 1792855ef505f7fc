import { describe, expect, test } from 'vitest'
import { errorNameRows } from '../../shared/advertising/errorNameRows.ts'
import type { ServiceName } from '../../shared/advertising/services.ts'
import { createAddressOwnerFinder } from '../../shared/diagnosis/addresses.ts'
import { diagnoseFailedCall } from '../../shared/diagnosis/diagnose.ts'
import type { DiagnosisContext } from '../../shared/diagnosis/facts.ts'
import { createKnownAccounts } from '../../shared/diagnosis/knownAccounts.ts'

const own = { accountId: '101', number: 'F101', customerId: '333', ownerCustomerId: '333', usable: true }
const context: DiagnosisContext = {
  environment: 'production',
  identityProvider: 'microsoft',
  accounts: createKnownAccounts([own, { ...own, accountId: '102', number: 'F102', usable: false }]),
  tokenExpiresAt: new Date('2026-11-28T14:50:00Z'),
  developerToken: 'present',
  findAddressOwner: createAddressOwnerFinder(new Map()),
  now: new Date('2026-11-28T14:00:00Z'),
}
const sent = { customerId: '333', accountId: '101' }

function diagnose(error: object, service?: ServiceName, ids = sent, status = 400) {
  const body = { OperationErrors: [error], TrackingId: 't' }
  return diagnoseFailedCall({ status, body, sent: ids, ...(service && { service }) }, context)
}

/** Copied manually from guides/operation-error-codes.md, with the expected verdict for a call with the right ids. */
const rows = [
  [119, 'InvalidAccountId', 'campaignManagement', 'account_unknown'],
  [303, 'ApiVersionNoLongerSupported', 'campaignManagement', 'retired_endpoint'],
  [833, 'ServiceTimeOut', 'adInsight', 'service_trouble'],
  [1001, '', 'customerManagement', 'user_without_rights'],
  [1008, 'CampaignServiceInvalidAccountStatus', 'campaignManagement', 'account_not_usable'],
  [1009, 'CampaignServiceAccountIdMissingInRequestHeader', 'campaignManagement', 'account_id_missing'],
  [1010, 'CampaignServiceSystemInReadOnlyMode', 'campaignManagement', 'service_trouble'],
  [1011, 'CampaignServiceFutureFeatureCode', 'campaignManagement', 'service_trouble'],
  [1029, 'CampaignServiceCustomerIdHasToBeSpecified', 'campaignManagement', 'customer_id_missing'],
  [1030, 'CampaignServiceAccountIdHasToBeSpecified', 'bulk', 'account_id_missing'],
  [1031, 'CampaignServiceCannotPerformCurrentOperation', 'campaignManagement', 'access_refused'],
  [1102, 'CampaignServiceInvalidAccountId', 'campaignManagement', 'account_unknown'],
  [1419, 'CampaignServiceTargetGroupAssignedEntitiesPermissionMismatch', 'bulk', 'user_without_rights'],
  [1472, '', 'customerManagement', 'account_not_usable'],
  [1490, 'CampaignServiceInvalidCustomerId', 'campaignManagement', 'customer_unknown'],
  [2003, 'ReportingServiceAccountNotAuthorized', 'reporting', 'user_without_rights'],
  [2018, 'ReportingServiceInvalidAccountIdInCampaignReportScope', 'reporting', 'account_unknown'],
  [2020, 'ReportingServiceInvalidAccountIdInAdGroupReportScope', 'reporting', 'account_unknown'],
  [2023, 'ReportingServiceInvalidAccountIdInAccountReportScope', 'reporting', 'account_unknown'],
  [2035, 'ReportingServiceInvalidAccountIds', 'reporting', 'account_unknown'],
  [2108, '', 'customerManagement', 'account_unknown'],
  [2192, '', 'customerManagement', 'account_not_usable'],
  [2203, '', 'customerBilling', 'user_without_rights'],
  [2208, '', 'customerManagement', 'service_trouble'],
  [2928, 'CampaignServiceCustomerDataBeingMigrated', 'campaignManagement', 'service_trouble'],
  [3101, 'OAuthTokenInvalid', 'bulk', 'credentials_refused'],
  [3220, 'BulkServiceInvalidBulkUploadUrl', 'bulk', 'transfer_address_over'],
  [3224, 'BulkServiceUrlAlreadyUsedForUpload', 'bulk', 'transfer_address_over'],
  [3226, 'BulkServiceUrlExpired', 'bulk', 'transfer_address_over'],
  [3227, 'BulkServiceTooManyRequests', 'bulk', 'throttled_bulk'],
  [4149, 'CampaignServiceConcurrentStoreModification', 'bulk', 'service_trouble'],
  [4204, 'BulkServiceNoMoreCallsPermittedForTheTimePeriod', 'bulk', 'throttled_bulk'],
  [5612, 'OfflineConversionsApplyFailed', 'campaignManagement', 'service_trouble'],
] as const

describe('a row of Microsoft’s error table', () => {
  test.each(rows)(
    '%i %s of %s is %s, by number, by name and without its prefix',
    (Code, name, service, verdict) => {
      expect(diagnose({ Code, ErrorCode: null }, service).verdict).toBe(verdict)
      expect(diagnose({ Code, ErrorCode: null }).verdict, 'without a service').toBe(verdict)
      if (name === '') return
      const bare = name.replace(/^(?:Campaign|Bulk|Reporting)Service/, '')
      for (const ErrorCode of [name, bare, bare.toUpperCase()])
        expect(diagnose({ Code: null, ErrorCode }, service).verdict, ErrorCode).toBe(verdict)
    },
  )

  test('about ids is judged by the sent ids', () => {
    const error = { Code: 1102, ErrorCode: 'CampaignServiceInvalidAccountId' }
    const of = (ids: typeof sent) => diagnose(error, 'campaignManagement', ids).verdict
    expect(of({ customerId: '101', accountId: '333' })).toBe('ids_swapped')
    expect(of({ customerId: '333', accountId: 'F101' })).toBe('account_number_sent')
    expect(of({ customerId: '333', accountId: '102' })).toBe('account_not_usable')
    expect(of({ customerId: '999', accountId: '101' })).toBe('customer_does_not_reach_account')
  })

  test('that names the developer is about the developer token', () => {
    const Message = 'The user does not represent a authorized developer.'
    const error = { Code: 106, ErrorCode: 'UserIsNotAuthorized', Message }
    expect(diagnose(error).verdict).toBe('developer_token_refused')
  })

  test('of an error without a name is about ids if they are provably misplaced', () => {
    const error = { Code: 0, ErrorCode: 'InternalError' }
    const swapped = { customerId: '101', accountId: '333' }
    expect(diagnose(error, 'campaignManagement', swapped, 500).verdict).toBe('ids_swapped')
    expect(diagnose(error, 'campaignManagement', sent, 500).verdict).toBe('service_trouble')
  })

  test('that concerns no credential is about the request, with its name shown', () => {
    const { verdict, explanation } = diagnose({ Code: 1101 })
    expect(verdict).toBe('request_invalid')
    expect(explanation).toContain('CampaignServiceInvalidCampaignName (1101)')
    expect(diagnose({ Code: 4500 }).explanation).toContain('isn’t enabled for this feature')
  })

  test('is in the code with every number, and none is left unexplained', () => {
    const codes = Object.values(errorNameRows).flatMap((list) =>
      list
        .trim()
        .split(/\s+/)
        .map((entry) => Number(entry.split(':')[0])),
    )
    expect(codes).toHaveLength(1616)
    const counted = new Map<string, number>()
    for (const Code of new Set(codes)) {
      const { verdict } = diagnose({ Code })
      counted.set(verdict, (counted.get(verdict) ?? 0) + 1)
      // 207 means throttling in Reporting and an address line elsewhere: without a service and a name, it proves
      // nothing.
      if (Code !== 207) expect(verdict, String(Code)).not.toBe('unexplained')
    }
    const ofOwn = [...counted].filter(
      ([verdict]) => verdict !== 'request_invalid' && verdict !== 'unexplained',
    )
    expect(ofOwn.reduce((sum, [, count]) => sum + count, 0)).toBe(46)
  })
})

describe('a number that is not in Microsoft’s table', () => {
  test('is not explained, and is never called unrelated to credentials', () => {
    for (const status of [400, 401, 403, 500])
      expect(diagnose({ Code: 987_654 }, undefined, sent, status).verdict).toBe('unexplained')
  })

  test('or that has another meaning in the called service, is not explained', () => {
    expect(diagnose({ Code: 1008 }, 'customerManagement').verdict).toBe('unexplained')
  })
})
