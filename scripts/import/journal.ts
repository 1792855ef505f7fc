import { appendFile, readFile } from 'node:fs/promises'

/** How one tenant ended. `failed` may succeed later; `refused` will not with the same token. */
export interface JournalEntry {
  /** Where it was brought to: a file may be imported into several brokers. */
  readonly broker: string
  readonly tenant: string
  readonly outcome: 'connected' | 'refused' | 'failed'
  /** The problem’s code, where it did not succeed. */
  readonly code?: string
  readonly reason?: string
  readonly detail?: string
  readonly at: string
}

/** What a run writes down, so that the next one goes on where it stopped. Holds no token. */
export interface Journal {
  /** How each tenant ended last at this broker. */
  read(): Promise<ReadonlyMap<string, JournalEntry>>
  add(entry: Omit<JournalEntry, 'broker'>): Promise<void>
}

/** A journal in a file of JSON lines; a line that a killed process left half written is passed over. */
export function createJournal(file: string, brokerUrl: string): Journal {
  const broker = new URL(brokerUrl).origin
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return ''
        throw error
      })
      const entries = text.split('\n').flatMap((line) => parseEntry(line) ?? [])
      const here = entries.filter((entry) => entry.broker === broker)
      return new Map(here.map((entry) => [entry.tenant, entry]))
    },
    // A leading line break keeps a half-written line before it apart.
    add: (entry) => appendFile(file, `\n${JSON.stringify({ broker, ...entry })}`, { mode: 0o600 }),
  }
}

function parseEntry(line: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(line) as JournalEntry
    return typeof entry?.tenant === 'string' ? entry : undefined
  } catch {
    return undefined
  }
}
