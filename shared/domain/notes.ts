/** An event of the broker as a whole; tenants have their own events. */
export interface BrokerEvent {
  readonly type: 'secret.fell_over' | 'secret.expiring'
  /** ISO 8601. */
  readonly at: string
  /** The vault secret's name. */
  readonly secret: string
  /** For `secret.expiring`: the threshold that was crossed. */
  readonly thresholdDays?: number
  readonly expiresOn?: string
}

/** Notes about the broker as a whole, as JSON, by kind and key. */
export interface BrokerNotes {
  read<T>(kind: string, key: string): Promise<T | undefined>
  write(kind: string, key: string, value: object): Promise<void>
  /** Writes a note unless it already exists, and returns whether it wrote. */
  createOnce(kind: string, key: string, value: object): Promise<boolean>
  remove(kind: string, key: string): Promise<void>
  addEvent(event: BrokerEvent): Promise<void>
  /** Newest first. */
  events(limit: number): Promise<readonly BrokerEvent[]>
}
