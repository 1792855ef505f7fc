/** A row of Microsoft's error table, with the status of its REST answer. */
export interface FaultEntry {
  /** `Code`: the stable number; within Customer Management and the common 0–126 it is unique. */
  readonly code: number
  /** `ErrorCode`: the symbol; null if Microsoft's table says "Not applicable". */
  readonly errorCode: string | null
  readonly message: string
  /** `Detail`: the reason below the code, null if the code has none. */
  readonly detail: string | null
  /** HTTP status of the REST answer. */
  readonly status: 400 | 401 | 403 | 429 | 500
  /** The source of code, symbol, and message; then the certainty of the status. */
  readonly source: string
}

const table = 'guides/operation-error-codes'
const credentials =
  'Authentication failed. Either supplied credentials are invalid or the account is inactive'

/**
 * Every fault in the stand-in's answers, by our name for it.
 * Codes, symbols, and texts are from Microsoft's guides/operation-error-codes. The statuses 400, 401, 403, and 500 are
 * in Microsoft's OpenAPI, and its .NET SDK reads 429, but the combinations of code and status aren't
 * documented anywhere: only 401 with 109 has been observed; the rest are assumptions. 105 comes with `Detail: null`
 * in every public capture (Advertising-docs issue 555), regardless of its cause; its documented reasons are here for tests
 * that ask for one. That the reasons of 126 appear in `Detail` is an assumption.
 */
