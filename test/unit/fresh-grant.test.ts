import { expect, test } from 'vitest'
import { TimeLimitError } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { owner } from '../simulation/ground.ts'
import { createModelVault, type ModelVault } from '../simulation/models/vault.ts'
import { createVirtualClock, type VirtualClock } from './virtualClock.ts'

type Write = Vault['write']
type Removal = Vault['remove']

const failing = (status: number, code = 'Code') => new StorageUnavailableError('vault', status, code)
const refusing =
  (status: number): Write =>
  () =>
    Promise.reject(failing(status))
/** Long after the caller has left, the write takes effect. */
const late =
  (clock: VirtualClock, vault: ModelVault): Write =>
  async (...written) => {
    await clock.sleep(15_000)
    return vault.write(...written)
  }
const lost =
  (vault: ModelVault, status: number): Write =>
  async (...written) => {
    await vault.write(...written)
    throw failing(status)
  }

/** A grant vault over three vaults, which starts with the second; `broken` replaces operations of a vault by its number. */
function open(
  broken: (clock: VirtualClock, models: readonly ModelVault[]) => Record<number, Partial<Vault>>,
) {
  const clock = createVirtualClock()
  const models = ['a', 'b', 'c'].map((host) => createModelVault(host))
  const asked: string[] = []
  const changes = broken(clock, models)
  const vaults = models.map((model, index): Vault => {
    const { write = model.write, remove = model.remove, ...others } = { ...model, ...changes[index] }
    const told: Write = (...written) => {
      asked.push(model.host)
      return write(...written)
    }
    return { ...others, remove, write: told }
  })
  const logged: [string, object][] = []
  const store = createGrantVault(vaults, {
    clock,
    randomness: { fraction: () => 0.4, identifier: () => 'f'.repeat(32) },
    log: (event, fields) => void logged.push([event, fields]),
  })
  const write = () => store.write(new Secret('rt'), owner)
  const live = () => models.flatMap((model) => [...model.live()].map(() => model.host))
  return { clock, store, write, asked, logged, live }
}

test.each([401, 403, 429, 500, 503, 0])('a vault that answers %i is passed over at once', async (status) => {
  const { asked, clock, live, logged, write } = open(() => ({ 1: { write: refusing(status) } }))
  expect(await clock.run(write())).toMatch(/^vault:c\/grant-f{32}\/[0-9a-f]+\/0$/)
  expect([asked, live(), clock.passed()]).toEqual([['b', 'c'], ['c'], 0])
  const { environment, identityProvider } = owner
  const fields = {
    vault: 'b',
    tenantKey: tenantKey(owner),
    environment,
    identityProvider,
    status,
    code: 'Code',
  }
  expect(logged).toEqual([['grant.vault_passed_over', fields]])
})

test('a silent vault costs three seconds, and the order goes around', async () => {
  const silent: Write = () => new Promise(() => {})
  const { asked, clock, logged, write } = open(() => ({ 1: { write: silent }, 2: { write: silent } }))
  expect(await clock.run(write())).toContain('vault:a/')
  expect([asked, clock.passed()]).toEqual([['b', 'c', 'a'], 6])
  expect(logged[0]).toMatchObject([expect.anything(), { status: 0, code: 'TimeLimitError' }])
})

test('the last vault has its own time, and its error is the answer', async () => {
  const { clock, write } = open((clock) => ({
    0: { write: () => clock.sleep(14_000).then(() => Promise.reject(failing(0, 'ETIMEDOUT'))) },
    1: { write: refusing(403) },
    2: { write: refusing(429) },
  }))
  await expect(clock.run(write())).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(clock.passed()).toBe(14)
})

test.each([400, 413])('a secret that every vault refuses (%i) goes to no other', async (status) => {
  const { asked, clock, write } = open(() => ({ 1: { write: refusing(status) } }))
  await expect(clock.run(write())).rejects.toMatchObject({ status })
  expect(asked).toEqual(['b'])
})

test.each([0, 429, 500])(
  'a secret whose answer is lost (%i) is removed from the first vault',
  async (status) => {
    const { clock, live, write } = open((_clock, models) => ({ 1: { write: lost(models[1]!, status) } }))
    const reference = clock.run(write())
    expect(await reference).toContain('vault:c/')
    await clock.run(clock.sleep(1))
    expect(live()).toEqual(['c'])
  },
)

