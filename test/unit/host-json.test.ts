import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allSettings } from '../../shared/settings.ts'

const readHost = () => JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8'))

test('a handed-over shard waits seconds, and its message is a text that a function can always read', () => {
  const { maxPollingInterval, messageEncoding } = readHost().extensions.queues
  // With base64, the extension moves undecodable messages past both functions without reporting them.
  expect(messageEncoding).toBe('none')
  expect(maxPollingInterval).toMatch(/^00:00:(?:0[1-9]|10)$/)
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