export const faults = {
  internalError: entry(0, 'InternalError', 'An internal error has occurred', 500),
  nullRequest: entry(100, 'NullRequest', 'The request message is null.', 400),
  invalidCredentials: entry(105, 'InvalidCredentials', credentials, 401),
  accountInactive: entry(105, 'InvalidCredentials', credentials, 401, 'AccountInactive'),
  invalidAccessToken: entry(105, 'InvalidCredentials', credentials, 401, 'InvalidAccessToken'),
  userNotFound: entry(105, 'InvalidCredentials', credentials, 401, 'UserNotFound'),
  userIsNotAuthorized: entry(
    106,
    'UserIsNotAuthorized',
    'The user is not authorized to perform this action.',
    403,
  ),
  userCompromised: entry(
    108,
    'UserCompromised',
    'We have detected suspicious activity on your Microsoft Advertising account.',
    403,
  ),
  authenticationTokenExpired: {
    ...entry(
      109,
      'AuthenticationTokenExpired',
      'Authentication token expired. Please renew it or obtain a new token.',
      401,
    ),
    source: `${table}; status seen on the wire (segmentio/action-destinations, pull request 3881)`,
  },
  invalidDateObject: entry(113, 'InvalidDateObject', 'The date specified in the request is not valid.', 400),
  requestMissingHeaders: entry(
    116,
    'RequestMissingHeaders',
    'One or more required header elements are missing from the request.',
    400,
  ),
  callRateExceeded: entry(
    117,
    'CallRateExceeded',
    'You have exceeded the number of calls that you are allowed to make in a minute.',
    429,
  ),
  userLoginAccessDenied: entry(
    120,
    'UserLoginAccessDenied',
    'The credentials are not valid for the person who attempted to login.',
    403,
  ),
  personalIdentityNotAvailable: entry(
    122,
    'PersonalIdentityNotAvailable',
    'You must use a work account to sign in to Microsoft Advertising.',
    403,
  ),
  workIdentityNotAvailable: entry(
    123,
    'WorkIdentityNotAvailable',
    'You must use a personal Microsoft account to sign in to Microsoft Advertising.',
    403,
  ),
  personalIdentityMigratedToWork: entry(
    124,
    'PersonalIdentityMigratedToWork',
    'You can no longer use this personal Microsoft account to access Microsoft Advertising.',
    403,
  ),
  personalIdentityNotAllowedByCustomer: entry(
    125,
    'PersonalIdentityNotAllowedByCustomer',
    'Your organization requires you to use your work email address to access Microsoft Advertising.',
    403,
  ),
  workAccountIsRequired: mismatch('WorkAccountIsRequired'),
  personalAccountIsRequired: mismatch('PersonalAccountIsRequired'),
  googleAccountIsRequired: mismatch('GoogleAccountIsRequired'),
  apiInputValidationError: entry(
    201,
    'ApiInputValidationError',
    'One or more input elements failed validation.',
    400,
  ),
  apiExecutionError: entry(202, 'ApiExecutionError', 'The operation cannot be completed.', 400),
  operationNotSupported: entry(204, 'OperationNotSupported', 'The operation is not supported.', 400),
  concurrentRequestOverLimit: entry(
    207,
    'ConcurrentRequestOverLimit',
    'You have already reached the maximum number of concurrent report requests.',
    429,
  ),
  invalidAccount: entry(208, 'InvalidAccount', 'The account is not valid.', 400),
  searchPredicateMissing: entry(474, null, 'Required search predicate is missing.', 400),
  invalidCampaignId: entry(1100, 'CampaignServiceInvalidCampaignId', 'The campaign ID is not valid.', 400),
  invalidAdGroupId: entry(1201, 'CampaignServiceInvalidAdGroupId', 'The ad group ID is not valid.', 400),
  nullReportRequest: reporting(2001, 'NullReportRequest', 'The report request is null.'),
  unknownReportType: reporting(2002, 'UnknownReportType', 'The report request type is not valid.'),
  accountNotAuthorized: reporting(
    2003,
    'AccountNotAuthorized',
    'The specified report request contains at least one account that you do not have privileges to access.',
  ),
  noCompleteDataAvailable: reporting(
    2004,
    'NoCompleteDataAvaliable',
    'You requested a report with complete data for all included campaigns. Currently only partial data is available.',
  ),
  invalidDataAvailability: reporting(
    2005,
    'InvalidDataAvailabilityAndTimePeriodCombination',
    'The report request contains a report time period for which complete data cannot be returned.',
  ),
  invalidReportName: reporting(2006, 'InvalidReportName', 'The report name is not valid.'),
  invalidReportAggregation: reporting(
    2007,
    'InvalidReportAggregation',
    'The report aggregation is not valid for the specified report time period.',
  ),
  invalidReportTime: reporting(
    2008,
    'InvalidReportTimeSelection',
    'The report time is null or contains more than one kind of time.',
  ),
  invalidCustomDateRangeStart: reporting(2009, 'InvalidCustomDateRangeStart', 'The start is not valid.'),
  invalidCustomDateRangeEnd: reporting(2010, 'InvalidCustomDateRangeEnd', 'The end is not valid.'),
  endDateBeforeStartDate: reporting(
    2011,
    'EndDateBeforeStartDate',
    'The end date cannot be earlier than the start date.',
  ),
  nullColumns: reporting(2014, 'NullColumns', 'The list of columns cannot be null or empty.'),
  requiredColumnsNotSelected: reporting(
    2015,
    'RequiredColumnsNotSelected',
    'The list of columns must contain all required columns.',
  ),
  duplicateColumns: reporting(2016, 'DuplicateColumns', 'The list of columns contains duplicates.'),
  noMeasureSelected: reporting(
    2017,
    'NoMeasureSelected',
    'The report request does not specify at least one measurement column.',
  ),
  invalidAccountReportScope: reporting(
    2026,
    'InvalidAccountReportScope',
    'The account report scope does not contain account identifiers.',
  ),
  accountsOverLimit: reporting(2029, 'AccountsOverLimit', 'The report scope contains too many accounts.'),
  maximumCampaignsLimitReached: reporting(
    2030,
    'MaximumCampaignsLimitReached',
    'The report scope contains too many campaigns.',
  ),
  timePeriodInSummary: reporting(
    2034,
    'InvalidTimePeriodColumnForSummaryReport',
    'The TimePeriod column cannot be specified in a report request that has a summary aggregation.',
  ),
  invalidFutureStartDate: reporting(2041, 'InvalidFutureStartDate', 'The start date is in the future.'),
  invalidGrainForImpressionShare: entry(
    2053,
    'InvalidGrainForImpressionShareColumns',
    'The impression share columns are not available for the specified report aggregation.',
    400,
  ),
  invalidFilterOrScopeValue: entry(
    2060,
    'InvalidFilterOrScopeValue',
    'The filter or scope has a value that is not valid.',
    400,
  ),
  restrictedColumnCombinations: {
    ...entry(2064, 'RestrictedColumnCombinations', 'Restricted column combinations selected.', 400),
    source: 'not in the table; seen on the wire (singer-io/tap-bing-ads, pull request 51); status believed',
  },
  invalidReportId: reporting(2100, 'InvalidReportId', 'The report identifier is not valid.'),
  accountTooBig: entry(
    3207,
    'CampaignServiceAccountTooBigToDownload',
    'The account has more keywords than allowed per request.',
    400,
  ),
  bulkLastSyncInFuture: entry(
    3208,
    'CampaignServiceLastSyncTimeCannotBeInTheFuture',
    'The last sync time cannot be later than now.',
    400,
  ),
  bulkLastSyncTooOld: entry(3209, 'CampaignServiceLastSyncTimeTooOld', 'The last sync time is too old.', 400),
  bulkMinimumEntities: entry(
    3210,
    'BulkServiceMinimumRequiredEntitiesNotSpecified',
    'The minimum set of required entities should be specified for bulk download.',
    400,
  ),
  bulkUnsupportedEntities: entry(
    3211,
    'CampaignServiceBulkDownloadUnsupportedEntities',
    'One or more specified entities are not supported for bulk download.',
    400,
  ),
  bulkFormatVersionNotSupported: entry(
    3217,
    'BulkServiceFormatVersionNotSupported',
    'One or more bulk download entities are not supported with the specified format version.',
    400,
  ),
  bulkFormatVersionRequired: entry(
    3219,
    'BulkServiceFormatVersionRequired',
    'The format version is required.',
    400,
  ),
  bulkDataScopeInvalid: entry(
    3228,
    'BulkServiceDataScopeInvalid',
    'The specified DataScope value is either invalid or no longer supported.',
    400,
  ),
  bulkInvalidRequestId: entry(
    4201,
    'BulkServiceInvalidRequestId',
    'The specified RequestId is not valid.',
    400,
  ),
  bulkNoMoreCallsPermitted: entry(
    4204,
    'BulkServiceNoMoreCallsPermittedForTheTimePeriod',
    'No more calls are permitted for the current time period.',
    429,
  ),
} as const satisfies Record<string, FaultEntry>

