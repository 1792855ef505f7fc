import { createCipheriv, createDecipheriv, KeyObject } from 'node:crypto'

/** The length of an authentication tag of AES-GCM; jose uses no other (RFC 7518, section 5.3). */
const tagBytes = 16

type Key = Parameters<typeof KeyObject.from>[0]

interface Gcm {
  readonly iv: Uint8Array
  readonly additionalData: Uint8Array
}

/**
 * Makes AES-GCM of Web Crypto answer at once in this process, with Node's own cipher, instead of on a thread. A virtual
 * clock can't see that work waits for a thread, and would let time pass; and two years seal millions of texts.
 */
export function cipherAtOnce(): void {
  const importHidden = crypto.subtle.importKey.bind(crypto.subtle)
  const imported = new WeakMap<Uint8Array, Promise<Key>>()
  const importKey = (format: 'raw', bytes: Uint8Array, ...[algorithm]: ImportRest) => {
    // Only a key that can be exported is usable outside of Web Crypto.
    const key = imported.get(bytes) ?? importHidden(format, bytes, algorithm, true, ['encrypt', 'decrypt'])
    imported.set(bytes, key)
    return key
  }
  for (const [name, value] of Object.entries({ decrypt, encrypt, importKey }))
    Object.defineProperty(crypto.subtle, name, { value, configurable: true })
}

type ImportRest = [algorithm: 'AES-GCM']

async function encrypt({ additionalData, iv }: Gcm, key: Key, data: Uint8Array): Promise<Uint8Array> {
  const cipher = createCipheriv('aes-256-gcm', KeyObject.from(key), iv).setAAD(additionalData)
  return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()])
}

async function decrypt({ additionalData, iv }: Gcm, key: Key, data: Uint8Array): Promise<Uint8Array> {
  const [text, tag] = [data.subarray(0, -tagBytes), data.subarray(-tagBytes)]
  const cipher = createDecipheriv('aes-256-gcm', KeyObject.from(key), iv).setAAD(additionalData)
  cipher.setAuthTag(tag)
  return Buffer.concat([cipher.update(text), cipher.final()])
}
