import { describe, expect, test } from 'vitest'
import { addSeconds, createDeadline, TimeLimitError } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { problems } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { createVend, type VendDependencies } from '../../shared/vend/vend.ts'
import { name } from '../simulation/ground.ts'
import { anHour, type Meeting, refreshGround } from './refreshGround.ts'

const never = () => new Promise<never>(() => {})
const developerToken = { value: new Secret('dt'), version: '1' }

/** A vend of a tenant, on the models of refreshing, with a limit of 20 s. */
async function vending(meeting: Meeting = {}, parts: Partial<VendDependencies> = {}) {
  const own = refreshGround(meeting)
  const { clock, dependencies, refresher } = own
  const accessTokens = createAccessTokens({
    ...dependencies,
    refresher,
    rowCacheSeconds: 30,
    vendLimitSeconds: 20,
  })
  const { vend } = createVend({
    config: { environments: new Map(), vendLimitSeconds: 20 } as never,
    accounts: {} as never,
    developerTokens: { current: async () => developerToken },
    ...{ accessTokens, clock },
    ...parts,
  })
  return {
    ...own,
    vend: () => clock.run(vend(name, {})),
    addWithToken: async (seconds: number, change: Partial<Tenant> = {}) => {
      const sealed = await dependencies.sealer.seal(new Secret('held'), {
        ...{ ...name, environment: 'production', use: 'access_token', grantId: undefined },
      })
      const accessToken = { sealed, refreshedAt: own.after(-600), expiresAt: own.after(seconds) }
      const defaultAccount = { accountId: '1', customerId: '10' }
      return own.add({ accessToken, defaultAccount, lastVendedAt: clock.now(), ...change })
    },
  }
}

const tooLong = {
  code: 'storage_unavailable',
  extras: { retryAfterSeconds: 5, members: { reason: 'time_limit' } },
}

