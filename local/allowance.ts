/** How much a service takes in each span of time, for each key. */
export class Allowance {
  readonly #spanMilliseconds: number
  readonly #now: () => number
  readonly #used = new Map<string, { span: number; amount: number }>()

  /** @param now milliseconds. Default is the machine's clock. */
  constructor(spanMilliseconds: number, now: () => number = Date.now) {
    this.#spanMilliseconds = spanMilliseconds
    this.#now = now
  }

  /** Uses up an amount for the key, unless it would exceed `most` in this span; a refused amount does not count. */
  take(key: string, amount: number, most: number): boolean {
    const used = this.#usedBy(key)
    if (used + amount > most) return false
    this.#used.set(key, { span: this.#span(), amount: used + amount })
    return true
  }

  /** Uses up an amount without a limit. */
  charge(key: string, amount: number): void {
    this.#used.set(key, { span: this.#span(), amount: this.#usedBy(key) + amount })
  }

  /** Whole seconds until the next span begins. */
  secondsLeft(): number {
    return Math.ceil(((this.#span() + 1) * this.#spanMilliseconds - this.#now()) / 1000)
  }

  #usedBy(key: string): number {
    const used = this.#used.get(key)
    return used?.span === this.#span() ? used.amount : 0
  }

  #span(): number {
    return Math.floor(this.#now() / this.#spanMilliseconds)
  }
}
