import type { BrokerNotes } from '../../../shared/domain/notes.ts'

/** Notes in memory, as JSON. */
export function createModelNotes(): Pick<BrokerNotes, 'read' | 'write'> {
  const notes = new Map<string, string>()
  return {
    read: async <T>(kind: string, key: string) => {
      const text = notes.get(`${kind}/${key}`)
      return text === undefined ? undefined : (JSON.parse(text) as T)
    },
    write: async (kind, key, value) => void notes.set(`${kind}/${key}`, JSON.stringify(value)),
  }
}
