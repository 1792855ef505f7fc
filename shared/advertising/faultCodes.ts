import type { Actor } from '../problems.ts'
import type { AdvertisingError } from './advertisingError.ts'
import { isListedCode, nameOfCode, rowOfName } from './errorNames.ts'
import type { FaultClass, FaultCode } from './faultCode.ts'
import { otherFaultCodes } from './otherFaultCodes.ts'
import type { ServiceName } from './services.ts'

const campaignServices = ['campaignManagement', 'adInsight', 'bulk', 'reporting'] as const

/**
 * The error codes that concern a token broker, narrowest row first
 * (guides/operation-error-codes.md; waits: guides/services-protocol.md, except Reporting's, which is our choice:
 * Microsoft says only "until the previous reports are completed").
 * Numbers repeat across services, so rows are found by service and code.
 */
export const commonFaultCodes: readonly FaultCode[] = [
  row(0, 'InternalError', 'passing', 'nobody', 'Microsoft Advertising failed without naming a cause.'),
  row(100, 'NullRequest', 'request', 'app', 'The request has no body.'),
  reason(105, 'InvalidCredentials', 'UserNotFound', 'identity', 'advertiser', {
    meaning: 'The person who signed in isn’t a Microsoft Advertising user in this environment.',
  }),
  reason(105, 'InvalidCredentials', 'AccountInactive', 'rights', 'advertiser', {
    meaning: 'The Microsoft Advertising account is inactive.',
  }),
  reason(105, 'InvalidCredentials', 'InvalidAccessToken', 'credentials', 'operator', {
    meaning: 'The access token or the developer token isn’t valid for this environment.',
  }),
  row(
    105,
    'InvalidCredentials',
    'credentials',
    'operator',
    'The access token or the developer token is wrong for this environment, or the account is inactive.',
  ),
  row(
    106,
    'UserIsNotAuthorized',
    'rights',
    'advertiserAdmin',
    'The credentials work, but the user doesn’t have access to a customer or account in the request.',
  ),
  row(
    108,
    'UserCompromised',
    'identity',
    'advertiser',
    'Microsoft detected suspicious activity and requires the user to set a new password.',
  ),
  row(109, 'AuthenticationTokenExpired', 'expiredToken', 'nobody', 'The access token has expired.'),
  row(113, 'InvalidDateObject', 'request', 'app', 'A date in the request isn’t valid.'),
  row(116, 'RequestMissingHeaders', 'request', 'app', 'A required header is missing.'),
  {
    ...row(117, 'CallRateExceeded', 'backOff', 'nobody', 'Too many calls in one minute.'),
    retryAfterSeconds: 60,
  },
  row(
    120,
    'UserLoginAccessDenied',
    'identity',
    'advertiser',
    'This login was merged into another one. Only the person’s primary login works.',
  ),
  row(
    122,
    'PersonalIdentityNotAvailable',
    'identity',
    'advertiser',
    'A personal account signed in, but the person uses Microsoft Advertising with a work account.',
  ),
  row(
    123,
    'WorkIdentityNotAvailable',
    'identity',
    'advertiser',
    'A work account signed in, but the person uses Microsoft Advertising with a personal account.',
  ),
  row(
    124,
    'PersonalIdentityMigratedToWork',
    'identity',
    'advertiser',
    'The personal account was moved to a work account and can no longer be used.',
  ),
  row(
    125,
    'PersonalIdentityNotAllowedByCustomer',
    'identity',
    'advertiser',
    'The organization requires a work account.',
  ),
  reason(126, 'IdentityTypeMismatch', 'GoogleAccountIsRequired', 'identity', 'advertiser', {
    meaning: 'The person uses Microsoft Advertising with a Google account.',
  }),
  reason(126, 'IdentityTypeMismatch', 'PersonalAccountIsRequired', 'identity', 'advertiser', {
    meaning: 'The person uses Microsoft Advertising with a personal Microsoft account.',
  }),
  reason(126, 'IdentityTypeMismatch', 'WorkAccountIsRequired', 'identity', 'advertiser', {
    meaning: 'The person uses Microsoft Advertising with a work account.',
  }),
  row(
    126,
    'IdentityTypeMismatch',
    'identity',
    'advertiser',
    'The person uses Microsoft Advertising with a different type of account.',
  ),
  {
    ...row(201, 'ApiInputValidationError', 'request', 'app', 'The request failed validation.'),
    services: campaignServices,
  },
  {
    ...row(202, 'ApiExecutionError', 'request', 'app', 'The request can’t be completed.'),
    services: campaignServices,
  },
  {
    ...row(204, 'OperationNotSupported', 'request', 'app', 'The operation isn’t supported.'),
    services: campaignServices,
  },
  {
    ...row(207, 'ConcurrentRequestOverLimit', 'backOff', 'nobody', 'Too many reports are running at once.'),
    services: ['reporting'],
    retryAfterSeconds: 60,
    verdict: 'throttled_reports',
  },
  {
    ...row(207, 'InvalidAddressLine3', 'request', 'app', 'The third line of an address isn’t valid.'),
    services: ['customerManagement', 'customerBilling'],
  },
  {
    ...row(208, 'InvalidAccount', 'rights', 'app', 'The account in the request isn’t valid.'),
    services: campaignServices,
    verdict: 'account_unknown',
  },
  {
    ...row(
      4204,
      'BulkServiceNoMoreCallsPermittedForTheTimePeriod',
      'backOff',
      'nobody',
      'The limit of bulk calls is reached for now.',
    ),
    services: ['bulk'],
    retryAfterSeconds: 900,
    verdict: 'throttled_bulk',
  },
]