/** Our name for a fault in {@link faults}. */
export type FaultName = keyof typeof faults

/** The entry for a code; an invented one with status 400 for a code outside the table. */
export function findFault(code: number, reason?: string): FaultEntry {
  const entries: readonly FaultEntry[] = Object.values(faults).filter((fault) => fault.code === code)
  return (
    entries.find((fault) => reason && fault.detail === reason) ??
    entries[0] ?? { ...entry(code, null, `Error ${code}.`, 400), source: 'asked for by a test' }
  )
}

/** `AdApiFaultDetail` in its REST form (customer-management-service/adapifaultdetail). */
export function adApiFaultDetail(fault: FaultEntry, trackingId: string): object {
  const { code, errorCode, detail, message } = fault
  return {
    TrackingId: trackingId,
    Type: 'AdApiFaultDetail',
    Errors: [{ Code: code, Detail: detail, ErrorCode: errorCode, Message: message }],
  }
}

/** `ApiFault`, Customer Management's own: no `ErrorCode`, and `Details` instead of `Detail` (…/apifault). */
export function apiFault(fault: FaultEntry, trackingId: string): object {
  const { code, detail, message } = fault
  return {
    TrackingId: trackingId,
    Type: 'ApiFault',
    OperationErrors: [{ Code: code, Details: detail, Message: message }],
  }
}

/** `ApiFaultDetail`, the other services' (campaign-management-service/apifaultdetail). */
export function apiFaultDetail(fault: FaultEntry, trackingId: string): object {
  const { code, errorCode, detail, message } = fault
  return {
    TrackingId: trackingId,
    Type: 'ApiFaultDetail',
    BatchErrors: [],
    OperationErrors: [{ Code: code, Details: detail, ErrorCode: errorCode, Message: message }],
  }
}

/**
 * The SOAP fault that the retired `/Api/…Service.svc` addresses return, always with HTTP 500
 * (guides/handle-service-errors-exceptions). The fields are those of Advertising-docs issue 555.
 */
export function soapFault(fault: FaultEntry, trackingId: string): string {
  const detail = fault.detail ? `<Detail>${fault.detail}</Detail>` : '<Detail i:nil="true"/>'
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>\
<faultcode>s:Server</faultcode><faultstring xml:lang="en-US">Invalid client data. Check the SOAP fault details \
for more information. TrackingId: ${trackingId}.</faultstring><detail><AdApiFaultDetail \
xmlns="https://adapi.microsoft.com" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">\
<TrackingId xmlns="https://bingads.microsoft.com/Customer/v13">${trackingId}</TrackingId><Errors><AdApiError>\
<Code>${fault.code}</Code>${detail}<ErrorCode>${fault.errorCode}</ErrorCode><Message>${fault.message}</Message>\
</AdApiError></Errors></AdApiFaultDetail></detail></s:Fault></s:Body></s:Envelope>`
}

function entry(
  code: number,
  errorCode: string | null,
  message: string,
  status: FaultEntry['status'],
  detail: string | null = null,
): FaultEntry {
  return { code, errorCode, message, detail, status, source: `${table}; status believed` }
}

/** A fault of Reporting; its symbols have a prefix in the table. */
function reporting(code: number, symbol: string, message: string): FaultEntry {
  return entry(code, `ReportingService${symbol}`, message, 400)
}

function mismatch(reason: string): FaultEntry {
  const message = 'The identity type does not match the one that is registered with Microsoft Advertising.'
  return entry(126, 'IdentityTypeMismatch', message, 403, reason)
}
