import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createOpenDownloads } from '../../shared/downloads/openDownloads.ts'
import { quietSecondsOf } from '../../shared/operations/soleWriter.ts'
import { allSettings } from '../../shared/settings.ts'

const readHost = () => JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'))

test('a handed-over shard waits seconds, and its message is a text that a function can always read', () => {
  const { maxPollingInterval, messageEncoding } = readHost().extensions.queues
  // With base64, the extension moves undecodable messages past both functions without reporting them.
  expect(messageEncoding).toBe('none')
  expect(maxPollingInterval).toBe('00:00:05')
})

test('an idle instance asks each queue 17,280 times a day', () => {
  const [, seconds] = /^00:00:(\d\d)$/.exec(readHost().extensions.queues.maxPollingInterval) ?? []
  expect(86_400 / Number(seconds)).toBe(17_280)
})

test('the host lets a sweep of the longest SWEEP_SECONDS end, with five minutes left', () => {
  const host = readHost()
  const [hours = 0, minutes = 0, seconds = 0] = host.functionTimeout.split(':').map(Number)
  const longest = hours * 3600 + minutes * 60 + seconds - 300
  const setting = allSettings().find(({ name }) => name === 'SWEEP_SECONDS')
  const accepts = (value: number) => setting?.schema.safeParse(String(value)).success
  expect(accepts(longest)).toBe(true)
  expect(accepts(longest + 1)).toBe(false)
})

test('a function runs for ten minutes at most, as the pages and the code say', () => {
  expect(readHost().functionTimeout).toBe('00:10:00')
  const now = new Date('2026-11-30T00:00:00Z')
  const often = { publicUrl: 'https://broker.example.com', sweepSchedule: '0 * * * * *' }
  expect(quietSecondsOf(often, now)).toBe(600)
  const downloads = createOpenDownloads()
  const beginAt = (seconds: number) => downloads.begin('app', new Date(now.getTime() + seconds * 1000))
  for (let count = 0; count < 4; count++) beginAt(0)
  expect(() => beginAt(599)).toThrow('downloads')
  expect(() => beginAt(600)).not.toThrow()
})
