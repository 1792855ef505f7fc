import { randomInt } from 'node:crypto'

/** Firewalls take two dashes, which base64url can contain, for an attack (OWASP Core Rule Set, 942440). */
const characters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * Unguessable text of letters and digits.
 * @param length 43 characters have 256 bits of randomness, and 32 have 190. Base64url has the same lengths for 32 and 24
 *   bytes, so a release that issues base64url reads it, too.
 */
export function randomText(length: number): string {
  return Array.from({ length }, () => characters[randomInt(characters.length)]).join('')
}
