import { addSeconds, type Clock, secondsUntil } from '../clock.ts'
import type { OneTimeRecords } from '../domain/oneTime.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { ConnectFailure, ConnectFailureCode } from './failures.ts'
import { signInSeconds } from './lifetimes.ts'
import type { WayBack } from './wayBack.ts'

/** How far a connect session can get. */
export const sessionStates = [
  'created',
  'opened',
  'sign_in_started',
  'failed',
  'abandoned',
  'confirmation_required',
  'connected',
] as const

/** One of {@link sessionStates}. */
export type SessionState = (typeof sessionStates)[number]

/** The progress of a connect session. It's found by the session's id, which isn't secret. */
export interface SessionProgress extends TenantName {
  readonly returnUrl: string
  /** When the link expires, as ISO 8601. */
  readonly linkExpiresAt: string
  readonly state: SessionState
  /** Since when the session has been in this state, as ISO 8601. */
  readonly stateSince: string
  /** How many sign-ins the session has begun. */
  readonly signIns: number
  /** Why the last sign-in failed; only with that state. */
  readonly failure?: SessionFailure
  /** Where the sign-in ended whose consent was kept. Only its own browser can open it. */
  readonly end?: SessionEnd
}

interface SessionFailure {
  readonly error: ConnectFailureCode
  readonly reason?: string
  readonly traceId?: string
}

/** The end of a sign-in, sealed for its browser. */
export interface SessionEnd {
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
  { clock, records }: { readonly clock: Clock; readonly records: Pick<OneTimeRecords, 'issue'> },
  { returnUrl, tenant, workspace }: Omit<WayBack, 'id'>,
  linkExpiresAt: Date,
): Promise<string> {
  const progress: SessionProgress = {
    ...{ workspace, tenant, returnUrl, state: 'created', signIns: 0 },
    stateSince: clock.now().toISOString(),
    linkExpiresAt: linkExpiresAt.toISOString(),
  }
  return records.issue('session-progress', progress, addSeconds(linkExpiresAt, keptSeconds))
}

/** Reads a session's progress; undefined if it isn't kept any longer. */
export async function readProgress(
  { clock, records }: ProgressDependencies,
  sessionId: string,
): Promise<SessionProgress | undefined> {
  return (await records.read('session-progress', sessionId, clock.now())) as SessionProgress | undefined
}

/** The state at `now`: a sign-in that doesn't come back within its 30 minutes is abandoned. */
export function stateAt({ state, stateSince }: SessionProgress, now: Date): SessionState {
  const isOver = secondsUntil(new Date(stateSince), now) <= -signInSeconds
  return state === 'sign_in_started' && isOver ? 'abandoned' : state
}

/** Records that someone has seen a page of the link that begins no sign-in. */
export async function recordOpened(dependencies: ProgressDependencies, sessionId: string): Promise<void> {
  await changeProgress(
    dependencies,
    sessionId,
    ({ state }) => state === 'created' && { state: 'opened' },
  ).catch(() => undefined)
}

/**
 * Counts a sign-in that begins.
 * @returns why none can begin: a consent was kept, or the link has begun too many.
 */
export async function countSignIn(
  dependencies: ProgressDependencies,
  sessionId: string,
): Promise<'spent' | 'too_many_sign_ins' | undefined> {
  let refused: Awaited<ReturnType<typeof countSignIn>>
  await changeProgress(dependencies, sessionId, ({ end, signIns }) => {
    refused = end ? 'spent' : signIns < maxSignIns ? undefined : 'too_many_sign_ins'
    return !refused && { state: 'sign_in_started', signIns: signIns + 1 }
  })
  return refused
}

/** Records why a sign-in failed, unless another one was kept. If storage refuses that, the person isn't affected. */
export async function recordSessionFailure(
  dependencies: ProgressDependencies,
  sessionId: string,
  { failed, reason, traceId }: ConnectFailure,
): Promise<void> {
  const failure = { error: failed, ...(reason && { reason }), ...(traceId && { traceId }) }
  await changeProgress(dependencies, sessionId, ({ end }) => !end && { state: 'failed', failure }).catch(
    () => undefined,
  )
}

/** Records that the app has confirmed the session's consent. If storage refuses that, the app isn't affected. */
export async function recordConfirmed(dependencies: ProgressDependencies, sessionId: string): Promise<void> {
  await changeProgress(
    dependencies,
    sessionId,
    ({ state }) => state === 'confirmation_required' && { state: 'connected' },
  ).catch(() => undefined)
}

/**
 * Changes a session's progress, and with it since when its state lasts.
 * @param change returns what changes; false to change nothing.
 * @returns the changed progress; undefined if nothing was changed.
 */
export function changeProgress(
  { clock, records }: ProgressDependencies,
  sessionId: string,
  change: (
    progress: SessionProgress,
  ) => false | (Partial<SessionProgress> & { readonly state: SessionState }),
): Promise<SessionProgress | undefined> {
  const now = clock.now()
  const record = { kind: 'session-progress', id: sessionId, now } as const
  return records.change<SessionProgress>(record, ({ failure, ...progress }) => {
    const changed = change({ ...progress, ...(failure && { failure }) })
    return changed ? { ...progress, ...changed, stateSince: now.toISOString() } : undefined
  })
}
