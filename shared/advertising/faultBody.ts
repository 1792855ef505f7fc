import { parseJsonOrNothing } from './json.ts'

/** One error of a fault body. Texts are empty when Microsoft sent none. */
export interface AdvertisingError {
  readonly code?: number
  readonly errorCode: string
  readonly message: string
  readonly detail: string
}

/** What kind of body a failed call brought. */
export type BodyForm = 'fault' | 'soapFault' | 'foreignJson' | 'html' | 'text' | 'empty'

/** A body as far as it could be understood. */
export interface FaultBody {
  readonly form: BodyForm
  readonly errors: readonly AdvertisingError[]
  /** Empty when the body names none. */
  readonly trackingId: string
}

/**
 * The lists in which Microsoft's fault types keep their errors: AdApiFaultDetail; ApiFault; ApiFaultDetail and
 * ApiBatchFault; EditorialApiFaultDetail; and the partial errors of an answer with status 200.
 */
const errorLists = ['Errors', 'OperationErrors', 'BatchErrors', 'EditorialErrors', 'PartialErrors']

/** Reads a body of whatever kind; never throws. */
export function readFaultBody(bodyText: string): FaultBody {
  const text = bodyText.trim()
  if (text === '') return { form: 'empty', errors: [], trackingId: '' }
  const json = parseJsonOrNothing(text)
  if (json !== undefined) return readJsonFault(json)
  if (/<(\w+:)?Envelope[\s>]/.test(text)) return readSoapFault(text)
  return { form: /^<(!doctype html|html)/i.test(text) ? 'html' : 'text', errors: [], trackingId: '' }
}

/**
 * Cuts what may be a secret out of a foreign text, and the text to 300 characters: whatever follows `Bearer`,
 * and every unbroken run of 40 characters or more (a tracking id has 36).
 */
export function redact(text: string): string {
  return text
    .replace(/Bearer\s+\S+/gi, 'Bearer [redacted]')
    .replace(/(DeveloperToken|AuthenticationToken|Password)("?\s*[:=>]\s*"?)[^\s"<,;]+/gi, '$1$2[redacted]')
    .replace(/[\w.~+/=-]{40,}/g, '[redacted]')
    .slice(0, 300)
}

function readJsonFault(json: unknown): FaultBody {
  const members = asRecord(json)
  const errors = errorLists.flatMap((name) => asArray(members[name]).flatMap(readJsonError))
  const isFault = errors.length > 0 || typeof members.TrackingId === 'string'
  return { form: isFault ? 'fault' : 'foreignJson', errors, trackingId: asText(members.TrackingId) }
}

function readJsonError(error: unknown): AdvertisingError[] {
  if (typeof error !== 'object' || error === null) return []
  const members = asRecord(error)
  return [
    {
      ...codeOf(members.Code),
      errorCode: asText(members.ErrorCode),
      message: asText(members.Message),
      detail: asText(members.Detail ?? members.Details),
    },
  ]
}

function readSoapFault(text: string): FaultBody {
  const blocks = text.match(
    /<(\w+:)?(AdApiError|OperationError|BatchError|EditorialError)[\s>][\s\S]*?<\/\1\2>/g,
  )
  const errors = (blocks ?? []).map((block) => ({
    ...codeOf(elementOf(block, 'Code')),
    errorCode: elementOf(block, 'ErrorCode'),
    message: elementOf(block, 'Message'),
    detail: elementOf(block, 'Details?'),
  }))
  return { form: 'soapFault', errors, trackingId: elementOf(text, 'TrackingId') }
}

function elementOf(xml: string, name: string): string {
  return asText(xml.match(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`))?.[1])
}

function codeOf(value: unknown): { code?: number } {
  const code = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof code === 'number' && Number.isInteger(code) ? { code } : {}
}

function asText(value: unknown): string {
  return typeof value === 'string' ? redact(value.trim()) : ''
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
