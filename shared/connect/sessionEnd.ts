import { type Browser, type BrowserBinding, findBinding } from '../access/browser.ts'
import { addSeconds } from '../clock.ts'
import { openForBrowser, sealForBrowser } from './browserSeal.ts'
import type { ConnectFailure } from './failures.ts'
import { linkAlreadyUsed, type SavedSignIn } from './savedSignIn.ts'
import { type CallbackResult, pollMilliseconds, recordSeconds } from './secondCallback.ts'
import {
  changeProgress,
  type ProgressDependencies,
  readProgress,
  type SessionEnd,
} from './sessionProgress.ts'
import { type WayBack, withWayBack } from './wayBack.ts'

/** Between the commit and the record of the end, a callback only writes accounts. */
const maxWaitSeconds = 20

/**
 * Records where the sign-in ended whose consent was kept. Only this browser can read it, because the return URL and the
 * page contain one-time codes. If storage refuses the record, this person isn't affected.
 */
export async function recordSessionEnd(
  dependencies: ProgressDependencies,
  sessionId: string,
  { binding, returnUrl, tenant }: SavedSignIn & { readonly binding: BrowserBinding },
): Promise<void> {
  const until = addSeconds(dependencies.clock.now(), recordSeconds).toISOString()
  const sealed = sealForBrowser(binding, sessionId, { returnUrl })
  const state = tenant.pendingGrant?.sessionId === sessionId ? 'confirmation_required' : 'connected'
  const end = { browserHash: binding.hash, sealed, until }
  await changeProgress(dependencies, sessionId, () => ({ state, end })).catch(() => undefined)
}

/**
 * Returns where a browser goes on whose link or sign-in isn't valid: to the result of its own sign-in, or to a page with
 * the way back to the app.
 * @param failure the page's, unless a consent of the session was kept.
 */
export async function findWayOn(
  dependencies: ProgressDependencies,
  { browser, sessionId }: { readonly browser: Browser | undefined; readonly sessionId?: string | undefined },
  failure: ConnectFailure,
): Promise<CallbackResult> {
  const progress = sessionId ? await readProgress(dependencies, sessionId).catch(() => undefined) : undefined
  if (!progress || !sessionId) return failure
  const session = { ...progress, id: sessionId }
  return progress.end
    ? openEnd(dependencies, { ...progress.end, session }, browser)
    : withWayBack(session, failure)
}

/** Returns where a browser goes on if the session's end is recorded. */
export async function readSessionEnd(
  dependencies: ProgressDependencies,
  session: WayBack,
  browser: Browser | undefined,
): Promise<CallbackResult | undefined> {
  const end = (await readProgress(dependencies, session.id))?.end
  return end && openEnd(dependencies, { ...end, session }, browser)
}

/** Returns where a browser goes on after a consent of the session was kept; waits up to 20 seconds for its end. */
export async function waitForSessionEnd(
  dependencies: ProgressDependencies,
  session: WayBack,
  browser: Browser | undefined,
): Promise<CallbackResult> {
  const { clock } = dependencies
  const giveUpAt = addSeconds(clock.now(), maxWaitSeconds)
  for (;;) {
    const end = await readSessionEnd(dependencies, session, browser).catch(() => undefined)
    if (end) return end
    if (clock.now() >= giveUpAt) return withWayBack(session, linkAlreadyUsed)
    await clock.sleep(pollMilliseconds)
  }
}

function openEnd(
  { clock }: ProgressDependencies,
  { browserHash, sealed, session, until }: SessionEnd & { readonly session: WayBack },
  browser: Browser | undefined,
): CallbackResult {
  const binding = clock.now() < new Date(until) ? findBinding(browser, browserHash) : undefined
  const end = binding && openForBrowser(binding, session.id, sealed)
  return end ? (end as { returnUrl: string }) : withWayBack(session, linkAlreadyUsed)
}
