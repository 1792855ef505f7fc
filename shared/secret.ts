const shown = '[secret]'

/**
 * A text that must not be printed, logged, serialized, or put into an error by accident: everywhere it shows as
 * `[secret]`. Only {@link Secret.expose} gives it away, and `scripts/sourceFaults.ts` lists the files that can call that.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text itself, for the one who has to send, seal, or store it. */
  expose(): string {
    return this.#value
  }

  /** The number of characters, to account for the memory that it takes. */
  get length(): number {
    return this.#value.length
  }

  /** Whether both hold the same text. `===` compares the objects only. */
  equals(other: Secret | undefined): boolean {
    return this.#value === other?.expose()
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [Symbol.toPrimitive](): string {
    return shown
  }

  /** `util.inspect.custom`, by its registered name, so that this file imports nothing. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown
  }
}
