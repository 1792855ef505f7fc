import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type BrowserBinding, deriveBrowserSecret } from '../access/browser.ts'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Encrypts a value with a key that only the browser's cookie provides.
 * @param id the one-time id of what ended. Each has its own key.
 * @returns initialization vector, tag, and ciphertext in one text, base64url.
 */
export function sealForBrowser(browser: BrowserBinding, id: string, value: object): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, keyOf(browser, id), iv)
  const encrypted = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...encrypted]).toString('base64url')
}

/** Opens {@link sealForBrowser}. Returns undefined if it was sealed for another browser or id, or changed since. */
export function openForBrowser(browser: BrowserBinding, id: string, sealed: string): unknown {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const iv = bytes.subarray(0, ivBytes)
    const decipher = createDecipheriv(algorithm, keyOf(browser, id), iv, { authTagLength: tagBytes })
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    const text =
      decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function keyOf(browser: BrowserBinding, id: string): Buffer {
  return Buffer.from(deriveBrowserSecret(browser, 'callback', id), 'base64url')
}
