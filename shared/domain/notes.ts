/** Something that happened to the broker as a whole; tenants have events of their own. */
export interface BrokerEvent {
  readonly type: 'secret.fell_over' | 'secret.expiring'
  /** ISO 8601. */
  readonly at: string
  /** The vault secret's name. */
  readonly secret: string
  /** For `secret.expiring`: which of the thresholds was passed. */
  readonly thresholdDays?: number
  readonly expiresOn?: string
}

/** Small facts about the broker as a whole, as JSON, by kind and key. */
export interface BrokerNotes {
  read<T>(kind: string, key: string): Promise<T | undefined>
  write(kind: string, key: string, value: object): Promise<void>
  /** Writes unless there is such a note already; says whether it did. */
  createOnce(kind: string, key: string, value: object): Promise<boolean>
  remove(kind: string, key: string): Promise<void>
  addEvent(event: BrokerEvent): Promise<void>
  /** Newest first. */
  events(limit: number): Promise<readonly BrokerEvent[]>
}