test('a secret that a slow vault stores after the caller has left is removed, but not before', async () => {
  const { clock, live, write } = open((clock, models) => ({ 1: { write: late(clock, models[1]!) } }))
  await clock.run(write())
  await clock.run(clock.sleep(30_000))
  expect(live()).toEqual(['c'])
})

test('the removal is tried three times, within two minutes, and fails nobody', async () => {
  const tries: number[] = []
  const { clock, write } = open((clock, models) => {
    const remove: Removal = async () => {
      tries.push(clock.passed())
      throw failing(503)
    }
    return { 1: { write: lost(models[1]!, 500), remove } }
  })
  await clock.run(write())
  await clock.run(clock.sleep(600_000))
  expect(tries).toEqual([0, 10, 70])
})

test('a secret is forgotten only when no vault can have it, because a lost answer may have left a copy', async () => {
  let isOut = true
  const { clock, live, store, write } = open((_clock, models) => ({
    1: {
      write: lost(models[1]!, 500),
      remove: (name) => (isOut ? Promise.reject(failing(503)) : models[1]!.remove(name)),
    },
  }))
  const reference = await clock.run(write())
  await clock.run(clock.sleep(600_000))
  await expect(store.forget(reference)).rejects.toMatchObject({ status: 503 })
  expect(live()).toEqual(['b'])
  isOut = false
  await store.forget(reference)
  expect(live()).toEqual([])
})

test('a secret in a vault that isn’t named any longer can’t be forgotten', async () => {
  const { store } = open(() => ({}))
  const forget = store.forget(`vault:gone/grant-${'f'.repeat(32)}/1/0`)
  await expect(forget).rejects.toMatchObject({ code: 'VaultNotNamed' })
})

test('copies are removed when the last vault takes the secret, too', async () => {
  const { clock, live, write } = open((_clock, models) => ({
    1: { write: lost(models[1]!, 500) },
    2: { write: refusing(503) },
  }))
  expect(await clock.run(write())).toContain('vault:a/')
  await clock.run(clock.sleep(600_000))
  expect(live()).toEqual(['a'])
})

test('a write that is repeated after both vaults failed keeps the secret that the second round stored', async () => {
  let isOut = true
  const { clock, live, write } = open((_clock, models) => {
    const broken = (index: number): Partial<Vault> => ({
      write: (...written) => (isOut ? Promise.reject(failing(503)) : models[index]!.write(...written)),
      remove: (name) => (isOut ? Promise.reject(failing(503)) : models[index]!.remove(name)),
    })
    return { 0: broken(0), 1: broken(1), 2: broken(2) }
  })
  await expect(clock.run(write())).rejects.toMatchObject({ status: 503 })
  isOut = false
  expect(await clock.run(write())).toContain('vault:b/')
  await clock.run(clock.sleep(600_000))
  expect(live()).toEqual(['b'])
})

test('a vault in which the name was deleted is passed over', async () => {
  const { clock, write } = open(() => ({ 1: { write: refusing(409) } }))
  expect(await clock.run(write())).toContain('vault:c/')
})

test('nothing is removed where nothing was stored', async () => {
  const removed: string[] = []
  const remove: Removal = async (name) => void removed.push(name)
  const { clock, write } = open(() => ({ 1: { write: refusing(403), remove } }))
  await clock.run(write())
  await clock.run(clock.sleep(1))
  expect(removed).toEqual([])
})

test('a rotation stays in its vault', async () => {
  let isOut = false
  const { clock, store, asked, live } = open((_clock, models) => ({
    1: { write: (...written) => (isOut ? Promise.reject(failing(403)) : models[1]!.write(...written)) },
  }))
  const reference = await clock.run(store.write(new Secret('one'), owner))
  isOut = true
  await expect(clock.run(store.write(new Secret('two'), owner, reference))).rejects.toMatchObject({
    status: 403,
  })
  expect([asked, live()]).toEqual([['b', 'b'], ['b']])
})

test('an error of our own is not a vault’s', async () => {
  const broken: Write = () => Promise.reject(new TypeError('ours'))
  const { asked, clock, write } = open(() => ({ 1: { write: broken } }))
  await expect(clock.run(write())).rejects.not.toBeInstanceOf(TimeLimitError)
  expect(asked).toEqual(['b'])
})
