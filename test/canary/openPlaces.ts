import { tableNames } from '../../shared/storage/clients.ts'
import type { World } from '../end-to-end/world.ts'
import type { SecretSearch } from './secretSearch.ts'

/** A secret where it doesn't belong. */
export interface Leak {
  /** Where, for people. */
  readonly place: string
  readonly secrets: readonly string[]
  /** The text around it. */
  readonly text: string
}

/** The places into which the broker writes for others. */
export interface OpenPlaces {
  /** Searches the log lines, spans, and metrics that have come since the last call. */
  searchTelemetry(): Leak[]
  /** Searches every row of every table, and every address that the broker has called. */
  searchStored(): Promise<Leak[]>
}

/** What is searched. */
export interface OpenPlacesOptions {
  readonly world: World
  readonly search: SecretSearch
  /** The log lines of every process, which grow. Default is those of the world's brokers. */
  readonly lines?: () => readonly string[]
}

/** Creates the search of a world's open places. */
export function createOpenPlaces({ world, search, ...options }: OpenPlacesOptions): OpenPlaces {
  const { service } = world.stack.parts.collector
  const lines = options.lines ?? (() => world.brokers.flatMap((broker) => broker.lines))
  const searched = new Map<string, number>()
  let seen = 0
  const look = (place: string, text: string): Leak[] => {
    const secrets = search.find(text)
    return secrets.length > 0 ? [{ place, secrets, text: text.slice(0, 2000) }] : []
  }
  return {
    searchTelemetry() {
      const added = lines().slice(seen)
      seen += added.length
      const fresh = [...service.traces()].filter(([id, spans]) => searched.get(id) !== spans.length)
      for (const [id, spans] of fresh) searched.set(id, spans.length)
      return [
        ...added.flatMap((line) => look('a log line', line)),
        ...fresh.flatMap(([, spans]) => look('a span', JSON.stringify(spans))),
        ...service.metrics().flatMap((metric) => look('a metric', JSON.stringify(metric))),
      ]
    },
    async searchStored() {
      const rows: Leak[] = []
      for (const name of tableNames)
        for await (const row of world.tableClient(name).listEntities())
          rows.push(...look(`a row of ${name}`, JSON.stringify(row)))
      const called = await addressesCalled(world)
      return [...rows, ...called.flatMap((address) => look('an address', address))]
    },
  }
}

/** The latest requests to each stand-in, as its own log has them: where they went, never what they carried. */
async function addressesCalled({ stack, ...world }: World): Promise<string[]> {
  const { azurite, vault, grantVault } = stack.parts
  const logs = [azurite, vault, grantVault].flatMap(({ service }): readonly object[] =>
    service.control.log.entries(),
  )
  const called = [...logs, ...(await world.advertising.requests()), ...(await world.signIn.requests())]
  return called.map((each) => JSON.stringify(each))
}
