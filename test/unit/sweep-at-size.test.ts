import { describe, expect, test } from 'vitest'
import { addSeconds, type SharedClock, systemRandomness } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { RefreshRequest, TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import type { Environment } from '../../shared/environment.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { type SweepDependencies, type SweepOptions, sweep } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import { createMemoryStores } from '../bench/memoryStores.ts'
import { besideStores, plainSealer, refreshConfig } from '../bench/tenants.ts'

const start = new Date('2026-11-23T16:00:00Z')
const anHour: TokenResult = {
  ok: true,
  accessToken: new Secret('at'),
  refreshToken: new Secret('rt'),
  expiresInSeconds: 3600,
}
const outage: TokenResult = { ok: false, refusal: classifyTokenRefusal(503, {}) }

type Answer = (request: RefreshRequest, calls: number) => TokenResult

/** Tenants in memory, a token endpoint with the given answer, and a clock that only its calls advance. */
function createGround(answer: Answer, settings: Partial<typeof refreshConfig> = {}, callSeconds = 0) {
  let now = start.getTime()
  const calls: RefreshRequest[] = []
  const clock: SharedClock = {
    now: () => new Date(now),
    storageNow: () => new Date(now),
    // No step here exceeds its limit.
    sleep: () => new Promise(() => undefined),
  }
  const tokenEndpoint = {
    async refresh(request: RefreshRequest) {
      calls.push(request)
      now += callSeconds * 1000
      return answer(request, calls.length)
    },
  }
  const stores = createMemoryStores()
  const dependencies: RefreshDependencies & Pick<SweepDependencies, 'clock' | 'finishAccounts'> = {
    ...besideStores(tokenEndpoint, plainSealer),
    ...stores,
    randomness: systemRandomness,
    clock,
    config: { ...refreshConfig, sweepConcurrency: 4, sweepSeconds: 240, ...settings },
  }
  const refresher = createRefresher(dependencies)
  return {
    calls,
    pass: (seconds: number) => {
      now += seconds * 1000
    },
    async add(environment: Environment, count: number) {
      for (let number = 0; number < count; number++) {
        const tenant = connected(environment, number)
        await stores.tenants.create(tenant, [])
        await stores.due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
      }
    },
    sweep: (order?: SweepOptions) => sweep({ ...dependencies, refresher }, order),
    /** The number of due rows. */
    async due() {
      let count = 0
      for (let shard = 0; shard < stores.due.shardCount; shard++)
        for await (const page of stores.due.due(shard, clock.now())) count += page.length
      return count
    },
  }
}

function connected(environment: Environment, number: number) {
  const tenant = `${environment}-${number}`
  return {
    workspace: 'w',
    tenant,
    environment,
    status: 'connected',
    createdAt: start,
    lastVendedAt: start,
    dueAt: addSeconds(start, -60 - number),
    grant: {
      id: 'consent',
      reference: `sealed:${tenant}`,
      identityProvider: 'microsoft',
      scopes: ['s'],
      accountKind: 'personal',
      authorityTenant: 'consumers',
      consenter: { issuer: 'i', subject: tenant, hint: '' },
      consentedAt: start,
      advertisingUserId: '1',
    },
    accessToken: {
      sealed: 'at',
      refreshedAt: addSeconds(start, -3000),
      expiresAt: addSeconds(start, 600),
    },
  } satisfies Tenant
}

describe('while the identity provider itself is failing', () => {
  test('a sweep stops calling it for that environment after ten failures in a row, and refreshes the other', async () => {
    const ground = createGround(({ environment }) => (environment === 'production' ? outage : anHour))
    await ground.add('production', 200)
    await ground.add('sandbox', 100)
    const { report } = await ground.sweep()
    const asked = ground.calls.filter(({ environment }) => environment === 'production').length
    expect(asked).toBeGreaterThanOrEqual(10)
    // Refreshes that were running concurrently with the tenth also call the provider.
    expect(asked).toBeLessThan(10 + 4)
    expect(report).toMatchObject({
      due: 300,
      refreshed: 100,
      failed: { passing: asked, circuit_open: 200 - asked },
    })
  })

  test('tenants that the open circuit skipped are still due, and the next sweep refreshes it', async () => {
    const ground = createGround((_request, calls) => (calls <= 10 ? outage : anHour), { sweepConcurrency: 1 })
    await ground.add('production', 50)
    expect((await ground.sweep()).report).toMatchObject({ refreshed: 0, failed: { circuit_open: 40 } })
    // Longer than any first wait.
    ground.pass(60)
    expect((await ground.sweep()).report).toMatchObject({ due: 50, refreshed: 50, failed: {} })
    expect(await ground.due()).toBe(0)
  })

  test('failures with successes in between concern only their tenants, and delay no others', async () => {
    const ground = createGround((_request, calls) => (calls % 5 === 0 ? anHour : outage), {
      sweepConcurrency: 1,
    })
    await ground.add('production', 100)
    expect((await ground.sweep()).report).toMatchObject({ refreshed: 20, failed: { passing: 80 } })
  })

  test('dead grants do not count as failures of the provider, no matter how many there are', async () => {
    const revoked = classifyTokenRefusal(400, { error: 'invalid_grant', error_codes: [50173] })
    const ground = createGround((_request, calls) => (calls <= 50 ? { ok: false, refusal: revoked } : anHour))
    await ground.add('production', 100)
    expect((await ground.sweep()).report).toMatchObject({ refreshed: 50, failed: { advertiser: 50 } })
    expect(await ground.due()).toBe(0)
  })
})

describe('at the time limit', () => {
  test('a sweep starts nothing more and reports what it left over, and the next ones finish it', async () => {
    const ground = createGround(() => anHour, { sweepConcurrency: 1, sweepSeconds: 30 }, 1)
    await ground.add('production', 100)
    const { report } = await ground.sweep()
    expect(report.refreshed).toBe(30)
    expect(report.refreshed + report.leftOver).toBe(report.due)
    expect(report.unreadShards).toBeGreaterThan(0)
    expect(await ground.due()).toBe(70)
    for (let run = 0; run < 3; run++) await ground.sweep()
    expect(await ground.due()).toBe(0)
    expect(ground.calls).toHaveLength(100)
  })
})

describe('work beyond one instance’s share', () => {
  test('is handed over shard by shard, and each tenant is refreshed once, by one or the other', async () => {
    const ground = createGround(() => anHour, { sweepHandoverCount: 50 })
    await ground.add('production', 400)
    const { handOver, report } = await ground.sweep({ mayHandOver: true })
    expect(report.refreshed).toBeLessThan(100)
    expect(report.handedOverShards).toBe(handOver.length)
    expect(new Set(handOver).size).toBe(handOver.length)
    for (const shard of handOver) await ground.sweep({ shards: [shard] })
    expect(await ground.due()).toBe(0)
    expect(new Set(ground.calls.map(({ refreshToken }) => refreshToken)).size).toBe(400)
    expect(ground.calls).toHaveLength(400)
  })

  test('stays here if it may not be handed over', async () => {
    const ground = createGround(() => anHour, { sweepHandoverCount: 50 })
    await ground.add('production', 200)
    expect(await ground.sweep()).toMatchObject({ handOver: [], report: { refreshed: 200 } })
  })

  test('a handed-over shard that is processed twice causes no second call', async () => {
    const ground = createGround(() => anHour)
    await ground.add('production', 200)
    await Promise.all([ground.sweep({ shards: [3] }), ground.sweep({ shards: [3] })])
    expect(ground.calls.length).toBe(new Set(ground.calls.map(({ refreshToken }) => refreshToken)).size)
  })
})
