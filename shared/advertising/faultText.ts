import type { AdvertisingError } from './advertisingError.ts'
import { isListedCode, rowOfName } from './errorNames.ts'

/** The contents found in a text that isn't JSON. */
export interface ReadText {
  readonly errors: readonly AdvertisingError[]
  readonly trackingId: string
}

type Field = keyof AdvertisingError | 'trackingId'

const fields: Readonly<Record<string, Field>> = {
  code: 'code',
  errorcode: 'errorCode',
  message: 'message',
  detail: 'detail',
  details: 'detail',
  trackingid: 'trackingId',
}

const key = /(?<![A-Za-z0-9_])(?:Code|ErrorCode|Message|Details?|TrackingId)(?![A-Za-z0-9_])/gi
/** Words before a `Code` that isn't Microsoft's: `Status Code: 401`, `Fault Code: s:Server`, `exit code 1`. */
const otherCode = /(?:status|http|response|exit|fault|return)[ _-]?$/i
/** The most characters of a value in a fault. */
const maxValueCharacters = 2_000

const attributes = /(?:\s[^<>]{0,300})?(\/?)>/y
const separator = /["'\]]{0,2}[ \t]{0,20}(?:=>\s{0,40}|[:=][ \t]{0,40})/y
/**
 * A value in JSON, Python, suds, PHP's `print_r` and `var_dump`, or bare; an unclosed quote is a paste that was cut.
 */
const value =
  /(?:string\(\d{1,6}\) ?|int\(|[ub](?=["']))?(?:"((?:[^"\\]|\\[\s\S])*)|'((?:[^'\\]|\\[\s\S])*)|(-?\d{1,9})(?![\w.-])|([^\s,;[\](){}<>"'][^\n,;\])}<>]*))/y

/**
 * Reads the errors from a fault that was pasted in any text form: XML, JSON that was cut or has single quotes, a
 * Python dictionary, a suds dump, PHP's `print_r` and `var_dump`, an SDK's message. Each name is read once and
 * each value up to {@link maxValueCharacters}, so the time grows only with the text.
 */
export function readFaultText(text: string): ReadText {
  const records: Partial<Record<Field, string>>[] = []
  let trackingId = ''
  let current: Partial<Record<Field, string>> = {}
  for (const [field, found] of pairsOf(text.includes('\\"') ? text.replaceAll('\\"', '"') : text)) {
    if (field === 'trackingId') {
      trackingId ||= found.match(/^[\w-]+/)?.[0] ?? ''
      continue
    }
    if (field in current) {
      records.push(current)
      current = {}
    }
    current[field] = found
  }
  records.push(current)
  const isFault = isFaultText(text)
  return { errors: records.flatMap((record) => toError(record, isFault)), trackingId }
}

function* pairsOf(text: string): Generator<readonly [Field, string]> {
  let readTo = 0
  for (const match of text.matchAll(key)) {
    if (match.index < readTo) continue
    const field = fields[match[0].toLowerCase()]!
    const found = valueAt(text, match.index, match.index + match[0].length)
    if (!found) continue
    // An unquoted word ends at a space; only sentences continue.
    const isWord = found.isBare && field !== 'message' && field !== 'detail'
    const words = isWord ? (found.text.match(/^\S+?(?=[.:]?(?:\s|$))/)?.[0] ?? '') : found.text
    readTo = isWord ? found.end - (found.text.length - words.length) : found.end
    yield [field, words]
  }
}

interface FoundValue {
  readonly text: string
  readonly end: number
  /** Whether it's neither in quotes nor in an element. */
  readonly isBare?: boolean
}

function valueAt(text: string, start: number, end: number): FoundValue | undefined {
  if (/[</:]/.test(text[start - 1] ?? '')) {
    const open = isElement(text, start) && stickyMatch(attributes, text, end)
    if (open) return open[1] ? { text: '', end } : elementText(text, end + open[0].length)
  }
  if (otherCode.test(text.slice(Math.max(0, start - 12), start))) return undefined
  const between = stickyMatch(separator, text, end)
  if (!between) return undefined
  const from = end + between[0].length
  const found = stickyMatch(value, text.slice(from, from + maxValueCharacters), 0)
  const words = found ? (found[1] ?? found[2] ?? found[3] ?? found[4]) : undefined
  const isBare = found?.[4] !== undefined
  return { text: isNothing(words) ? '' : words!.trim(), end: from + (found?.[0].length ?? 0), isBare }
}

/** Whether `<name` or `<prefix:name` opens an element; a closing tag does not. */
function isElement(text: string, start: number): boolean {
  return /<(?:\w{1,20}:)?$/.test(text.slice(Math.max(0, start - 22), start))
}

function elementText(text: string, from: number): FoundValue {
  const rest = text.slice(from, from + maxValueCharacters)
  const close = rest.indexOf('<')
  const found = close < 0 ? rest : rest.slice(0, close)
  return { text: found.trim(), end: from + found.length }
}

function isNothing(words: string | undefined): boolean {
  return words === undefined || /^(?:null|none|nil|undefined)\b/i.test(words)
}

/** Numbers named `code` are common; they're Microsoft's only near the words of its faults. */
function isFaultText(text: string): boolean {
  return /TrackingId|Error_?Code|AdApi(?:Error|Fault)|Api(?:Batch)?Fault|(?:Operation|Batch)Error|["']Errors["']/i.test(
    text,
  )
}

function toError(record: Partial<Record<Field, string>>, isFault: boolean): AdvertisingError[] {
  const { code = '', errorCode = '', message = '', detail = '' } = record
  const isNumber = /^\d{1,9}$/.test(code)
  const name = errorCode || (isNumber ? '' : code)
  if (code === '' && name === '') return []
  if (!isFault && !rowOfName(name) && isNumber) return []
  return [{ ...(isNumber && { code: Number(code) }), errorCode: name, message, detail }]
}

function stickyMatch(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Microsoft's complete messages, for logs that contain only the message. */
const sentences: readonly (readonly [string, string])[] = [
  ['authentication failed. either supplied credentials are invalid', 'InvalidCredentials'],
  ['authentication token expired. please renew it', 'AuthenticationTokenExpired'],
  ['does not represent a authorized developer', 'UserIsNotAuthorized'],
  ['you have exceeded the number of calls that you are allowed', 'CallRateExceeded'],
  [
    'no more bulk upload or download calls will be permitted',
    'BulkServiceNoMoreCallsPermittedForTheTimePeriod',
  ],
  ['maximum number of concurrent report requests', 'ConcurrentRequestOverLimit'],
]

/** Symbolic names in running text, without their numbers: a log line, an exception's message. */
export function namesInText(text: string): AdvertisingError[] {
  const lower = text.toLowerCase()
  const sentence = sentences.find(([words]) => lower.includes(words))
  const names = sentence ? [sentence[1]] : distinctiveNames(text)
  const start = sentence ? lower.indexOf(sentence[0]) : 0
  const message = sentence ? text.slice(start, start + 200) : ''
  return names.flatMap((name) => {
    const row = rowOfName(name)
    return row && isListedCode(row.code) ? [{ errorCode: row.name, message, detail: '' }] : []
  })
}

/** Names of three or more words: shorter ones occur in ordinary text. */
function distinctiveNames(text: string): string[] {
  const words = text.match(/(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9]{11,99}(?![A-Za-z0-9_])/g) ?? []
  return [...new Set(words)].filter((word) => (word.match(/[A-Z]/g) ?? []).length >= 2 && rowOfName(word))
}
