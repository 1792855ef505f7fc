import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openBackup, readPart, verifyBackup } from '../../scripts/backup/readBackup.ts'
import { createVirtualClock } from './virtualClock.ts'

const row = { partitionKey: 'event', rowKey: '1', timestamp: '2026-11-30T00:00:00Z', columns: { value: 'a' } }
const toPart = (value: string) =>
  gzipSync(`${JSON.stringify({ ...row, columns: { value } })}\n`, { level: 0 })
const content = toPart('a')
const sha256 = createHash('sha256').update(content).digest('hex')
const time = '2026-11-30T00:00:00.000Z'
const part = {
  name: 'BrokerState-000001.jsonl.gz',
  table: 'BrokerState',
  range: 'BrokerState',
  rows: 1,
  bytes: content.length,
  sha256,
}
const manifest = JSON.stringify({ format: 1, startedAt: time, endedAt: time, parts: [part] })

/** A backup whose one part has these bytes. */
const backupWith = (bytes: Uint8Array) =>
  openBackup(
    {
      containerUrl: 'https://backups.example/tables',
      credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: 0 }) },
      clock: createVirtualClock(),
      fetch: async (url) =>
        new Response(String(url).endsWith('manifest.json') ? manifest : new Uint8Array(bytes)),
    },
    'backup',
  )

test('a part as it was written is read', async () => {
  const backup = await backupWith(content)
  expect(await readPart(backup, backup.manifest.parts[0] as never)).toEqual([row])
})

test('a part with other bytes of the same length is refused, although they are valid rows', async () => {
  const changed = toPart('b')
  expect(changed).toHaveLength(content.length)
  await expect(verifyBackup(await backupWith(changed))).rejects.toThrow('damaged')
})
