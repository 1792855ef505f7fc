import { rowOfName } from './errorNames.ts'

/** The most characters of an outside text that are shown. */
const maxCharacters = 300
/** The most characters that are read for that, even from a longer text. */
const maxReadCharacters = 8_000

/** The name of a secret and the secret after it, in JSON, XML, headers and form bodies. */
const named =
  /(DeveloperToken|AuthenticationToken|Password|client_?secret|client_assertion|refresh_?token|access_?token|id_token)(["'\]]{0,2}\s{0,9}(?:=>|[:=>])\s{0,9}(?:string\(\d{1,5}\)\s?)?["']?)[^\s"'<>,;&)}\]]+/gi
/** Tokens that begin in a known way: JWTs, personal accounts' codes and tokens, Google's. */
const known =
  /\b(?:eyJ[\w-]{8}|M\.[CR]\d{1,4}_|ya29\.|1\/\/0|EwB[\w+/]{8}|GOCSPX-|[01]\.A[\w-]{20})[\w.~+/=!*$-]*/g
/** Tracking ids and directories' ids. */
const guid = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi
const unbroken = /[\w.~+/=!*$-]{40,}/g

/**
 * Removes possible credentials from an outside text and limits it to 300 characters. It removes the word after `Bearer`
 * or the name of a secret, words that begin like tokens, and every unbroken run of 40 or more characters that isn't
 * known vocabulary. Names of Microsoft's error table, type names, and addresses without a query are shown: they contain
 * no secret.
 */
export function redact(text: string): string {
  return headOf(text)
    .replace(/Bearer\s{1,9}[^\s"'<]+/gi, 'Bearer [redacted]')
    .replace(named, '$1$2[redacted]')
    .replace(known, '[redacted]')
    .replace(unbroken, (run) => (isVocabulary(run) ? run : '[redacted]'))
    .slice(0, maxCharacters)
}

/** The beginning of a long text, without a partial run at the end: half a token doesn't look like one. */
function headOf(text: string): string {
  if (text.length <= maxReadCharacters) return text
  const head = text.slice(0, maxReadCharacters)
  const lastBreak = Math.max(...[' ', '\n', ',', '"', '>'].map((character) => head.lastIndexOf(character)))
  return lastBreak < 0 ? '[redacted]' : head.slice(0, lastBreak + 1)
}

/**
 * A run of known words, for example `CampaignServiceNegativeKeywordsTotalLengthExceeded` or
 * `//bingads.microsoft.com/Customer/v13`.
 */
function isVocabulary(run: string): boolean {
  return run
    .replace(guid, '')
    .split(/[./:=_-]+/)
    .every((piece) => piece === '' || isWord(piece))
}

/**
 * Whether a piece is made of words. The capitalized parts of a random string have two letters on average, so at least
 * three are required; a lowercase piece is a host's label or a path's segment, and short.
 */
function isWord(piece: string): boolean {
  if (rowOfName(piece)) return true
  if (/^(?:[a-z]{1,20}|[vV]?\d{1,4})$/.test(piece)) return true
  if (!/^[A-Z][A-Za-z]*(?:V?\d)?$/.test(piece)) return false
  const humps = piece.match(/[A-Z]{1,99}(?![a-z])|[A-Z]?[a-z]+/g) ?? []
  return piece.length / humps.length >= 3
}
