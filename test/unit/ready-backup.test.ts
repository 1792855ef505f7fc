import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { backupNote } from '../../shared/operations/backUpWhenDue.ts'
import { checkBackup } from '../../shared/ready/backup.ts'
import { createNotesInMemory } from './operator/notes.ts'
import { createVirtualClock } from './virtualClock.ts'

const containerUrl = 'https://backups.example/tables'
const now = new Date('2026-11-30T14:00:00Z')

/** The check of a broker that makes daily backups, and made its last one this number of hours ago. */
async function check(
  ageHours: number | undefined,
  into = containerUrl,
  named: string | undefined = containerUrl,
) {
  const notes = createNotesInMemory()
  const startedAt = addSeconds(now, -3600 * (ageHours ?? 0)).toISOString()
  if (ageHours !== undefined) await notes.write(...backupNote, { containerUrl: into, startedAt })
  const config = { backup: { containerUrl: named, hours: 24 }, tables: {} }
  return checkBackup({ clock: createVirtualClock(now), config, notes } as never)
}

test('a backup counts as missing as soon as the alert rings: two hours after the next one is due', async () => {
  expect(await check(25.9)).toEqual([{ name: 'backup', ok: true, detail: 'the last one began 25.9 h ago' }])
  expect(await check(26.1)).toEqual([
    {
      name: 'backup',
      ok: false,
      detail: 'the last one began 26.1 h ago (docs/runbooks/backup-missing.md)',
      resolution: 'npm run backup -- --settings <settings file>',
    },
  ])
})

test('a container without a backup yet gets one within the hour', async () => {
  for (const found of [await check(undefined), await check(100, 'https://before.example/tables')])
    expect(found).toEqual([
      { name: 'backup', ok: true, detail: expect.stringContaining('none in this container') },
    ])
})

test('a broker without backups is asked for none', async () => {
  expect(await check(undefined, containerUrl, '')).toEqual([])
})

test('a table that doesn’t answer is a finding', async () => {
  const notes = { read: () => Promise.reject(new StorageUnavailableError('tables', 503, 'ServerBusy')) }
  const config = { backup: { containerUrl, hours: 24 }, tables: {} }
  const [found] = await checkBackup({ clock: createVirtualClock(now), config, notes } as never)
  expect(found).toMatchObject({ name: 'backup', ok: false, detail: 'ServerBusy (503)' })
})
