/**
 * The kinds of records: a connect link, the progress of its connect session, a sign-in at the identity provider, an open
 * choice of accounts, the single answer to it, and a question to a person whom the app didn't expect. `callback` and `callback-end` are notes about a sign-in: which browser
 * sent its callback, and where that callback ended.
 */
export type OneTimeKind =
  | 'session'
  | 'session-progress'
  | 'sign-in'
  | 'choice'
  | 'choice-answer'
  | 'person-question'
  | 'callback'
  | 'callback-end'

/** A record that expired unspent. */
export interface ExpiredRecord {
  readonly kind: OneTimeKind
  /** Undefined if it can't be read. */
  readonly value: unknown
}

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
  /**
   * Changes the value unless another process changes it at the same time: then `change` gets that process's value.
   * @param change returns undefined to leave the value unchanged.
   * @returns the changed value; undefined if nothing was changed, or if the record is unknown or has expired.
   */
  change<T extends object>(
    which: { readonly kind: OneTimeKind; readonly id: string; readonly now: Date },
    change: (value: T) => T | undefined,
  ): Promise<T | undefined>
  /** The value, for exactly one caller; undefined for all others from then on. */
  take(kind: OneTimeKind, id: string, now: Date): Promise<unknown>
  /**
   * Deletes records that expired before this hour, without a scan and within a sweep's time.
   * @param now storage's time: another process may still use what has expired only by this one's clock.
   * @param before gets the records before they are deleted. If it fails, they stay for the next sweep.
   * @returns their number.
   */
  removeExpired(now: Date, before?: (records: readonly ExpiredRecord[]) => Promise<void>): Promise<number>
}
