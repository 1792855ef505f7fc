import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { type BrowserBinding, deriveBrowserSecret, isSameBrowser } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { ConnectFailure } from './failures.ts'
import type { SavedSignIn } from './savedSignIn.ts'

/** The end of a callback: back at the app, or on a page. */
export type CallbackResult = Pick<SavedSignIn, 'returnUrl'> | ConnectFailure

interface CallbackRecordDependencies {
  readonly clock: Clock
  readonly records: Pick<OneTimeRecords, 'put' | 'read'>
}

/** People reload or go back within minutes; after that, the app knows the result. */
const recordSeconds = 600
/** The first callback may still be waiting for Microsoft. */
const maxWaitSeconds = 20
const pollMilliseconds = 500

/**
 * Records that this browser's callback has arrived, before the state is spent, so a second callback never misses it.
 */
export async function recordCallbackStarted(
  { clock, records }: CallbackRecordDependencies,
  state: string,
  { hash }: BrowserBinding,
): Promise<void> {
  await records.put('callback', state, { browserHash: hash }, addSeconds(clock.now(), recordSeconds))
}

/**
 * Records where the callback ended, for 10 minutes. The note is encrypted with a key that only the browser's cookie
 * provides, because the return URL and the page contain one-time codes. If storage refuses the note, this person isn't
 * affected.
 */
export async function recordCallbackResult(
  { clock, records }: CallbackRecordDependencies,
  state: string,
  browser: BrowserBinding,
  ended: CallbackResult,
): Promise<void> {
  const { tenant: _tenant, ...end } = ended as Partial<SavedSignIn> & CallbackResult
  const sealed = seal(JSON.stringify(end), keyOf(browser, state))
  const expiresAt = addSeconds(clock.now(), recordSeconds)
  await records.put('callback-end', state, { sealed }, expiresAt).catch(() => undefined)
}

/**
 * Returns where this browser's first callback ended; waits up to 20 seconds while it's still running.
 * @returns undefined if there was none, it came from another browser, or its end isn't known.
 */
export async function waitForFirstCallback(
  { clock, records }: CallbackRecordDependencies,
  state: string,
  browser: BrowserBinding | undefined,
): Promise<CallbackResult | undefined> {
  const begun = (await records.read('callback', state, clock.now())) as { browserHash: string } | undefined
  if (!begun || !browser || !isSameBrowser(browser, begun.browserHash)) return undefined
  const giveUpAt = addSeconds(clock.now(), maxWaitSeconds)
  for (;;) {
    const end = (await records.read('callback-end', state, clock.now())) as { sealed: string } | undefined
    if (end) return open(end.sealed, keyOf(browser, state))
    if (clock.now() >= giveUpAt) return undefined
    await clock.sleep(pollMilliseconds)
  }
}

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/** Initialization vector, tag and ciphertext in one string, base64url. */
function seal(text: string, key: Buffer): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv)
  const encrypted = [cipher.update(text, 'utf8'), cipher.final()]
  return Buffer.concat([iv, cipher.getAuthTag(), ...encrypted]).toString('base64url')
}

/** Returns undefined if the text wasn't sealed with this key or was changed since. */
function open(sealed: string, key: Buffer): CallbackResult | undefined {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
    decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes))
    const text =
      decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
    return JSON.parse(text) as CallbackResult
  } catch {
    return undefined
  }
}

function keyOf(browser: BrowserBinding, state: string): Buffer {
  return Buffer.from(deriveBrowserSecret(browser, 'callback', state), 'base64url')
}
