import { appendFile, readFile } from 'node:fs/promises'

/** A tenant's result. `failed` may succeed later; `refused` won't with the same token. */
export interface JournalEntry {
  /** The target: a file can be imported into several brokers. */
  readonly broker: string
  readonly tenant: string
  readonly outcome: 'connected' | 'refused' | 'failed'
  /** The problem’s code, if it didn’t succeed. */
  readonly code?: string
  readonly reason?: string
  readonly detail?: string
  readonly at: string
}

/** The record of a run, so the next one continues where it stopped. Contains no token. */
export interface Journal {
  /** The latest result of each tenant at this broker. */
  read(): Promise<ReadonlyMap<string, JournalEntry>>
  add(entry: Omit<JournalEntry, 'broker'>): Promise<void>
}

/** A journal in a file of JSON lines; an incomplete line from a killed process is skipped. */
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
    // A leading line break separates it from an incomplete line before it.
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
