import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createBrokerSecrets, preloadSecrets } from '../../shared/secrets/brokerSecrets.ts'

/** A sleep ends immediately, but after work that takes no time. */
function fakeClock() {
  let time = Date.UTC(2026, 0, 1)
  const clock: Clock = {
    now: () => new Date(time),
    async sleep(milliseconds, signal) {
      await setImmediate()
      if (!signal?.aborted) time += milliseconds
    },
  }
  const pass = (seconds: number) => {
    time += seconds * 1000
  }
  return { clock, pass }
}

function secretsOf(clock: Clock) {
  const state = { hangs: false, isOut: false, value: 'first', reads: 0, names: [] as string[] }
  const read = async (name: string) => {
    state.reads++
    state.names.push(name)
    if (state.hangs) await new Promise(() => {})
    if (state.isOut) throw new StorageUnavailableError('vault', 0, 'ECONNREFUSED')
    if (name.endsWith('-next')) return undefined
    return { name, value: new Secret(state.value), version: String(state.reads), tags: {} }
  }
  return { state, secrets: createBrokerSecrets({ read } as unknown as Vault, clock) }
}

describe('the broker’s own secrets', () => {
  test.each(['token\n', 'token\r\n', ' \ttoken ', '\ufefftoken', '\u00a0token'])(
    'are read without surrounding whitespace: %j',
    async (value) => {
      const { secrets, state } = secretsOf(fakeClock().clock)
      state.value = value
      expect((await secrets.read('a'))?.value.expose()).toBe('token')
    },
  )

  test('are read only by their own name', async () => {
    const { secrets, state } = secretsOf(fakeClock().clock)
    expect(await secrets.read('production-developer-token')).toMatchObject({ value: new Secret('first') })
    expect(state.names).toEqual(['production-developer-token'])
  })

  test('stay in use while the vault accepts requests without answering', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a')
    state.hangs = true
    pass(301)
    expect((await secrets.read('a'))?.value.expose()).toBe('first')
    expect((await secrets.read('a', 'now'))?.value.expose()).toBe('first')
  })

  test('that the vault did not have stay absent while it is down', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a-next')
    state.isOut = true
    for (const seconds of [2, 60, 600]) {
      pass(seconds)
      expect(await secrets.read('a-next')).toBeUndefined()
    }
    await expect(secrets.read('b-next')).rejects.toThrow(StorageUnavailableError)
  })

  test('that were read once, present or `…-next`, keep no caller waiting, regardless of the time between two reads', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await Promise.all([secrets.read('a'), secrets.read('a-next')])
    state.hangs = true
    for (const seconds of [2, 61, 301, 86_400]) {
      pass(seconds)
      const before = clock.now().getTime()
      expect(await secrets.read('a')).toMatchObject({ value: new Secret('first') })
      expect(await secrets.read('a-next')).toBeUndefined()
      expect(clock.now().getTime()).toBe(before)
    }
  })

  test.each([
    ['a', 239, 1],
    ['a', 240, 2],
    ['a-next', 239, 1],
    ['a-next', 240, 2],
  ])(
    '%s is read again behind its readers after its time alone: after %i s, %i reads',
    async (name, seconds, reads) => {
      const { clock, pass } = fakeClock()
      const { secrets, state } = secretsOf(clock)
      await secrets.read(name)
      pass(seconds)
      await secrets.read(name)
      expect(state.reads).toBe(reads)
    },
  )

  test('are no older than five minutes for a reader that needs recent ones, unless the vault hangs', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('sealing-keys')
    state.value = 'second'
    pass(300)
    expect((await secrets.read('sealing-keys', 'recent'))?.value.expose()).toBe('second')
    state.hangs = true
    pass(300)
    const before = clock.now().getTime()
    expect((await secrets.read('sealing-keys', 'recent'))?.value.expose()).toBe('second')
    expect(clock.now().getTime() - before).toBe(2000)
    pass(5)
    await secrets.read('sealing-keys', 'recent')
    expect(clock.now().getTime() - before).toBe(7000)
  })

  test('that are absent are looked for at once after a second by those who need them, and after a refusal', async () => {
    const { clock, pass } = fakeClock()
    const read: string[] = []
    const vault = { read: async (name: string) => void read.push(name) } as unknown as Vault
    const secrets = createBrokerSecrets(vault, clock)
    await Promise.all([secrets.read('a'), secrets.read('a-next')])
    pass(1)
    await Promise.all([secrets.read('a'), secrets.read('a-next')])
    expect(read).toEqual(['a', 'a-next', 'a'])
    await secrets.read('a-next', 'now')
    expect(read).toEqual(['a', 'a-next', 'a', 'a-next'])
  })

  test('that were never read fail immediately for ten seconds, and are read in the background', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    state.isOut = true
    await expect(secrets.read('a')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    pass(9)
    await expect(secrets.read('a')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(state.reads).toBe(2)
  })

  test('of a vault that hangs keep a new process waiting once, for six seconds', async () => {
    const { clock } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    state.hangs = true
    const began = clock.now().getTime()
    const silence = { name: 'StorageUnavailableError', code: 'ETIMEDOUT' }
    await expect(secrets.read('a')).rejects.toMatchObject(silence)
    await expect(secrets.read('a')).rejects.toMatchObject(silence)
    expect(clock.now().getTime() - began).toBe(6000)
    expect(state.reads).toBe(1)
  })

  test('are read again after the clock was set back', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a')
    state.value = 'second'
    pass(-3600)
    expect((await secrets.read('a'))?.value.expose()).toBe('second')
  })

  test('are available to the next reader after the background read', async () => {
    const { secrets, state } = secretsOf(fakeClock().clock)
    state.isOut = true
    await expect(secrets.read('a')).rejects.toThrow(StorageUnavailableError)
    state.isOut = false
    await expect(secrets.read('a')).rejects.toThrow(StorageUnavailableError)
    await setImmediate()
    expect((await secrets.read('a'))?.value.expose()).toBe('first')
    expect(state.reads).toBe(2)
  })

  test('are read ahead, without failures if the vault is down', async () => {
    const { secrets, state } = secretsOf(fakeClock().clock)
    preloadSecrets(secrets, ['production', 'sandbox'])
    expect(state.names).toEqual([
      'sealing-keys',
      'production-developer-token',
      'production-developer-token-next',
      'sandbox-developer-token',
      'sandbox-developer-token-next',
    ])
    const out = secretsOf(fakeClock().clock)
    out.state.isOut = true
    preloadSecrets(out.secrets, ['production'])
    // An unhandled rejection fails the run.
    await setImmediate()
  })

  test('are renewed in the background before they expire from memory', async () => {
    const { clock, pass } = fakeClock()
    const { secrets, state } = secretsOf(clock)
    await secrets.read('a')
    state.value = 'second'
    pass(241)
    expect((await secrets.read('a'))?.value.expose()).toBe('first')
    pass(1)
    expect((await secrets.read('a'))?.value.expose()).toBe('second')
    expect(state.reads).toBe(2)
  })
})
