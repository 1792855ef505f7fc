import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { endEvents } from '../../shared/operations/endEvents.ts'
import { requestLimits } from '../../shared/settings/requestLimits.ts'
import type { OldEvent, OldEvents } from '../../shared/storage/oldEvents.ts'
import { createModelNotes } from '../simulation/models/notes.ts'

const now = new Date('2026-11-23T16:00:00Z')
const daysAgo = (days: number) => addSeconds(now, -days * 86_400)

/** Events of these ages in days, by storage's own clock, in pages of two, of some tenants in turn. */
function createGround(ages: readonly number[], { pageSize = 2, tenants = 1 } = {}) {
  const removed: string[] = []
  const asked: Date[] = []
  const events = ages.map((days, index) => ({
    ...{ partitionKey: `p${index % tenants}`, rowKey: `event:${index}`, writtenAt: daysAgo(days) },
  }))
  const oldEvents: OldEvents = {
    async read(before, from = '0') {
      if (Number.isNaN(Number(from))) throw new Error('no such place')
      asked.push(before)
      const end = Number(from) + pageSize
      return { events: events.slice(Number(from), end), ...(end < events.length && { next: String(end) }) }
    },
    remove: async (gone: readonly OldEvent[]) => void removed.push(...gone.map(({ rowKey }) => rowKey)),
  }
  const notes = createModelNotes()
  const clock = {
    ...{ now: () => addSeconds(now, 999 * 86_400), sleep: () => new Promise<void>(() => undefined) },
    storageNow: () => now as Date | undefined,
  }
  const retention = {
    pendingTenantDays: 1,
    disconnectedTenantDays: 1,
    deadGrantDays: 1,
    tenantEventDays: 400,
  }
  const end = (more: object = {}) => endEvents({ oldEvents, notes, clock, config: { retention }, ...more })
  return { asked, clock, end, notes, removed }
}

test('events go after their setting, by storage’s time and by when storage wrote them', async () => {
  const own = createGround([400.1, 399.9])
  await own.end()
  expect(own.removed).toEqual(['event:0'])
  expect(own.asked).toEqual([daysAgo(400)])
})

test('no event goes before storage has told its time', async () => {
  const own = createGround([2000])
  await own.end({ clock: { ...own.clock, storageNow: () => undefined } })
  expect(own.removed).toEqual([])
})

test('successive runs reach every event, and then start over; an unknown position starts over', async () => {
  const own = createGround([500, 500, 500, 500, 500])
  const seen: string[] = []
  for (let run = 0; run < 4; run++) {
    await own.end()
    seen.push(own.removed.splice(0).join(' '))
  }
  expect(seen).toEqual(['event:0 event:1', 'event:2 event:3', 'event:4', 'event:0 event:1'])
  await own.notes.write('ends', 'events', { from: 'gone' })
  await own.end()
  expect(own.removed).toEqual(['event:0', 'event:1'])
})

test('a run goes on while a few tenants fill the pages, up to 2,000 events', async () => {
  const many = Array.from({ length: 4100 }, () => 500)
  const runs = async (tenants: number) => {
    const own = createGround(many, { pageSize: 200, tenants })
    const counts: number[] = []
    for (let run = 0; run < 3; run++) {
      await own.end()
      counts.push(own.removed.splice(0).length)
    }
    return counts
  }
  expect(await runs(20)).toEqual([2000, 2000, 100])
  // Each tenant's events take a transaction of their own.
  expect(await runs(21)).toEqual([200, 200, 200])
})

test('a day of sweeps removes more events than an app can make in a day by changing its accounts', async () => {
  const { app, tenant } = requestLimits.parse({}).accountChoicesPerHour
  const sweepsADay = 288
  for (const [perHour, tenants] of [
    [tenant, 1],
    [app, Math.ceil(app / tenant)],
  ] as const) {
    const ages = Array.from({ length: 24 * perHour + perHour }, () => 500)
    const own = createGround(ages, { pageSize: 200, tenants })
    for (let sweep = 0; sweep < sweepsADay; sweep++) await own.end()
    expect(own.removed.length).toBeGreaterThanOrEqual(ages.length)
  }
})
