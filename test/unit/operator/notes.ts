import type { BrokerEvent, BrokerNotes } from '../../../shared/domain/notes.ts'

/** Notes as in the table, but in memory. */
export function createNotesInMemory(): BrokerNotes {
  const notes = new Map<string, string>()
  const events: BrokerEvent[] = []
  const keyOf = (kind: string, key: string) => `${kind}/${key}`
  return {
    async read<T>(kind: string, key: string) {
      const value = notes.get(keyOf(kind, key))
      return value === undefined ? undefined : (JSON.parse(value) as T)
    },
    async write(kind, key, value) {
      notes.set(keyOf(kind, key), JSON.stringify(value))
    },
    async createOnce(kind, key, value) {
      if (notes.has(keyOf(kind, key))) return false
      notes.set(keyOf(kind, key), JSON.stringify(value))
      return true
    },
    async remove(kind, key) {
      notes.delete(keyOf(kind, key))
    },
    async addEvent(event) {
      events.unshift(event)
    },
    events: async (limit) => events.slice(0, limit),
  }
}
