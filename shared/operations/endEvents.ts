import { addSeconds, type SharedClock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { OldEvents } from '../storage/oldEvents.ts'

/** Dependencies of ending events. */
export interface EndEventsDependencies {
  readonly oldEvents: OldEvents
  readonly notes: Pick<BrokerNotes, 'read' | 'write'>
  readonly clock: SharedClock
  readonly config: Pick<Config, 'retention'>
}

/**
 * Removes the next page of tenants' events that are older than their setting, also of connected tenants. The position is
 * stored, so successive runs see all tenants.
 *
 * Nothing is removed on this process's clock alone: storage says what time it is, and when it wrote the event, whatever
 * time the event itself tells.
 */
export async function endEvents({ clock, config, notes, oldEvents }: EndEventsDependencies): Promise<void> {
  const storageNow = clock.storageNow()
  if (!storageNow) return
  const before = addSeconds(storageNow, -config.retention.tenantEventDays * 86_400)
  const place = await notes.read<{ from?: string }>('ends', 'events')
  // If the stored position is unknown to the table, the walk starts over.
  const page = await oldEvents.read(before, place?.from).catch(() => oldEvents.read(before))
  await oldEvents.remove(page.events.filter(({ writtenAt }) => writtenAt < before))
  await notes.write('ends', 'events', page.next ? { from: page.next } : {})
}
