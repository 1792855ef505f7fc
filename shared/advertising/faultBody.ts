import type { AdvertisingError } from './advertisingError.ts'
import { readFaultJson } from './faultJson.ts'
import { namesInText, readFaultText } from './faultText.ts'
import { parseJsonOrNothing } from './json.ts'
import { parsePastedResponse, type ResponseHead } from './pastedResponse.ts'
import { tokenErrorOfJson, tokenErrorOfText } from './tokenErrorBody.ts'

/** The kind of a failed call's body. */
export type BodyForm = 'fault' | 'soapFault' | 'tokenError' | 'foreignJson' | 'html' | 'text' | 'empty'

/** A parsed body. Its texts come from outside: they're redacted before they leave the broker. */
export interface FaultBody {
  readonly form: BodyForm
  readonly errors: readonly AdvertisingError[]
  /** Empty if the body has none. */
  readonly trackingId: string
  /** Status and headers that were pasted before the body. */
  readonly head?: ResponseHead
  /** Whether the errors concern single items of a call that otherwise succeeded. */
  readonly isPartial: boolean
  /** The status of a failed report or bulk job; empty otherwise. */
  readonly failedJob: string
  /** A token endpoint's refusal, with the form `tokenError`. */
  readonly tokenError?: Readonly<Record<string, unknown>>
  /** The body without a pasted head, as text. */
  readonly text: string
}

/** The most characters that are read of forms other than JSON; a fault in text form is never longer. */
export const maxTextCharacters = 262_144

/** Reads a body of any kind and in any pasted form; never throws. Linear in its length. */
export function readFaultBody(bodyText: string): FaultBody {
  const { head, body } = parsePastedResponse(bodyText)
  const text = body.trim()
  return { ...nothing, ...(head && { head }), text, ...readText(text) }
}

type Read = Partial<FaultBody> & Pick<FaultBody, 'form'>

const nothing = { errors: [], trackingId: '', isPartial: false, failedJob: '' } as const

function readText(text: string): Read {
  if (text === '') return { form: 'empty' }
  const json = jsonOf(text)
  if (json !== undefined) return readJson(json, text)
  const head = text.slice(0, maxTextCharacters)
  if (isSoap(head)) return readSoap(head)
  const isHtml = /^(?:<\?xml[^>]{0,200}>\s{0,20})?<(?:!doctype html|html|head|body)/i.test(head)
  return isHtml ? readHtml(head) : readWords(head)
}

function readJson(json: unknown, text: string): Read {
  const { isFault, failedJob, ...found } = readFaultJson(json)
  if (isFault) return { form: 'fault', failedJob, ...found }
  const tokenError = tokenErrorOfJson(json)
  if (tokenError) return { form: 'tokenError', tokenError }
  if (failedJob) return { form: 'foreignJson', failedJob }
  // A tool's own JSON may contain the fault in one of its strings.
  const words = readWords(text.slice(0, maxTextCharacters))
  return words.form === 'text' ? { ...words, form: 'foreignJson' } : words
}

function readSoap(text: string): Read {
  const { errors, trackingId } = readFaultText(text)
  const isPartial = errors.length > 0 && !/<(?:\w{1,20}:)?Fault[\s>]/.test(text)
  const failedJob =
    text.match(/<(?:\w{1,20}:)?RequestStatus>(Failed\w{0,40})</)?.[1] ??
    text.match(/<(?:\w{1,20}:)?Status>(Error)</)?.[1] ??
    ''
  const told = errors.length > 0 ? errors : namesInText(text)
  return { form: 'soapFault', errors: told, trackingId, isPartial, failedJob }
}

/** A gateway's page. Entra's own error page contains its number; for every other page, the status is more useful. */
function readHtml(text: string): Read {
  const tokenError = /AADSTS\d/.test(text) ? tokenErrorOfText(text) : undefined
  return tokenError ? { form: 'tokenError', tokenError } : { form: 'html' }
}

function readWords(text: string): Read {
  const { errors, trackingId } = readFaultText(text)
  if (errors.some((error) => error.code !== undefined)) return { form: 'fault', errors, trackingId }
  const tokenError = tokenErrorOfText(text)
  if (tokenError) return { form: 'tokenError', tokenError }
  if (errors.length > 0) return { form: 'text', errors, trackingId }
  return { form: 'text', errors: namesInText(text), trackingId }
}

/** The text as JSON, or the JSON after a log's prefix; JSON inside a JSON string is parsed too. */
function jsonOf(text: string): unknown {
  const whole = parseJsonOrNothing(text)
  if (typeof whole === 'string') return parseJsonOrNothing(whole) ?? undefined
  if (whole !== undefined) return whole
  const head = text.slice(0, maxTextCharacters)
  const from = head.indexOf('{')
  const to = head.lastIndexOf('}')
  if (from < 0 || to < from) return undefined
  return parseJsonOrNothing(head.slice(from, to + 1))
}

/** An envelope, or a text that identifies itself as one. */
function isSoap(text: string): boolean {
  if (/<(?:\w{1,20}:)?Envelope[\s>]/.test(text)) return true
  return /SOAP[- ]?Fault|Check the SOAP fault details|Fault Code: s:|<faultcode|["']?faultstring["']?\s{0,5}[:=>]/i.test(
    text,
  )
}
