import { rowOfName } from './errorNames.ts'

/** The longest text of others that is shown. */
const maxCharacters = 300
/** What is looked at to show that much: no text is read further, however long it is. */
const maxReadCharacters = 8_000

/** What names a secret, and the secret behind it, in JSON, XML, headers and form bodies. */
const named =
  /(DeveloperToken|AuthenticationToken|Password|client_?secret|client_assertion|refresh_?token|access_?token|id_token)(["'\]]{0,2}\s{0,9}(?:=>|[:=>])\s{0,9}(?:string\(\d{1,5}\)\s?)?["']?)[^\s"'<>,;&)}\]]+/gi
/** Tokens that begin in a known way: JWTs, personal accounts' codes and tokens, Google's. */
const known =
  /\b(?:eyJ[\w-]{8,}|M\.[CR]\d{1,4}_|ya29\.|1\/\/0|EwB[\w+/]{8}|GOCSPX-|[01]\.A[\w-]{20,})[\w.~+/=!*$-]*/g
/** Tracking ids and directories' ids. */
const guid = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi
const unbroken = /[\w.~+/=!*$-]{40,}/g

/**
 * Cuts out of a foreign text what can be a credential, and the text to 300 characters: whatever follows `Bearer` or
 * the name of a secret, what begins as tokens do, and every unbroken run of 40 characters or more that is not known
 * vocabulary. Names of Microsoft's error table, type names and addresses without a query are shown: they hold no secret.
 */
export function redact(text: string): string {
  return headOf(text)
    .replace(/Bearer\s{1,9}[^\s"'<]+/gi, 'Bearer [redacted]')
    .replace(named, '$1$2[redacted]')
    .replace(known, '[redacted]')
    .replace(unbroken, (run) => (isVocabulary(run) ? run : '[redacted]'))
    .slice(0, maxCharacters)
}

/** The beginning of a long text, without the run that the cut goes through: half a token looks like none. */
function headOf(text: string): string {
  if (text.length <= maxReadCharacters) return text
  const head = text.slice(0, maxReadCharacters)
  const lastBreak = Math.max(...[' ', '\n', ',', '"', '>'].map((character) => head.lastIndexOf(character)))
  return lastBreak < 0 ? '[redacted]' : head.slice(0, lastBreak + 1)
}

/** A run of known words, e.g. `CampaignServiceNegativeKeywordsTotalLengthExceeded` or `//bingads.microsoft.com/Customer/v13`. */
function isVocabulary(run: string): boolean {
  return run
    .replace(guid, '')
    .split(/[./:=_-]+/)
    .every((piece) => piece === '' || isWord(piece))
}

/**
 * Whether a piece is made of words. A random string's humps have two letters on average, so that at least three are
 * asked for; a piece in lower case is a host's label or a path's segment, and short.
 */
function isWord(piece: string): boolean {
  if (rowOfName(piece)) return true
  if (/^(?:[a-z]{1,20}|[vV]?\d{1,4})$/.test(piece)) return true
  if (!/^[A-Z][A-Za-z]*(?:V?\d)?$/.test(piece)) return false
  const humps = piece.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? []
  return piece.length / humps.length >= 3
}
