import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { recordVend } from '../../shared/vend/recordVend.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const now = new Date('2026-11-23T16:00:00Z')
const at = (seconds: number) => addSeconds(now, seconds)
const name = { workspace: 'w', tenant: 't' }
const idle = {
  ...{ ...name, environment: 'production', status: 'connected', createdAt: at(-90_000) },
  grant: { reference: 'sealed:rt', identityProvider: 'microsoft' },
  accessToken: { sealed: 'x', refreshedAt: at(-600), expiresAt: at(3000) },
  lastVendedAt: at(-86_400),
  dueAt: at(500_000),
} as Tenant
const config = {
  policy: 'active',
  activeWindowSeconds: 86_400,
  aheadSeconds: 600,
  keepAliveSeconds: 604_800,
  leaseSeconds: 60,
} as never

/** Records a vend of the tenant with this stored row. */
async function noted(row: Tenant, change: (tenants: TenantStore) => Partial<TenantStore> = () => ({})) {
  const [model, due] = [createModelTenantStore(), createModelDueIndex()]
  await model.create(row, [])
  if (row.dueAt)
    await due.insert({ ...name, environment: 'production', identityProvider: 'microsoft', dueAt: row.dueAt })
  const tenants = { ...model, ...change(model) }
  const clock = { now: () => now, sleep: async () => {} }
  const randomness = { fraction: () => 0, identifier: () => '' }
  const answer = await recordVend({ tenants, due, clock, randomness, config }, row)
  return { answer, row: model.row(name)?.tenant, hints: [...due.rows()].map(({ dueAt }) => dueAt) }
}

describe('a recorded vend', () => {
  test('wakes an idle tenant: it is due before its token expires, and its old hint is removed', async () => {
    const { answer, hints, row } = await noted(idle)
    expect(answer).toEqual({ ...idle, lastVendedAt: now, dueAt: at(2400), writeIds: [expect.any(String)] })
    expect(row).toEqual(answer)
    expect(hints).toEqual([at(2400)])
  })

  test('makes it due no sooner than a lease lasts, so that no sweep takes the hint for an orphan', async () => {
    const accessToken = { sealed: 'x', refreshedAt: at(-3540), expiresAt: at(90) }
    expect((await noted({ ...idle, accessToken })).hints).toEqual([at(60)])
  })

  test('keeps the due time of a tenant that is already active, or waits after a failure', async () => {
    const trouble = {
      attempts: 1,
      reason: 'throttled',
      traceId: '',
      nextAttemptAt: at(30),
    } as const
    for (const row of [
      { ...idle, lastVendedAt: at(-3600) },
      { ...idle, trouble },
    ]) {
      const { hints, row: written } = await noted(row)
      expect(written).toEqual({ ...row, lastVendedAt: now, writeIds: [expect.any(String)] })
      expect(hints).toEqual([idle.dueAt])
    }
  })

  test.each([
    ['is refreshed just now', { lease: { id: 'x', until: at(1) } }],
    ['was disconnected', { status: 'disconnected' }],
    ['must sign in again', { status: 'reauthorization_required' }],
    ['has no grant', { grant: undefined }],
    ['has no token', { accessToken: undefined }],
  ])('is not written to a tenant that %s', async (_title, change) => {
    const row = { ...idle, ...change } as Tenant
    const { answer, hints, row: written } = await noted(row)
    expect(answer).toBeUndefined()
    expect(written).toBe(row)
    expect(hints).toEqual([idle.dueAt])
  })

  test('is written even with an expired lease', async () => {
    expect((await noted({ ...idle, lease: { id: 'x', until: now } })).answer).toMatchObject({
      lastVendedAt: now,
    })
  })

  test('keeps the old hint if another process changed the row first', async () => {
    const { answer, hints } = await noted(idle, () => ({ replace: async () => 'conflict' }))
    expect(answer).toBeUndefined()
    expect(hints).toContainEqual(idle.dueAt)
  })

  test('does not affect the vend if storage fails or the tenant is gone', async () => {
    expect(
      (await noted(idle, () => ({ read: () => Promise.reject(new Error('out')) }))).answer,
    ).toBeUndefined()
    expect((await noted(idle, () => ({ read: async () => undefined }))).answer).toBeUndefined()
  })
})