describe('a vend as a whole', () => {
  test('ends after its limit if reading the row hangs, and the next caller starts over', async () => {
    let isHanging = true
    const own = await vending({
      with: ({ tenants }) => ({
        tenants: { ...tenants, read: (wanted) => (isHanging ? never() : tenants.read(wanted)) },
      }),
    })
    await own.addWithToken(3600)
    await expect(own.vend()).rejects.toMatchObject(tooLong)
    expect(own.clock.passed()).toBe(20)
    isHanging = false
    expect(await own.vend()).toMatchObject({ accessToken: 'held' })
    expect(own.clock.passed()).toBe(20)
  })

  test('ends after its limit if reading the sealing keys or the developer token hangs', async () => {
    const sealing = await vending({ with: ({ sealer }) => ({ sealer: { ...sealer, open: never } }) })
    await sealing.addWithToken(3600)
    await expect(sealing.vend()).rejects.toMatchObject(tooLong)
    expect(sealing.clock.passed()).toBe(20)
    const token = await vending({}, { developerTokens: { current: never } })
    await token.addWithToken(3600)
    await expect(token.vend()).rejects.toMatchObject(tooLong)
    expect(token.clock.passed()).toBe(20)
  })

  test('ends after its limit while a refresh continues for the next caller', async () => {
    const own = await vending({
      with: ({ clock }) => ({
        tokenEndpoint: {
          async refresh() {
            await clock.sleep(25_000)
            return anHour
          },
        },
      }),
    })
    await own.addWithToken(-1)
    await expect(own.vend()).rejects.toMatchObject(tooLong)
    expect(own.clock.passed()).toBeLessThanOrEqual(20)
    expect(await own.vend()).toMatchObject({ accessToken: 'at' })
    expect(own.clock.passed()).toBe(25)
  })

  test('waits two seconds for a refresh if it has a token that is good for a minute then, and the refresh goes on', async () => {
    const own = await vending({
      with: ({ clock }) => ({
        tokenEndpoint: {
          async refresh() {
            await clock.sleep(4000)
            return anHour
          },
        },
      }),
    })
    await own.addWithToken(62)
    expect(await own.vend()).toMatchObject({ accessToken: 'held', expiresIn: 60 })
    expect(own.clock.passed()).toBe(2)
    await own.clock.run(own.clock.sleep(2500))
    expect(await own.vend()).toMatchObject({ accessToken: 'at' })
    expect(own.clock.passed()).toBe(4.5)
  })

  test('under the lease of a process that was killed returns the held token, or when to try again; then refreshes', async () => {
    const killed = async (secondsLeft: number) => {
      const own = await vending()
      await own.addWithToken(secondsLeft, { lease: { id: 'killed', until: own.after(60) } })
      return own
    }
    expect(await (await killed(200)).vend()).toMatchObject({ accessToken: 'held' })
    const own = await killed(30)
    const refused = {
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 5, members: { reason: 'leased_elsewhere' } },
    }
    expect(problems.identity_provider_unavailable.status).toBe(503)
    await expect(own.vend()).rejects.toMatchObject(refused)
    own.clock.advance(60 - own.clock.passed())
    expect(await own.vend()).toMatchObject({ accessToken: 'at' })
  })

  test('waits for a refresh as long as it may if its token is too short to wait with', async () => {
    const own = await vending({ with: () => ({ tokenEndpoint: { refresh: never } }) })
    await own.addWithToken(61)
    await expect(own.vend()).rejects.toMatchObject(tooLong)
    expect(own.clock.passed()).toBe(19)
  })

  test.each([
    ['hangs when it is read', { read: never }],
    [
      'refuses to be read',
      { read: () => Promise.reject(new StorageUnavailableError('vault', 403, 'ForbiddenByRbac')) },
    ],
    ['hangs when it is written', { write: never }],
    [
      'throttles writes',
      { write: () => Promise.reject(new StorageUnavailableError('vault', 429, 'Throttled')) },
    ],
  ])('never waits for a vault that %s while its token is good for a minute', async (_title, grants) => {
    for (const usedRefreshTokens of ['accepted', 'revoked'] as const) {
      const own = await vending({
        with: (models) => ({
          grants: { ...models.grants, ...grants },
          config: { ...refreshGround().dependencies.config, usedRefreshTokens },
        }),
      })
      await own.addWithToken(104)
      expect(await own.vend()).toMatchObject({ accessToken: 'held' })
      expect(own.clock.passed()).toBeLessThanOrEqual(2)
      const passed = own.clock.passed()
      expect(await own.vend()).toMatchObject({ accessToken: 'held' })
      expect(own.clock.passed()).toBe(passed)
      own.clock.advance(12)
      expect(await own.vend()).toMatchObject({ expiresIn: expect.any(Number) })
      expect(own.clock.passed()).toBeLessThanOrEqual(passed + 14)
    }
  })

  test('waits for another process no longer than its limit', async () => {
    const own = await vending({ with: () => ({ vendWaitSeconds: 100 }) })
    await own.addWithToken(-1, { lease: { id: 'another', until: addSeconds(own.clock.now(), 300) } })
    await expect(own.vend()).rejects.toMatchObject(tooLong)
    expect(own.clock.passed()).toBeLessThanOrEqual(20)
  })
})

test('a refresh that has no lease yet ends at the deadline of its caller', async () => {
  for (const part of ['tenants', 'environments'] as const) {
    const { add, clock, refresher } = refreshGround({
      with: (models) => ({ [part]: { ...models[part], read: never } }),
    })
    await add()
    const purpose = { for: 'vend', minValiditySeconds: 300 } as const
    const refreshed = refresher.refresh(name, purpose, {
      deadline: createDeadline(clock, addSeconds(clock.now(), 3)),
    })
    await expect(clock.run(refreshed)).rejects.toBeInstanceOf(TimeLimitError)
    expect(clock.passed()).toBe(3)
  }
})

test('a vend from memory is answered immediately while its record hangs', async () => {
  let isHanging = false
  const own = await vending({
    with: ({ tenants }) => ({
      config: { ...refreshGround().dependencies.config, activeWindowSeconds: 40 },
      tenants: { ...tenants, read: (wanted) => (isHanging ? never() : tenants.read(wanted)) },
    }),
  })
  await own.addWithToken(3600)
  await own.vend()
  isHanging = true
  own.clock.advance(11)
  expect(await own.vend()).toMatchObject({ accessToken: 'held' })
  expect(own.clock.passed()).toBe(11)
})
