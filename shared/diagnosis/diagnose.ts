import { type FaultBody, readFaultBody } from '../advertising/faultBody.ts'
import { type AdvertisingFault, toFault } from '../advertising/faults.ts'
import { identityFaultOf } from '../advertising/identityFault.ts'
import { type ServiceName, services } from '../advertising/services.ts'
import type { SignInWith } from '../domain/connectHint.ts'
import { type CredentialName, soapNote, type VerdictCode, verdicts } from '../domain/verdicts.ts'
import type { AccountKind, Environment, IdentityProvider } from '../environment.ts'
import type { Actor } from '../problems.ts'
import type { FoundDeveloperToken } from '../secrets/developerTokens.ts'
import {
  isRetiredAddress,
  isSoapAddress,
  isTransferAddress,
  type OwnerOfAddress,
  type SentTo,
  serviceOfAddress,
} from './addresses.ts'
import { type Finding, findMisplacedId, findUnreachableId, type SentIds } from './diagnoseIds.ts'
import { judgeTokenError } from './judgeTokenError.ts'
import type { KnownAccounts } from './knownAccounts.ts'
import { isMicrosoftAddress, isSignInAddress, otherServiceOf, rightHostOf } from './microsoftHosts.ts'

/** A call to Microsoft Advertising that failed, as its sender tells it. */
export interface FailedCall {
  /** Absent: found out from `sent`, where it tells. */
  readonly service?: ServiceName
  /** 0 where it was not told: the body's own head tells, where it has one. */
  readonly status: number
  /** The body as text, or as the JSON it was parsed to. */
  readonly body?: unknown
  readonly trackingId?: string
  readonly sent?: SentIds & SentTo
}

/** What the broker knows of the tenant and of its own developer token. */
export interface DiagnosisContext {
  readonly environment: Environment
  readonly identityProvider: IdentityProvider
  readonly accountKind?: AccountKind
  readonly accounts: KnownAccounts
  /** Of the token that was vended last; absent when there is none. */
  readonly tokenExpiresAt?: Date
  /** Whether the broker made the call itself, with that very token. Default is no: an app may hold an older one. */
  readonly isCallOfBroker?: boolean
  readonly developerToken: DeveloperTokenState
  readonly ownerOfAddress: OwnerOfAddress
  readonly now: Date
}

/** What can be said of the environment's developer token without a call. */
export type DeveloperTokenState = 'present' | 'missing' | 'ofOtherEnvironment' | MalformedToken

/** What is stored cannot be a developer token: the vault secret by name, and what is wrong with it. */
interface MalformedToken {
  readonly malformed: string
}

/** Which credential is at fault, why, and who does what. No text in it holds a secret. */
export interface Diagnosis {
  readonly verdict: VerdictCode
  readonly credential: CredentialName
  readonly actor: Actor
  readonly explanation: string
  readonly next: readonly string[]
  /** What was seen. */
  readonly evidence: string
  /** Microsoft's id of the call. */
  readonly trackingId?: string
  readonly retryAfterSeconds?: number
  /** With a verdict about who signed in: which sign-in would work. */
  readonly signInWith?: SignInWith
}

/** What the rules look at. */
interface Facts {
  readonly call: FailedCall
  readonly sent: SentIds & SentTo
  readonly fault: AdvertisingFault
  readonly body: FaultBody
  readonly context: DiagnosisContext
}

type Rule = (facts: Facts) => Finding | undefined

/** Microsoft's published developer token of the sandbox (guides/sandbox.md): good there, of no use in production. */
const sandboxDeveloperToken = 'BBD37VB98'

/**
 * The rules, in the order in which they are asked; the first finding stands. What proves itself (address, form,
 * misplaced ids) comes before what Microsoft's code says, since one code covers several causes.
 */
