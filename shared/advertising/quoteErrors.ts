import type { AdvertisingError } from './advertisingError.ts'
import { redact } from './redact.ts'

/** What Microsoft says about a refusal, without secrets. */
export interface QuotedErrors {
  /** Its codes with their names, such as `2002 ReportingServiceUnknownReportType`; 20 at most. */
  readonly codes: readonly string[]
  /** Our sentence, and behind it Microsoft's own words, if it sent any. */
  readonly detail: string
}

/** An answer can have an error for each of thousands of items. */
const [maxCodes, maxSentences] = [20, 3]

/** Quotes Microsoft's errors behind our own sentence about them. */
export function quoteErrors(ours: string, errors: readonly AdvertisingError[]): QuotedErrors {
  const codes = errors.map(({ code, errorCode }) => redact(`${code ?? ''} ${errorCode}`.trim()))
  const sentences = errors
    .flatMap(({ message, detail }) => [message, detail])
    .map((text) => redact(text.replace(/\s+/g, ' ').trim()))
  const words = distinct(sentences).slice(0, maxSentences).join(' ')
  const quoted = words && words !== ours ? ` Microsoft’s words: “${words}”` : ''
  return { codes: distinct(codes).slice(0, maxCodes), detail: `${ours}${quoted}` }
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter(Boolean)
}
