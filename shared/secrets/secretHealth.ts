import type { Clock } from '../clock.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import { createMemory } from '../memory.ts'

/** A version that the other side refuses, although another one can be used. */
export interface RefusedVersion {
  readonly version: string
  /** When it was noticed, ISO 8601. */
  readonly since: string
}

/** Which version of a secret works, shared between processes through the table of notes. */
export interface SecretHealth {
  /** The candidates, with a known refused one last. */
  order<T extends { readonly version: string }>(name: string, candidates: readonly T[]): Promise<T[]>
  /**
   * `refused` is reported only if another version can be used and the rest of the call can't be at fault:
   * the answer names the client's credential, or the other version was accepted.
   */
  report(name: string, version: string, result: 'refused' | 'accepted'): Promise<void>
  /** The known refused version; undefined if there is none. */
  refused(name: string): Promise<RefusedVersion | undefined>
}

/** Dependencies of secret health. */
export interface SecretHealthDependencies {
  readonly notes: BrokerNotes
  readonly clock: Clock
  readonly log: Log
}

/** A process reads the table at most this often: another process's finding reaches it within a minute. */
const rememberedMilliseconds = 60_000
const kind = 'refused'

/** Remembers refused versions. If the table doesn't answer, the last result remains in use. */
export function createSecretHealth({ notes, clock, log }: SecretHealthDependencies): SecretHealth {
  const memory = createMemory<RefusedVersion | undefined>(clock)
  const refused = async (name: string): Promise<RefusedVersion | undefined> => {
    const known = memory.recall(name)
    if (known && known.ageMilliseconds < rememberedMilliseconds) return known.value
    const read = await notes.read<RefusedVersion>(kind, name).catch(() => known?.value)
    memory.remember(name, read)
    return read
  }
  return {
    refused,
    async order(name, candidates) {
      if (candidates.length < 2) return [...candidates]
      const version = (await refused(name))?.version
      return candidates.toSorted((a, b) => Number(a.version === version) - Number(b.version === version))
    },
    async report(name, version, result) {
      const before = await refused(name)
      if (result === 'accepted') {
        if (before?.version !== version) return
        memory.remember(name, undefined)
        await notes.remove(kind, name).catch(() => undefined)
        log('secret.accepted_again', { secret: name })
        return
      }
      if (before?.version === version) return
      const since = clock.now().toISOString()
      memory.remember(name, { version, since })
      log('secret.fell_over', { secret: name })
      await notes.write(kind, name, { version, since }).catch(() => undefined)
      await notes.addEvent({ type: 'secret.fell_over', at: since, secret: name }).catch(() => undefined)
    },
  }
}
