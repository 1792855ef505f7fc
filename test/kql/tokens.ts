/** The tokens of a query, and a place among them. */
export class Tokens {
  readonly #tokens: readonly string[]
  #at = 0

  constructor(text: string) {
    const bare = text.replaceAll(/^\s*\/\/.*$/gm, '')
    this.#tokens = [...bare.matchAll(token)].map(([found]) => found)
    const rest = bare.replaceAll(token, '').trim()
    if (rest !== '') throw new Error(`not understood: ${rest}`)
  }

  get next(): string | undefined {
    return this.#tokens[this.#at]
  }

  /** The token after the next one. */
  get second(): string | undefined {
    return this.#tokens[this.#at + 1]
  }

  /** Takes the next token. */
  take(): string {
    const taken = this.next
    if (taken === undefined) throw new Error('the query ends too early')
    this.#at++
    return taken
  }

  /** Takes the next token if it's the wanted one. */
  takeIf(wanted: string): boolean {
    const isNext = this.next === wanted
    if (isNext) this.#at++
    return isNext
  }

  /** @throws Error if the next token is another one. */
  expect(wanted: string): void {
    if (!this.takeIf(wanted)) throw new Error(`${wanted} expected, not ${this.next}`)
  }

  /** What `read` reads, at least once, between commas. */
  list<T>(read: () => T): T[] {
    const read1 = [read()]
    while (this.takeIf(',')) read1.push(read())
    return read1
  }
}

const token =
  /'[^']*'|"[^"]*"|\d+\.\d+|\d+[smhd]?\b|mv-expand|!?[A-Za-z_]\w*|==|!=|<=|>=|[=<>+\-*/()[\],.;|]/g
