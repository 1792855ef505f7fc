import { type Browser, type BrowserBinding, findBinding } from '../access/browser.ts'
import { addSeconds, type Clock } from '../clock.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { TenantName } from '../domain/tenant.ts'
import { openForBrowser, sealForBrowser } from './browserSeal.ts'
import type { ConnectFailure } from './failures.ts'
import { linkAlreadyUsed } from './savedSignIn.ts'
import { type CallbackResult, maxWaitSeconds, pollMilliseconds, recordSeconds } from './secondCallback.ts'
import { type WayBack, withWayBack } from './wayBack.ts'

/** The progress of a connect session. It's found by the session's id, which isn't secret. */
export interface SessionProgress extends TenantName {
  readonly returnUrl: string
  /** How many sign-ins the session has begun. */
  readonly signIns: number
  /** Where the sign-in ended whose consent was kept. Only its own browser can open it. */
  readonly end?: SessionEnd
}

interface SessionEnd {
  readonly browserHash: string
  readonly sealed: string
  /** When the browser no longer needs it, as ISO 8601. */
  readonly until: string
}

/** Dependencies of a session's progress. */
export interface ProgressDependencies {
  readonly clock: Clock
  readonly records: Pick<OneTimeRecords, 'change' | 'read'>
}

/** The progress outlives the link by this time, so that a late browser still finds the way back to the app. */
const keptSeconds = 86_400

/** More sign-ins than a person begins with one link, and few enough that a link can't fill the table. */
const maxSignIns = 20

/** Stores the progress of a new connect session. @returns the session's id. */
export function issueProgress(
  records: Pick<OneTimeRecords, 'issue'>,
  session: Omit<WayBack, 'id'>,
  linkExpiresAt: Date,
): Promise<string> {
  const { workspace, tenant, returnUrl } = session
  const progress: SessionProgress = { workspace, tenant, returnUrl, signIns: 0 }
  return records.issue('session-progress', progress, addSeconds(linkExpiresAt, keptSeconds))
}

/**
 * Counts a sign-in that begins.
 * @returns why none can begin: a consent was kept, or the link has begun too many.
 */
export async function countSignIn(
  { clock, records }: ProgressDependencies,
  sessionId: string,
): Promise<'spent' | 'too_many_sign_ins' | undefined> {
  let refused: Awaited<ReturnType<typeof countSignIn>>
  await records.change<SessionProgress>(recordOf(clock, sessionId), (progress) => {
    refused = progress.end ? 'spent' : progress.signIns < maxSignIns ? undefined : 'too_many_sign_ins'
    return refused ? undefined : { ...progress, signIns: progress.signIns + 1 }
  })
  return refused
}

/**
 * Records where the sign-in ended whose consent was kept. Only this browser can read it, because the return URL and the
 * page contain one-time codes. If storage refuses the record, this person isn't affected.
 */
export async function recordSessionEnd(
  { clock, records }: ProgressDependencies,
  sessionId: string,
  { binding: browser, returnUrl }: { readonly binding: BrowserBinding; readonly returnUrl: string },
): Promise<void> {
  const sealed = sealForBrowser(browser, sessionId, { returnUrl })
  const until = addSeconds(clock.now(), recordSeconds).toISOString()
  const end = { browserHash: browser.hash, sealed, until }
  await records
    .change<SessionProgress>(recordOf(clock, sessionId), (progress) => ({ ...progress, end }))
    .catch(() => undefined)
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
    const end = await readSessionEnd(dependencies, session, browser)
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

function recordOf(clock: Clock, id: string) {
  return { kind: 'session-progress', id, now: clock.now() } as const
}

async function readProgress(
  { clock, records }: ProgressDependencies,
  sessionId: string,
): Promise<SessionProgress | undefined> {
  return (await records.read('session-progress', sessionId, clock.now())) as SessionProgress | undefined
}
