/**
 * What a one-time record is: a connect link, a sign-in at the identity provider, an open choice of accounts, and the
 * one answer to it. `callback` and `callback-end` are notes beside a sign-in: which browser brought its callback, and
 * where that ended.
 */
export type OneTimeKind = 'session' | 'sign-in' | 'choice' | 'choice-answer' | 'callback' | 'callback-end'

/** Records that are spent once and expire: what connecting remembers between two requests. */
export interface OneTimeRecords {
  /** Keeps `value` (JSON) until `expiresAt` and returns the unguessable identifier that finds it again. */
  issue(kind: OneTimeKind, value: object, expiresAt: Date): Promise<string>
  /**
   * Keeps `value` until `expiresAt`, but not long beyond the issued record's hour, under that record's identifier and a
   * kind of its own; in place of one kept before.
   */
  put(kind: OneTimeKind, id: string, value: object, expiresAt: Date): Promise<void>
  /** The value, unspent; undefined when it is unknown, spent or expired. */
  read(kind: OneTimeKind, id: string, now: Date): Promise<unknown>
  /** The value, for exactly one caller; undefined for everyone else, ever after. */
  take(kind: OneTimeKind, id: string, now: Date): Promise<unknown>
  /** Deletes what expired before this hour, without a scan, and no more than a sweep has time for; returns how many. */
  removeExpired(now: Date): Promise<number>
}
