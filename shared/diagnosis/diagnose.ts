import { type FaultBody, readFaultBody } from '../advertising/faultBody.ts'
import { type AdvertisingFault, toFault } from '../advertising/faults.ts'
import { findStatusInText } from '../advertising/pastedResponse.ts'
import { serviceOfAddress } from './addresses.ts'
import {
  findMisplaced,
  findTransferOver,
  findUnknownOperation,
  findUploadRefused,
  findWrongAddress,
} from './addressRules.ts'
import {
  findExpiredToken,
  findIdentity,
  findMissingHeader,
  findMissingRights,
  findRefusedCredentials,
  findThrottling,
  isUnlisted,
} from './credentialRules.ts'
import type { Finding } from './diagnoseIds.ts'
import type { Diagnosis, DiagnosisContext, Facts, FailedCall, Rule } from './facts.ts'
import { judgeTokenError } from './judgeTokenError.ts'
import { findUnreadSoap, withSoapNote } from './soapRules.ts'
import { toDiagnosis } from './toDiagnosis.ts'

/**
 * The rules, in order; the first finding applies. Self-evident findings (address, form,
 * misplaced ids) precede Microsoft's code, because one code covers several causes.
 */

const rules: readonly Rule[] = [
  findSuccess,
  ({ body, call }) => body.tokenError && judgeTokenError(body.tokenError, call.status),
  findWrongAddress,
  findIdentity,
  findThrottling,
  findUploadRefused,
  findExpiredToken,
  findMisplaced,
  findMissingHeader,
  findTransferOver,
  findRefusedCredentials,
  findMissingRights,
  findUnknownOperation,
  ({ fault }) => fault.verdict && { verdict: fault.verdict, detail: fault.documented },
  findFailedJob,
  findUnreadSoap,
  ({ fault }) =>
    fault.class === 'passing' && !isUnlisted(fault) ? { verdict: 'service_trouble' } : undefined,
  ({ fault }) => (fault.class === 'request' ? refusedRequest(fault) : undefined),
]

/** Explains a failed call: which credential is at fault, and who acts. Pure; never throws on a strange body. */
export function diagnoseFailedCall(call: FailedCall, context: DiagnosisContext): Diagnosis {
  const sent = call.sent ?? {}
  const service = call.service ?? serviceOfAddress(sent)
  const bodyText = textOf(call.body)
  const body = readFaultBody(bodyText)
  const status = call.status || (body.head?.status ?? findStatusInText(bodyText))
  const { trackingId } = call
  const answer = { ...(service && { service }), status, ...(trackingId && { trackingId }), bodyText }
  const facts: Facts = { call: { ...call, status }, sent, fault: toFault(answer, body), body, context }
  return withSoapNote(toDiagnosis(findingOf(facts), facts.fault, context), facts)
}

function findingOf(facts: Facts): Finding {
  for (const rule of rules) {
    const finding = rule(facts)
    if (finding) return finding
  }
  return { verdict: 'unexplained' }
}

/** A success status with a fault in the body is a failure: SOAP answers like this (BingAds-Python-SDK#190). */
function findSuccess({ call, fault, body }: Facts): Finding | undefined {
  if (call.status < 200 || call.status > 299) return undefined
  if (body.isPartial) return { verdict: 'partial_failure' }
  if (body.failedJob) return fault.isDocumented && fault.class !== 'request' ? undefined : failedJob(body)
  if (fault.errors.length > 0 || body.tokenError || body.form === 'html') return undefined
  return isSoapFaultElement(body) ? undefined : { verdict: 'not_a_failure' }
}

function isSoapFaultElement({ form, text }: FaultBody): boolean {
  return form === 'soapFault' && !/<(?:\w{1,20}:)?\w{3,80}Response[\s>]/.test(text.slice(0, 4_000))
}

function findFailedJob({ body }: Facts): Finding | undefined {
  return body.failedJob ? failedJob(body) : undefined
}

function failedJob({ failedJob: status }: FaultBody): Finding {
  const again = 'Request all data once, without `LastSyncTimeInUTC`.'
  const hint = status === 'FailedFullSyncRequired' ? ` ${again}` : ''
  return { verdict: 'job_failed', detail: `Its status is ${status}.${hint}` }
}

/** Includes Microsoft's name of the refusal: the credentials are not at fault, and the name leads to the cause. */
function refusedRequest({ code, errorCode }: AdvertisingFault): Finding {
  const name = errorCode && `Microsoft calls it ${errorCode} (${code}).`
  const isFeature = /Pilot|NotEnabled|NotEligible/.test(errorCode)
  const feature =
    'The customer isn’t enabled for this feature. Microsoft Advertising support can tell you why.'
  const detail = [name, isFeature && feature].filter(Boolean).join(' ')
  return { verdict: 'request_invalid', ...(detail && { detail }) }
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  return body === undefined || body === null ? '' : JSON.stringify(body)
}