/** Every row that isn't only about the request. */
const allFaultCodes = [...commonFaultCodes, ...otherFaultCodes]

/**
 * The documented meaning of one error in one service; undefined if there is none. A row of Microsoft's table that
 * concerns no credential is about the request. A symbolic name is more specific than a number, which services reuse.
 */
export function faultCodeOf(
  service: ServiceName | undefined,
  error: AdvertisingError,
): FaultCode | undefined {
  const named = toNamed(error)
  const own = allFaultCodes.filter(({ code }) => code === named.code)
  const found = own.find((known) => isService(known, service, named) && isReason(known, named))
  if (found) return found
  if (named.code === undefined || !isListedCode(named.code)) return undefined
  // A number that only has a meaning in another service proves nothing in this one.
  if (own.length > 0) return undefined
  const errorCode = nameOfCode(named.code, service) || named.errorCode
  return row(named.code, errorCode, 'request', 'app', 'The request wasn’t accepted.')
}

/** The error with the number and full name of its row; if the name is unknown, with its own number. */
function toNamed(error: AdvertisingError): AdvertisingError {
  const known = rowOfName(error.errorCode)
  if (!known) return error
  const isSame = error.code !== undefined && nameOfCode(error.code) === known.name
  return { ...error, code: isSame ? error.code! : known.code, errorCode: known.name }
}

function isService(known: FaultCode, service: ServiceName | undefined, error: AdvertisingError): boolean {
  if (known.services === undefined || (known.errorCode !== '' && error.errorCode === known.errorCode))
    return true
  return service ? known.services.includes(service) : isOnlyMeaning(known)
}

/** Without a service, a number counts only if it has a single meaning. */
function isOnlyMeaning({ code, errorCode }: FaultCode): boolean {
  return nameOfCode(code) === errorCode && !reused.has(code)
}

/** The numbers with more than one meaning in the table. */
const reused: ReadonlySet<number> = new Set([207])

function isReason(known: FaultCode, error: AdvertisingError): boolean {
  if (known.reason === undefined) return true
  const reason = known.reason.toLowerCase()
  return [error.errorCode, error.detail, error.message].some((text) => text.toLowerCase().includes(reason))
}

function row(
  code: number,
  errorCode: string,
  faultClass: FaultClass,
  actor: Actor,
  meaning: string,
): FaultCode {
  return { code, errorCode, class: faultClass, actor, meaning }
}

function reason(
  code: number,
  errorCode: string,
  word: string,
  faultClass: FaultClass,
  actor: Actor,
  rest: Pick<FaultCode, 'meaning'>,
): FaultCode {
  return { code, errorCode, reason: word, class: faultClass, actor, ...rest }
}
