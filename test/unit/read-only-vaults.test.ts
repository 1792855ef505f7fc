import { describe, expect, test } from 'vitest'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import type { Vault } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createDisconnectMarks } from '../../shared/storage/disconnectMarks.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { connected, name, now, owner } from '../simulation/ground.ts'
import { createModelVault, type ModelVault } from '../simulation/models/vault.ts'
import { anHour, refreshGround } from './refreshGround.ts'
import { minimalSettings, refusalsOf } from './settingRefusals.ts'
import { createVirtualClock } from './virtualClock.ts'

const refused = () => Promise.reject(new StorageUnavailableError('vault', 403, 'Forbidden'))

/** A vault that takes no write, as after a failover. */
const failedOver = (model: ModelVault): Vault => ({
  ...model,
  isReadOnly: true,
  write: refused,
  setExpiry: refused,
  remove: refused,
})

/** A grant in the old vault, and the store of a broker that only reads it. */
async function moving(change: (old: ModelVault) => Vault = (old) => ({ ...old, isReadOnly: true })) {
  const clock = createVirtualClock(now)
  const [old, fresh] = [createModelVault('old'), createModelVault('new')]
  let names = 0
  const randomness = { fraction: () => 0.9, identifier: () => `${++names}` }
  const dependencies = { clock, randomness, log: () => {} }
  const reference = await createGrantVault([old], dependencies).write(new Secret('old token'), owner)
  const written: string[] = []
  const told = (vault: Vault): Vault => ({
    ...vault,
    write: (...parameters) => {
      written.push(vault.host)
      return vault.write(...parameters)
    },
  })
  const store = createGrantVault([told(fresh), told(change(old))], dependencies)
  return { clock, old, fresh, reference, store, written }
}

