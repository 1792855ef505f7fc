import type { TokenCredential } from '@azure/identity'
import { assembleBroker, type Broker, type Outside } from '../../shared/broker.ts'
import { type TableName, tableNames } from '../../shared/storage/clients.ts'
import { createMemoryClient, type Perform } from '../unit/memoryTable.ts'
import { answerAdvertising } from './advertising.ts'
import { failureOf, type Ground, identifier, type Part, vaultThrough } from './ground.ts'

const never = new Promise<never>(() => {})
const credential: TokenCredential = { getToken: async () => null }

/** One run of a broker's process: the real wiring over the ground's tables, vaults, and web. */
export class Life {
  readonly broker: Broker
  readonly #ground: Ground
  #left = Number.POSITIVE_INFINITY
  #isAlive = true
  #end: () => void = () => {}
  readonly #ended: Promise<void>

  constructor(ground: Ground) {
    this.#ground = ground
    this.#ended = new Promise((resolve) => {
      this.#end = resolve
    })
    const broker = assembleBroker(ground.config, this.#outside())
    const check: Broker['idTokens']['check'] = async (row, idToken) => ground.provider.userOf(row, idToken)
    this.broker = { ...broker, idTokens: { check } }
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** From now on, it dies at its operation of that number, with or without its effect. */
  dieAfter(operations: number): void {
    this.#left = operations
  }

  /** Lets time pass until the work is done; undefined if the process died over it. */
  run<T>(work: (broker: Broker) => Promise<T>): Promise<T | undefined> {
    return this.#ground.clock.run(Promise.race([work(this.broker), this.#ended.then(() => undefined)]))
  }

  /** Logs a line at the ground's time. */
  log(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#ground.onLine({ at: this.#ground.clock.now(), event, fields })
  }

  #outside(): Outside {
    const { clock, random, tables, vaults } = this.#ground
    const client = (name: TableName) => createMemoryClient(tables[name], this.#perform('tables'))
    return {
      clock: { ...clock, aheadSeconds: () => 0, policy: undefined as never },
      randomness: { fraction: random.fraction, identifier: () => identifier(random) },
      log: (event, fields) => this.log(event, fields as unknown as Record<string, unknown>),
      credential,
      tables: () => Object.fromEntries(tableNames.map((name) => [name, client(name)])) as never,
      vault: (url) => vaultThrough(vaults.get(new URL(url).origin)!, this.#perform('vault')),
      fetch: (input, init) => this.#perform('provider')(() => this.#answer(new URL(String(input)), init)),
    }
  }

  /** A part that is down fails; a dead process gets no answer, and has no effect. */
  #perform(part: Part): Perform {
    return async (work) => {
      if (!this.#isAlive) return never
      if (part !== 'provider' && this.#ground.down.has(part)) throw failureOf(part)
      if (--this.#left > 0) return work()
      if (this.#ground.random.chance(0.5)) work()
      this.#isAlive = false
      this.#end()
      return never
    }
  }

  #answer(url: URL, init?: RequestInit): Response {
    const { developerTokens, down, provider } = this.#ground
    provider.isDown = down.has('provider')
    if (url.pathname.endsWith('/token')) return provider.answer(new URLSearchParams(String(init?.body)))
    return answerAdvertising(provider, developerTokens, url, init)
  }
}
