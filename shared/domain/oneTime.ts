/**
 * The kinds of one-time records: a connect link, a sign-in at the identity provider, an open choice of accounts, the
 * single answer to it, and a question to a person whom the app didn't expect. `callback` and `callback-end` are notes about a sign-in: which browser sent its callback,
 * and where that callback ended.
 */
export type OneTimeKind =
  | 'session'
  | 'sign-in'
  | 'choice'
  | 'choice-answer'
  | 'person-question'
  | 'callback'
  | 'callback-end'

/** Records that expire and can be spent only once: the state of connecting between two requests. */
export interface OneTimeRecords {
  /** Stores `value` (JSON) until `expiresAt` and returns its unguessable identifier. */
  issue(kind: OneTimeKind, value: object, expiresAt: Date): Promise<string>
  /**
   * Stores `value` until `expiresAt`, but not long beyond the issued record's hour, under that record's identifier and
   * its own kind, replacing an earlier value.
   */
  put(kind: OneTimeKind, id: string, value: object, expiresAt: Date): Promise<void>
  /** The value, without spending it; undefined if it's unknown, spent, or expired. */
  read(kind: OneTimeKind, id: string, now: Date): Promise<unknown>
  /** The value, for exactly one caller; undefined for all others from then on. */
  take(kind: OneTimeKind, id: string, now: Date): Promise<unknown>
  /** Deletes records that expired before this hour, without a scan and within a sweep's time; returns their number. */
  removeExpired(now: Date): Promise<number>
}