describe('a read-only vault', () => {
  test('gets no new grant, whichever vault comes first', async () => {
    const { store, written } = await moving()
    for (let count = 0; count < 4; count++)
      expect(await store.write(new Secret('rt'), owner)).toMatch(/^vault:new\//)
    expect(new Set(written)).toEqual(new Set(['new']))
  })

  test('still gives its grants, and is never asked for a later expiry date', async () => {
    const set: string[] = []
    const setExpiry = async (secret: string) => void set.push(secret)
    const { clock, store, reference } = await moving((old) => ({ ...old, isReadOnly: true, setExpiry }))
    clock.advance(3600 * 24 * 400)
    expect(await store.read(reference, owner)).toEqual(new Secret('old token'))
    expect(await store.readNewer(reference, owner)).toBeUndefined()
    expect(set).toEqual([])
  })

  test('takes no new version: the grant must move first', async () => {
    const { store, reference, written } = await moving()
    expect(store.mustMove(reference)).toBe(true)
    await expect(store.write(new Secret('next'), owner, reference)).rejects.toMatchObject({
      code: 'VaultReadOnly',
    })
    expect(written).toEqual([])
    const reserved = store.reserve(reference)
    const moved = await store.write(new Secret('old token'), owner, reserved)
    expect(moved).toMatch(/^vault:new\//)
    expect([store.mustMove(moved), store.reserve(moved)]).toEqual([false, undefined])
  })

  test('loses a grant that is destroyed, and is not asked about those of other vaults', async () => {
    const removed: string[] = []
    const { store, reference } = await moving((old) => ({
      ...old,
      isReadOnly: true,
      remove: async (secret) => void removed.push(secret),
    }))
    await store.forget(await store.write(new Secret('rt'), owner))
    expect(removed).toEqual([])
    await store.forget(reference)
    expect(removed).toEqual(['grant-1'])
  })

  test('that refuses to destroy a grant says so, and the grant stays listed for later', async () => {
    const { store, reference } = await moving(failedOver)
    await expect(store.forget(reference)).rejects.toMatchObject({ status: 403 })
  })

  test('still gives its marks of disconnects; a later one is written elsewhere', async () => {
    const { clock, old, fresh } = await moving()
    const own = createDisconnectMarks([old], clock, 86_400)
    await own.write({ ...name, environment: 'production' }, now)
    const marks = createDisconnectMarks([fresh, failedOver(old)], clock, 86_400)
    expect(await marks.read(name)).toEqual(now)
    // The same disconnect again: its mark must outlive the old vault.
    await marks.write({ ...name, environment: 'production' }, now)
    expect(await createDisconnectMarks([fresh], clock, 86_400).read(name)).toEqual(now)
    const later = addSeconds(now, 5)
    await marks.write({ ...name, environment: 'production' }, later)
    expect(await marks.read(name)).toEqual(later)
    expect(await createDisconnectMarks([fresh], clock, 86_400).read(name)).toEqual(later)
  })

  test.each([
    ['fails', refused],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])(
    'that %s hides no mark of our own vault, and isn’t taken for one without a mark',
    async (_what, read) => {
      const { clock, old, fresh } = await moving()
      const marks = createDisconnectMarks([fresh, { ...failedOver(old), read }], clock, 86_400)
      await expect(clock.run(marks.read(name))).rejects.toThrow()
      await marks.write({ ...name, environment: 'production' }, now)
      expect(await clock.run(marks.read(name))).toEqual(now)
    },
  )

  test('can’t be a vault that gets new grants', () => {
    const refusals = (urls: string, own: object = { GRANT_VAULT_URLS: 'https://one.example' }) =>
      refusalsOf({ ...minimalSettings, READ_ONLY_GRANT_VAULT_URLS: urls, ...own })
    expect(refusals('https://old.example')).toEqual({})
    for (const each of [
      refusals('https://old.example,https://one.example/'),
      refusals('https://main.example', { KEY_VAULT_URL: 'https://main.example' }),
    ])
      expect(each).toEqual({
        READ_ONLY_GRANT_VAULT_URLS: expect.stringContaining('gets new grants'),
      })
  })
})

describe('a refresh of a grant in a read-only vault', () => {
  const rotated = { ...anHour, refreshToken: new Secret('next') } as typeof anHour

  interface Circumstances {
    readonly fresh?: Partial<Vault>
    readonly usedRefreshTokens?: 'accepted' | 'revoked'
    readonly answer?: TokenResult
    readonly newer?: string
    /** The rows that can't be written. Default is none. */
    readonly failsFor?: (next: Tenant) => boolean
    /** Secrets that the row lists already. Default is 0. */
    readonly listed?: number
  }

  /** A due grant in the old vault, and what a refresh makes of it; `fresh` is the vault for new grants. */
  async function refreshed({
    fresh = {},
    usedRefreshTokens = 'revoked',
    answer = rotated,
    ...circumstances
  }: Circumstances = {}) {
    const { newer, failsFor = () => false, listed = 0 } = circumstances
    const [old, model] = [createModelVault('old'), createModelVault('new')]
    const vaults = [{ ...model, ...fresh }, failedOver(old)]
    const dependencies = { clock: systemClock, randomness: systemRandomness, log: () => {} }
    const reference = await createGrantVault([old], dependencies).write(new Secret('old token'), owner)
    // A row that is older than its vault, as after a failover of the tables.
    if (newer) await createGrantVault([old], dependencies).write(new Secret(newer), owner, reference)
    const own = refreshGround({
      answer: () => answer,
      with: ({ config, log }) => ({
        config: { ...config, usedRefreshTokens },
        grants: createGrantVault(vaults, { ...dependencies, log }),
      }),
    })
    const { grant } = connected(reference)
    const secret = { reference: 'vault:any/grant-0/reserved/0', until: addSeconds(own.clock.now(), 900) }
    await own.add({ ...(grant && { grant }), uncommittedSecrets: Array(listed).fill(secret) })
    const { replace } = own.tenants
    let conflicts = 0
    own.tenants.replace = async (...write) => {
      if (failsFor(write[1])) throw new StorageUnavailableError('tables', 503, 'ServerBusy')
      const written = await replace(...write)
      if (written === 'conflict') conflicts++
      return written
    }
    const begun = own.refresher.refresh(name, { for: 'vend', minValiditySeconds: 300 })
    const outcome = await own.clock.run(begun.catch((error: unknown) => error))
    return { ...own, old, model, reference, outcome, conflicts, after: own.rowOf(name) }
  }
  const tokensIn = (vault: ModelVault) => [...vault.live()].map(({ value }) => value.expose())

  test('moves it first, stores the new token, and lists the old secret until it can be destroyed', async () => {
    const { after, model, old, outcome, reference } = await refreshed()
    expect(outcome).toMatchObject({ outcome: 'refreshed' })
    expect(tokensIn(model)).toEqual(['old token', 'next'])
    expect(after?.grant?.reference).toMatch(/^vault:new\/.*\/1$/)
    expect(after?.secretsToDestroy).toEqual([reference])
    expect(tokensIn(old)).toEqual(['old token'])
  })

  test('moves the newest token, although the row names an older one', async () => {
    const { model, outcome } = await refreshed({ newer: 'newer token' })
    expect(outcome).toMatchObject({ outcome: 'refreshed' })
    expect(tokensIn(model)).toEqual(['newer token', 'next'])
  })

  test('moves it although no new token came', async () => {
    const { refreshToken: _none, ...same } = rotated as Extract<TokenResult, { ok: true }>
    const { after, model } = await refreshed({ usedRefreshTokens: 'accepted', answer: same })
    expect(tokensIn(model)).toEqual(['old token'])
    expect(after?.grant?.reference).toMatch(/^vault:new\//)
  })

  test('works without a move while no vault takes it, and keeps the used token', async () => {
    const { after, conflicts, logged, outcome, reference } = await refreshed({
      fresh: { write: refused },
      usedRefreshTokens: 'accepted',
    })
    expect(outcome).toMatchObject({ outcome: 'refreshed', accessToken: new Secret('at') })
    expect(after?.grant?.reference).toBe(reference)
    const told = logged.find(({ event }) => event === 'grant.not_stored')
    expect(told?.fields).toMatchObject({ status: 403, code: 'VaultReadOnly' })
    // The refresh goes on with the row that lists the new secret.
    expect([after?.uncommittedSecrets?.length, conflicts]).toEqual([1, 0])
  })

  test('isn’t tried while the new token would be lost', async () => {
    const { after, calls, outcome, reference } = await refreshed({ fresh: { write: refused } })
    expect(outcome).toMatchObject({ code: 'VaultReadOnly' })
    expect(calls()).toBe(0)
    expect(after?.grant?.reference).toBe(reference)
    expect(after?.lease).toBeUndefined()
  })

  test('gives up its lease if the row can list the new secret but not name it', async () => {
    const failsFor = (next: Tenant) => next.secretsToDestroy !== undefined
    const { after, calls, outcome, reference } = await refreshed({ failsFor })
    expect(outcome).toMatchObject({ code: 'ServerBusy' })
    expect(calls()).toBe(0)
    expect(after?.grant?.reference).toBe(reference)
    expect(after).not.toHaveProperty('lease')
  })

  test('doesn’t keep its caller waiting to give up a lease that can’t be given up', async () => {
    const failsFor = (next: Tenant) => !next.lease
    const { after, clock, outcome } = await refreshed({ fresh: { write: refused }, failsFor })
    expect(outcome).toMatchObject({ code: 'VaultReadOnly' })
    expect(after).toHaveProperty('lease')
    expect(clock.passed()).toBe(0)
  })

  test('lists no more than a hundred secrets while no vault takes them', async () => {
    const { after, outcome } = await refreshed({ fresh: { write: refused }, listed: 100 })
    expect(outcome).toMatchObject({ code: 'VaultReadOnly' })
    expect(after?.uncommittedSecrets).toHaveLength(100)
    expect(after).not.toHaveProperty('lease')
  })
})
