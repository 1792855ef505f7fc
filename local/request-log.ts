const maxEntries = 10_000

/** What a stand-in was asked for: the newest requests, and how many there were of each kind. */
export class RequestLog<Entry> {
  #entries: Entry[] = []
  #counts = new Map<string, number>()

  /**
   * Logs a request; the caller fills the entry in as it is answered. The newest 10,000 are kept, all are counted.
   * @param kind what it is counted as.
   */
  add(entry: Entry, kind: string): void {
    this.#entries.push(entry)
    if (this.#entries.length > 2 * maxEntries) this.#entries = this.entries()
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1)
  }

  /** The logged requests, oldest first. */
  entries(): Entry[] {
    return this.#entries.slice(-maxEntries)
  }

  /** How many requests there were since the log was cleared, by kind. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  clear(): void {
    this.#entries = []
    this.#counts.clear()
  }
}
