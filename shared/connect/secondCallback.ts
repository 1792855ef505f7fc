import { type Browser, type BrowserBinding, findBinding } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import { openForBrowser, sealForBrowser } from './browserSeal.ts'
import type { ConnectFailure } from './failures.ts'
import type { SavedSignIn } from './savedSignIn.ts'

/** The end of a callback: back at the app, or on a page. */
export type CallbackResult = Pick<SavedSignIn, 'returnUrl'> | ConnectFailure

interface CallbackRecordDependencies {
  readonly clock: Clock
  readonly records: Pick<OneTimeRecords, 'put' | 'read'>
}

/** People reload or go back within minutes; after that, the app knows the result. */
export const recordSeconds = 600
/** The first callback may still be waiting for busy storage after its deadline (25 s). */
const storageSeconds = 30
/** The time between two looks for its end. */
export const pollMilliseconds = 500

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
  const sealed = sealForBrowser(browser, state, end)
  const expiresAt = addSeconds(clock.now(), recordSeconds)
  await records.put('callback-end', state, { sealed }, expiresAt).catch(() => undefined)
}

/**
 * Returns where this browser's first callback ended; waits while it's still running, `CALLBACK_SECONDS` and half a
 * minute at most.
 * @returns undefined if there was none, it came from another browser, or its end isn't known.
 */
export async function waitForFirstCallback(
  {
    clock,
    config,
    records,
  }: CallbackRecordDependencies & { readonly config: Pick<Config, 'callbackSeconds'> },
  state: string,
  browser: Browser | undefined,
): Promise<CallbackResult | undefined> {
  const begun = (await records.read('callback', state, clock.now())) as { browserHash: string } | undefined
  const binding = begun && findBinding(browser, begun.browserHash)
  if (!binding) return undefined
  const giveUpAt = addSeconds(clock.now(), config.callbackSeconds + storageSeconds)
  for (;;) {
    const end = (await records.read('callback-end', state, clock.now())) as { sealed: string } | undefined
    if (end) return openForBrowser(binding, state, end.sealed) as CallbackResult | undefined
    if (clock.now() >= giveUpAt) return undefined
    await clock.sleep(pollMilliseconds)
  }
}
