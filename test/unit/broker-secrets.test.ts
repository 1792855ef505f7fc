import { describe, expect, test } from 'vitest'
import type { Clock } from '../../shared/clock.ts'
import { createBrokerSecrets } from '../../shared/storage/brokerSecrets.ts'
import type { Vault } from '../../shared/storage/vault.ts'

/** Whoever sleeps has slept at once. */
function fakeClock() {
  let time = Date.UTC(2026, 0, 1)
  const clock: Clock = {
    now: () => new Date(time),
    async sleep(milliseconds) {
      time += milliseconds
    },
  }
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { clock, pass }
}

function secretsOf(clock: Clock) {
  const state = { hangs: false, value: 'first', reads: 0 }
  const read = async (name: string) => {
    state.reads++
    if (state.hangs) await new Promise(() => {})
    return { name, value: state.value, version: String(state.reads), tags: {} }
  }
  return { state, secrets: createBrokerSecrets({ read } as unknown as Vault, clock) }
}

describe('the broker’s own secrets', () => {
  test('are used on while the vault takes the question and does not answer', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a')
    state.hangs = true
    pass(301)
    expect((await secrets.read('a'))?.value).toBe('first')
    expect((await secrets.read('a', { fresh: true }))?.value).toBe('first')
  })

  test('are renewed behind their readers before they are forgotten', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a')
    state.value = 'second'
    pass(241)
    expect((await secrets.read('a'))?.value).toBe('first')
    pass(1)
    expect((await secrets.read('a'))?.value).toBe('second')
    expect(state.reads).toBe(2)
  })
})
