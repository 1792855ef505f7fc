import { expect, test } from 'vitest'
import { createSecretHealth } from '../../../shared/secrets/secretHealth.ts'
import { createVirtualClock } from '../virtualClock.ts'
import { createNotesInMemory } from './notes.ts'

const name = 'production-microsoft-client-secret'
const candidates = [{ version: 'current' }, { version: 'next' }]

test('a refused secret is tried last, by other processes within a minute, until it’s accepted or replaced', async () => {
  const [notes, clock] = [createNotesInMemory(), createVirtualClock()]
  const process = () => createSecretHealth({ notes, clock, log: () => undefined })
  const [own, other] = [process(), process()]
  const first = async (health = own, of = candidates) => (await health.order(name, of))[0]?.version
  expect([await first(), await first(other)]).toEqual(['current', 'current'])
  await own.report(name, 'current', 'refused')
  expect([await first(), await first(other)]).toEqual(['next', 'current'])
  clock.advance(60)
  expect(await first(other)).toBe('next')
  expect(await first(own, [{ version: 'replaced' }, { version: 'next' }])).toBe('replaced')
  await own.report(name, 'current', 'accepted')
  expect(await first()).toBe('current')
})
