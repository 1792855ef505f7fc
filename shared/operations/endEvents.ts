import { addSeconds, type SharedClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { OldEvent, OldEvents } from '../storage/oldEvents.ts'

/** Dependencies of ending events. */
export interface EndEventsDependencies {
  readonly oldEvents: OldEvents
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: SharedClock
  readonly config: Pick<Config, 'retention'>
}

/** A page of at least this many events in at most this many partitions is a flood's, and goes in a few transactions. */
const flood = { events: 100, partitions: 20 }
/** The most pages in one run: 2,000 events. */
const maxPages = 10

/**
 * Removes the next page of tenants' events that are older than their setting, also of connected tenants. The position is
 * stored, so successive runs see all tenants. As long as a page is full of a few tenants' events, the next one goes too:
 * one tenant with many events doesn't make the round fall behind.
 *
 * Nothing is removed on this process's clock alone: storage says what time it is, and when it wrote the event, whatever
 * time the event itself tells.
 */
export async function endEvents({ clock, config, notes, oldEvents }: EndEventsDependencies): Promise<void> {
  const storageNow = clock.storageNow()
  if (!storageNow) return
  const before = addSeconds(storageNow, -config.retention.tenantEventDays * 86_400)
  let from = (await notes.read<{ from?: string }>('ends', 'events'))?.from
  for (let pages = 0; pages < maxPages; pages++) {
    // If the stored position is unknown to the table, the walk starts over.
    const page = await oldEvents.read(before, from).catch(() => oldEvents.read(before))
    await oldEvents.remove(page.events.filter(({ writtenAt }) => writtenAt < before))
    from = page.next
    if (!from || !isFlood(page.events)) break
  }
  await notes.write('ends', 'events', from ? { from } : {})
}

function isFlood(events: readonly OldEvent[]): boolean {
  const partitions = new Set(events.map(({ partitionKey }) => partitionKey)).size
  return events.length >= flood.events && partitions <= flood.partitions
}
