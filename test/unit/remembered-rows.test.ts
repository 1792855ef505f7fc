import { describe, expect, test } from 'vitest'
import { addSeconds, systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import type { RefreshOutcome } from '../../shared/refresh/outcome.ts'
import { Secret } from '../../shared/secret.ts'
import { createAccessTokens } from '../../shared/vend/accessTokens.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelSealer } from '../simulation/models/sealer.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'
import { createVirtualClock } from './virtualClock.ts'

const name = { workspace: 'w', tenant: 't' }
const context = { ...name, environment: 'production', use: 'access_token' } as const
const hour = 3600

interface Options {
  /** The duration of reading the row, after its content is fixed. */
  readonly readSeconds?: number
  /** The duration of recording a vend, after the row was read for it. */
  readonly noteSeconds?: number
  /** The token's lifetime. Default is an hour. */
  readonly lifeSeconds?: number
  readonly vendedSecondsAgo?: number
  readonly activeWindowSeconds?: number
}

/** A connected tenant, and one process that obtains its token; rows are remembered for 30 s. */
async function ground({ lifeSeconds = hour, vendedSecondsAgo = 0, ...options }: Options = {}) {
  const { readSeconds = 0, noteSeconds = 0, activeWindowSeconds = 86_400 } = options
  const [tenants, sealer, clock] = [createModelTenantStore(), createModelSealer(), createVirtualClock()]
  const now = clock.now()
  const sealed = await sealer.seal(new Secret('at'), context)
  const tenant = {
    ...{ ...name, environment: 'production', status: 'connected', createdAt: now },
    grant: { reference: 'sealed:rt', identityProvider: 'microsoft' },
    accessToken: { sealed, refreshedAt: now, expiresAt: addSeconds(now, lifeSeconds) },
    lastVendedAt: addSeconds(now, -vendedSecondsAgo),
  } as Tenant
  await tenants.create(tenant, [])
  let reads = 0
  const slow: TenantStore = {
    ...tenants,
    async read(wanted) {
      reads++
      const row = await tenants.read(wanted)
      if (readSeconds > 0) await clock.sleep(readSeconds * 1000)
      return row
    },
    async replace(...write) {
      const written = await tenants.replace(...write)
      if (noteSeconds > 0) await clock.sleep(noteSeconds * 1000)
      return written
    },
  }
  let refreshes = 0
  const accessTokens = createAccessTokens({
    tenants: slow,
    sealer,
    clock,
    due: createModelDueIndex(),
    randomness: systemRandomness,
    rowCacheSeconds: 30,
    vendLimitSeconds: 60,
    config: { policy: 'active', activeWindowSeconds, leaseSeconds: 60 } as never,
    refresher: {
      async refresh(): Promise<RefreshOutcome> {
        refreshes++
        const stored = await slow.read(name)
        return stored ? { outcome: 'fresh', stored } : { outcome: 'not_found' }
      },
    },
  })
  return {
    ...{ clock, accessTokens, tenant, tenants },
    reads: () => reads,
    refreshes: () => refreshes,
    vend: (minValiditySeconds?: number) => clock.run(accessTokens.get(name, minValiditySeconds)),
    async disconnect() {
      const stored = tenants.row(name)
      if (stored) await tenants.replace(stored, { ...stored.tenant, status: 'disconnected' }, [])
    },
  }
}

describe('a row that a process remembers', () => {
  test('is read again after thirty seconds, so that a disconnect is seen within that time', async () => {
    const { clock, disconnect, reads, vend } = await ground()
    await vend()
    await disconnect()
    clock.advance(29.9)
    expect(await vend()).toMatchObject({ ok: true })
    expect(reads()).toBe(1)
    clock.advance(0.1)
    expect(await vend()).toMatchObject({ ok: false })
  })

  test('is as old as the start of its reading, no matter how long that took', async () => {
    const { clock, disconnect, vend } = await ground({ readSeconds: 20 })
    const first = vend()
    await disconnect()
    expect(await first).toMatchObject({ ok: true })
    expect(clock.passed()).toBe(20)
    clock.advance(9.9)
    expect(await vend()).toMatchObject({ ok: true })
    clock.advance(0.1)
    expect(await vend()).toMatchObject({ ok: false })
  })

  test('is as old as the start of the replacement that returned it', async () => {
    const { clock, disconnect, accessTokens, vend } = await ground({ readSeconds: 20 })
    const replaced = clock.run(accessTokens.replace(name, clock.now()))
    await disconnect()
    await replaced
    clock.advance(10)
    expect(await vend()).toMatchObject({ ok: false })
  })

  test('is as old as the start of the write that recorded a vend', async () => {
    const { clock, disconnect, vend } = await ground({ vendedSecondsAgo: 7 * hour, noteSeconds: 20 })
    // Both the read and the write start now; the write is answered after the tenant has been disconnected.
    expect(await vend()).toMatchObject({ ok: true })
    expect(clock.passed()).toBe(0)
    await disconnect()
    await clock.run(clock.sleep(20_000))
    expect(await vend()).toMatchObject({ ok: true })
    clock.advance(10)
    expect(await vend()).toMatchObject({ ok: false })
  })

  test('is dropped when this process changes it', async () => {
    const { disconnect, accessTokens, vend } = await ground()
    await vend()
    await disconnect()
    accessTokens.forget(name)
    expect(await vend()).toMatchObject({ ok: false })
  })

  test('stays dropped although an earlier vend’s record ends later', async () => {
    const { clock, disconnect, accessTokens, vend } = await ground({
      vendedSecondsAgo: 7 * hour,
      noteSeconds: 20,
    })
    await vend()
    await disconnect()
    accessTokens.forget(name)
    await clock.run(clock.sleep(20_000))
    expect(await vend()).toMatchObject({ ok: false })
  })
})

describe('without a required validity', () => {
  test('five minutes are the goal: a token with less is refreshed first', async () => {
    const long = await ground({ lifeSeconds: 300 })
    await long.vend()
    expect(long.refreshes()).toBe(0)
    const short = await ground({ lifeSeconds: 299 })
    expect(await short.vend()).toMatchObject({ ok: true })
    expect(short.refreshes()).toBe(1)
  })

  test('a minute is the minimum', async () => {
    expect(await (await ground({ lifeSeconds: 60 })).vend()).toMatchObject({ ok: true })
    const less = await ground({ lifeSeconds: 59 })
    expect(await less.vend()).toEqual({ ok: false, because: 'validity_not_reached', validSeconds: 59 })
    expect(await less.vend(10)).toMatchObject({ ok: false })
  })
})

test('a vend is recorded when a quarter of the active window has passed since the last one', async () => {
  const { clock, tenants, vend } = await ground({ activeWindowSeconds: 4 * hour, lifeSeconds: 9 * hour })
  const notedAt = () => tenants.row(name)?.tenant.lastVendedAt?.getTime()
  const first = notedAt()
  clock.advance(hour)
  await vend()
  expect(notedAt()).toBe(first)
  clock.advance(1)
  await vend()
  expect(notedAt()).toBe(clock.now().getTime())
})

test('an unknown tenant is not found', async () => {
  const { clock, accessTokens } = await ground()
  const unknown = { workspace: 'w', tenant: 'other' }
  expect(await clock.run(accessTokens.get(unknown))).toEqual({ ok: false, because: 'not_found' })
})
