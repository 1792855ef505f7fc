/** Whitespace and invisible characters: zero-width characters, direction marks, byte order marks. */
const blanksAround = /^[\s\p{Cf}\p{Cc}]+|[\s\p{Cf}\p{Cc}]+$/gu

/** A cell without surrounding whitespace and invisible characters. */
export function trimCell(value: string): string {
  return value.replace(blanksAround, '')
}

const words = new Set(['environment', 'identityProvider', 'accountKind'])

/** A cell in the form for checking: flags in every spelling from spreadsheets, words in lower case. */
export function toValue(name: string, value: string, isFlag: boolean): string | boolean {
  if (isFlag && /^(?:true|yes|1)$/i.test(value)) return true
  if (isFlag && /^(?:false|no|0)$/i.test(value)) return false
  return words.has(name) ? value.toLowerCase() : value
}

/** Why a cell can't be a refresh token; undefined if it can. Never contains the token. */
export function tokenFault(token: string): string | undefined {
  if (/^["'“”‘’`]|["'“”‘’`]$/.test(token)) return 'has quotation marks around the token; remove them'
  if (token.startsWith('=')) return 'is a formula; paste the token alone'
  const label = token.match(/^([A-Za-z][A-Za-z_ -]{0,30}?)\s*[=:]/)?.[1] ?? token.match(/^(Bearer)\s/i)?.[1]
  if (label) return `has “${label}” in front of the token; remove it`
  if (/^[{[]/.test(token)) return 'is JSON; paste the token alone'
  if (/\s/.test(token)) return 'has a space or a line break inside the token'
  if (!/^[\x21-\x7e]+$/.test(token)) return 'has a character that no token has; copy it again'
  if (/^eyJ[\w-]+\.[\w-]+\./.test(token)) return 'is an access token or ID token, and not a refresh token'
  return /[,;]$/.test(token) ? 'ends with a comma or semicolon; remove it' : undefined
}
