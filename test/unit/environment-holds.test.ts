import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { EnvironmentHold } from '../../shared/domain/holds.ts'
import { createStateTable } from '../../shared/storage/stateTable.ts'
import { createMemoryTable } from './memoryTable.ts'
import { createHandClock } from './signedTokens.ts'

/** Processes that share one table and one clock. */
function processes(count: number) {
  const { table } = createMemoryTable()
  const clock = createHandClock(new Date('2026-11-23T16:00:00Z'))
  const states = Array.from(
    { length: count },
    () => createStateTable({ BrokerState: table }, clock).environments,
  )
  const now = clock.now()
  const hold: EnvironmentHold = {
    environment: 'production',
    identityProvider: 'microsoft',
    reason: 'client_secret_expired',
    traceId: 'trace',
    since: now,
    until: addSeconds(now, 30),
  }
  return { clock, states, hold, until: (seconds: number) => addSeconds(now, seconds) }
}

describe('after a hold', () => {
  test('one process probes, and all others wait for its probe', async () => {
    const { clock, hold, states, until } = processes(4)
    await states[0]?.placeHold(hold)
    clock.advance(30)
    const claims = await Promise.all(states.map((state) => state.reserveProbe(hold, until(60))))
    expect(claims.filter((blocking) => blocking === undefined)).toHaveLength(1)
    expect(claims.filter(Boolean)).toEqual(Array(3).fill({ ...hold, until: until(60) }))
    // A later process gets the same answer.
    expect(await states[0]?.reserveProbe(hold, until(61))).toEqual({ ...hold, until: until(60) })
    clock.advance(30)
    expect(await states[1]?.reserveProbe(hold, until(90))).toBeUndefined()
  })

  test('no process probes early', async () => {
    const { clock, hold, states, until } = processes(1)
    await states[0]?.placeHold(hold)
    clock.advance(29)
    expect(await states[0]?.reserveProbe(hold, until(60))).toEqual(hold)
  })

  test('a hold that has ended in the meantime blocks no process', async () => {
    const { clock, hold, states, until } = processes(2)
    await states[0]?.placeHold(hold)
    clock.advance(30)
    await states[1]?.release({ environment: 'production', identityProvider: 'microsoft' })
    expect(await states[0]?.reserveProbe(hold, until(60))).toBeUndefined()
    expect(
      await states[0]?.read({ environment: 'production', identityProvider: 'microsoft' }),
    ).toBeUndefined()
  })
})

test('a process reads a hold from the table at most every five seconds', async () => {
  const { clock, hold, states } = processes(2)
  const [one, other] = states
  expect(await one?.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
  await other?.placeHold(hold)
  clock.advance(4.9)
  expect(await one?.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
  clock.advance(0.1)
  expect(await one?.read({ environment: 'production', identityProvider: 'microsoft' })).toEqual(hold)
})

test('a hold is for one environment and one identity provider, and ending it returns whether there was one', async () => {
  const { hold, states } = processes(1)
  const [state] = states
  await state?.placeHold(hold)
  expect(await state?.read({ environment: 'sandbox', identityProvider: 'microsoft' })).toBeUndefined()
  expect(await state?.read({ environment: 'production', identityProvider: 'google' })).toBeUndefined()
  expect(await state?.release({ environment: 'sandbox', identityProvider: 'microsoft' })).toBe(false)
  expect(await state?.release({ environment: 'production', identityProvider: 'microsoft' })).toBe(true)
  expect(await state?.release({ environment: 'production', identityProvider: 'microsoft' })).toBe(false)
})

test('a hold that was remembered at a future time is read again, because the clock was set back', async () => {
  const { clock, hold, states } = processes(2)
  const [one, other] = states
  expect(await one?.read({ environment: 'production', identityProvider: 'microsoft' })).toBeUndefined()
  await other?.placeHold(hold)
  clock.advance(-5)
  expect(await one?.read({ environment: 'production', identityProvider: 'microsoft' })).toEqual(hold)
})
