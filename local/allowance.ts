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

  /** Uses up some of what the key may still have in this span, if there is as much; what is refused costs nothing. */
  take(key: string, amount: number, most: number): boolean {
    const used = this.#usedBy(key)
    if (used + amount > most) return false
    this.#used.set(key, { span: this.#span(), amount: used + amount })
    return true
  }

  /** Uses it up, whether there is as much or not. */
  charge(key: string, amount: number): void {
    this.#used.set(key, { span: this.#span(), amount: this.#usedBy(key) + amount })
  }

  /** Whole seconds until everything may be used again. */
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