const rules: readonly Rule[] = [
  findSuccess,
  ({ body, call }) => body.tokenError && judgeTokenError(body.tokenError, call.status),
  findWrongAddress,
  findIdentity,
  findThrottling,
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

/** Explains a call that failed: which credential is at fault, and who acts. Pure; never throws on a strange body. */
export function diagnoseFailedCall(call: FailedCall, context: DiagnosisContext): Diagnosis {
  const sent = call.sent ?? {}
  const service = call.service ?? serviceOfAddress(sent)
  const bodyText = textOf(call.body)
  const body = readFaultBody(bodyText)
  const status = call.status || (body.head?.status ?? 0)
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

/** Judges a developer token by itself. `other` is the other environment's, where there is one. */
export function judgeDeveloperToken(
  environment: Environment,
  found: FoundDeveloperToken,
  other?: FoundDeveloperToken,
): DeveloperTokenState {
  if (!found.ok) return found.reason === 'developer_token_missing' ? 'missing' : { malformed: found.detail }
  const token = found.value
  // Stored for both environments it is wrong in one of them only: the sandbox's calls work.
  if (token === sandboxDeveloperToken) return environment === 'sandbox' ? 'present' : 'ofOtherEnvironment'
  return other?.ok && token === other.value ? 'ofOtherEnvironment' : 'present'
}

/** What is found of a developer token without a call; undefined when nothing speaks against it. */
export function findUnusableToken(state: DeveloperTokenState): Finding | undefined {
  if (state === 'present') return undefined
  if (state === 'missing') return { verdict: 'developer_token_not_set' }
  if (state === 'ofOtherEnvironment') return { verdict: 'developer_token_of_other_environment' }
  return { verdict: 'developer_token_malformed', detail: state.malformed }
}

/** Puts a finding and what was seen into a diagnosis. */
export function toDiagnosis(
  finding: Finding,
  fault: Pick<
    AdvertisingFault,
    'evidence' | 'trackingId' | 'retryAfterSeconds' | 'class' | 'code' | 'reason'
  >,
  context: Pick<DiagnosisContext, 'identityProvider'>,
): Diagnosis {
  const { credential, actor, explanation, next } = verdicts[finding.verdict]
  const identity = identityFaultOf(fault)
  return {
    verdict: finding.verdict,
    credential,
    actor,
    explanation: finding.detail ? `${explanation} ${finding.detail}` : explanation,
    next: [...(identity ? [identity.advice] : []), ...googleHint(finding, context), ...next],
    evidence: fault.evidence,
    ...(fault.trackingId && { trackingId: fault.trackingId }),
    ...(fault.retryAfterSeconds !== undefined && { retryAfterSeconds: fault.retryAfterSeconds }),
    ...(identity && { signInWith: identity.signInWith }),
  }
}

/** A status of success with a fault in its body is a failure: SOAP answers so (BingAds-Python-SDK#190). */
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
  const again = 'Ask for all data once, without `LastSyncTimeInUTC`.'
  const hint = status === 'FailedFullSyncRequired' ? ` ${again}` : ''
  return { verdict: 'job_failed', detail: `Its status is ${status}.${hint}` }
}

function findWrongAddress({ sent, context }: Facts): Finding | undefined {
  if (isRetiredAddress(sent)) return { verdict: 'retired_endpoint' }
  const owner = context.ownerOfAddress(sent)
  const other = otherServiceOf(sent)
  if (other) return { verdict: 'other_service', detail: `The address is of ${other}.` }
  if (isSignInAddress(sent)) return undefined
  if (owner === 'nobody' && !isMicrosoftAddress(sent)) return { verdict: 'unknown_host' }
  const rightHost = rightHostOf(sent)
  if (rightHost) return { verdict: 'wrong_host', detail: `This path is at ${rightHost}.` }
  if (owner === 'nobody') return { verdict: 'wrong_host' }
  if (owner === undefined || owner === 'both' || owner === context.environment) return undefined
  const detail = `The tenant belongs to ${context.environment}, the host to ${owner}.`
  return { verdict: 'wrong_environment', detail }
}

function findIdentity({ fault }: Facts): Finding | undefined {
  const identity = identityFaultOf(fault)
  return identity && { verdict: identity.reason }
}

function findThrottling({ fault }: Facts): Finding | undefined {
  return fault.class === 'backOff' ? { verdict: fault.verdict ?? 'throttled_calls' } : undefined
}

function findExpiredToken({ fault, context }: Facts): Finding | undefined {
  // A 401 that names another cause than the access token is none of its.
  const isBare401 =
    fault.status === 401 && fault.code === undefined && (fault.isBare || fault.named === 'accessToken')
  if (fault.class !== 'expiredToken' && !isBare401) return undefined
  // 109 means age. A fresh token in the row contradicts it only where that token is the one that was sent: an app
  // that fails so has mostly held its token past the hour, while the broker has long replaced it.
  const isAgeDoubted = isBare401 || context.isCallOfBroker
  return {
    verdict: isAgeDoubted && isTokenCurrent(context) ? 'access_token_revoked' : 'access_token_expired',
  }
}

function findMisplaced({ sent, fault, context }: Facts): Finding | undefined {
  const isAboutIds = fault.class === 'credentials' || fault.class === 'rights' || fault.class === 'request'
  // Code 0 is also what an operation answers that has no code for it (guides/handle-service-errors-exceptions).
  const mayBe = fault.code === 0 || (fault.class === 'unexpectedAnswer' && fault.status === 400)
  return isAboutIds || mayBe ? findMisplacedId(sent, context.accounts) : undefined
}

function findMissingHeader({ sent, fault, call }: Facts): Finding | undefined {
  if (fault.code !== 116) return undefined
  if (fault.named === 'developerToken') return { verdict: 'developer_token_missing' }
  const needsIds = fault.service !== undefined && services[fault.service].needsIds
  if (needsIds && call.sent && !sent.accountId) return { verdict: 'account_id_missing' }
  if (needsIds && call.sent && !sent.customerId) return { verdict: 'customer_id_missing' }
  return { verdict: 'header_missing' }
}

/** The age of the access token is not asked here: 109 speaks of age, and 105 never does. */
function findRefusedCredentials({ sent, fault, context }: Facts): Finding | undefined {
  const isDeveloperNamed = fault.named === 'developerToken'
  if (fault.class !== 'credentials' && !(fault.class === 'rights' && isDeveloperNamed)) return undefined
  if (isRetiredSignIn(fault, context.environment)) return { verdict: 'retired_sign_in' }
  if (fault.verdict) return { verdict: fault.verdict, detail: fault.documented }
  if (!fault.isDocumented && !isDeveloperNamed) return undefined
  const unusableToken = findUnusableToken(context.developerToken)
  if (unusableToken) return unusableToken
  if (isDeveloperNamed) return { verdict: 'developer_token_refused' }
  const unusable = findUnreachableId(sent, context.accounts)
  return unusable?.verdict === 'account_not_usable' ? unusable : { verdict: 'credentials_refused' }
}

function findMissingRights({ sent, fault, context }: Facts): Finding | undefined {
  if (fault.class !== 'rights') return undefined
  if (fault.reason === 'AccountInactive') return { verdict: 'account_not_usable' }
  const wrongId = findUnreachableId(sent, context.accounts)
  if (wrongId) return wrongId
  if (isUnlisted(fault)) return undefined
  if (fault.verdict) return { verdict: fault.verdict, detail: fault.documented }
  // Ids that nobody told of, or that there is nothing to compare with, may be what is wrong.
  const areIdsKnown = !context.accounts.isEmpty && Boolean(sent.accountId || sent.customerId)
  return { verdict: areIdsKnown ? 'user_without_rights' : 'access_refused', detail: fault.documented }
}

/** An error that Microsoft names and does not document: the status alone says nothing against its name. */
function isUnlisted({ isDocumented, errors }: AdvertisingFault): boolean {
  return !isDocumented && errors.length > 0
}

/** Whose fault a SOAP fault is that names no code, its body does not tell: the code stands in the fault's details. */
function findUnreadSoap({ sent, fault, body }: Facts): Finding | undefined {
  if (fault.isDocumented || isUnlisted(fault)) return undefined
  return isSoap(sent, body) ? { verdict: 'soap_call' } : undefined
}

/** SOAP's own end is no cause of the failure, but whoever reads of one should know. */
function withSoapNote(diagnosis: Diagnosis, { sent, body }: Facts): Diagnosis {
  if (!isSoap(sent, body) || diagnosis.verdict === 'soap_call') return diagnosis
  return { ...diagnosis, next: [...diagnosis.next, soapNote] }
}

function isSoap(sent: SentTo, { form }: FaultBody): boolean {
  return form === 'soapFault' || isSoapAddress(sent)
}

/** With Microsoft's name of the refusal: the credentials are not at fault, and the name leads to the cause. */
function refusedRequest({ code, errorCode }: AdvertisingFault): Finding {
  const name = errorCode && `Microsoft calls it ${errorCode} (${code}).`
  const isFeature = /Pilot|NotEnabled|NotEligible/.test(errorCode)
  const feature = 'The customer is not enabled for this feature; Microsoft Advertising support can tell why.'
  const detail = [name, isFeature && feature].filter(Boolean).join(' ')
  return { verdict: 'request_invalid', ...(detail && { detail }) }
}

/** Whether a refusal is how the sandbox answers tokens of its older sign-in host: plain text, and no fault. */
export function isRetiredSignIn(
  fault: Pick<AdvertisingFault, 'status' | 'form'>,
  environment: Environment,
): boolean {
  return environment === 'sandbox' && fault.status === 403 && fault.form === 'text'
}

/** Such an address lives for minutes. Once over it is refused as a whole, whatever the tokens are. */
function findTransferOver({ call, fault, sent }: Facts): Finding | undefined {
  const isOver = [403, 404, 410].includes(call.status) && fault.form !== 'fault'
  return isOver && isTransferAddress(sent) ? { verdict: 'transfer_address_over' } : undefined
}

function findUnknownOperation({ call }: Facts): Finding | undefined {
  return [404, 405, 501].includes(call.status) ? { verdict: 'unknown_operation' } : undefined
}

function isTokenCurrent({ tokenExpiresAt, now }: DiagnosisContext): boolean {
  return tokenExpiresAt !== undefined && tokenExpiresAt > now
}

function googleHint(
  { verdict }: Finding,
  { identityProvider }: Pick<DiagnosisContext, 'identityProvider'>,
): readonly string[] {
  const isToldApart = verdict === 'credentials_refused' || verdict === 'access_token_revoked'
  return identityProvider === 'google' && isToldApart
    ? ['Send `IdentityProvider: Google`, as `headers` of the vend answer do.']
    : []
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body
  return body === undefined || body === null ? '' : JSON.stringify(body)
}
