import { describe, expect, test } from 'vitest'
import type { AdvertisingFault } from '../../shared/advertising/faults.ts'
import { addSeconds, systemRandomness } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { recordAdvertisingResult } from '../../shared/tenants/recordAdvertisingResult.ts'
import { createModelTenantStore } from '../simulation/models/tenantStore.ts'

const now = new Date('2026-11-23T16:00:00Z')
const name = { workspace: 'w', tenant: 't' }
const refused = { class: 'identity', code: 122, trackingId: 'trace' } as unknown as AdvertisingFault
const busy = { class: 'backOff', code: 117, trackingId: '' } as unknown as AdvertisingFault
const noted = { advertisingRefusal: { reason: 'work_account_required', since: addSeconds(now, -60) } }

const consented = (at: Date, change: object = {}) =>
  ({
    ...{ ...name, environment: 'production', status: 'connected', createdAt: now },
    grant: { id: `consent-${at.getTime()}`, reference: 'vault:one', consentedAt: at },
    ...change,
  }) as Tenant

/** A stored tenant, and a function that records an answer to a call made from the row `seen`. */
async function noting(row: Tenant, seen = row) {
  const tenants = createModelTenantStore()
  await tenants.create(row, [])
  const forgotten: string[] = []
  const note = (fault: AdvertisingFault | undefined, store: TenantStore = tenants) =>
    recordAdvertisingResult(
      {
        tenants: store,
        randomness: systemRandomness,
        accessTokens: { forget: ({ tenant }) => void forgotten.push(tenant) },
        clock: { now: () => now, sleep: async () => {} },
      },
      seen,
      fault,
    )
  const types = () => tenants.history(name).map(({ type }) => type)
  return { tenants, note, forgotten, types, refusal: () => tenants.row(name)?.tenant.advertisingRefusal }
}

describe('an answer of Microsoft Advertising', () => {
  test('that refuses the person is recorded once, and removes the row from this process’s memory', async () => {
    const { forgotten, note, refusal, types } = await noting(consented(now))
    await note(refused)
    await note(refused)
    expect(refusal()).toEqual({ reason: 'work_account_required', since: now })
    expect(types()).toEqual(['advertising.sign_in_refused'])
    expect(forgotten).toEqual(['t'])
  })

  test('to the old person’s token is not recorded on the new person’s grant', async () => {
    const { forgotten, note, refusal, types } = await noting(
      consented(now),
      consented(addSeconds(now, -3600)),
    )
    await note(refused)
    expect({ refusal: refusal(), types: types(), forgotten }).toEqual({
      refusal: undefined,
      types: [],
      forgotten: [],
    })
  })

  test('is not recorded on a tenant that was disconnected or asked to sign in again in the meantime', async () => {
    for (const status of ['disconnected', 'reauthorization_required']) {
      const { note, refusal } = await noting(consented(now, { status }), consented(now))
      await note(refused)
      expect(refusal()).toBeUndefined()
    }
  })

  test('that succeeds ends a refusal', async () => {
    const { note, refusal, types } = await noting(consented(now, noted))
    await note(undefined)
    expect(refusal()).toBeUndefined()
    expect(types()).toEqual(['advertising.sign_in_accepted'])
  })

  test('that is about something else says nothing about the person', async () => {
    const { note, refusal, types } = await noting(consented(now, noted))
    await note(busy)
    expect(refusal()).toEqual(noted.advertisingRefusal)
    expect(types()).toEqual([])
  })

  test('that matches the row costs no read', async () => {
    const { note } = await noting(consented(now, noted))
    let reads = 0
    const counting = {
      read: async () => {
        reads++
        return undefined
      },
    } as unknown as TenantStore
    await note(refused, counting)
    expect(reads).toBe(0)
  })

  test.each([
    [7, true],
    [8, false],
  ])('is recorded after %i conflicting writes: %s', async (conflicts, isNoted) => {
    const { note, refusal, tenants } = await noting(consented(now))
    let left = conflicts
    const busyStore: TenantStore = {
      ...tenants,
      replace: async (...write) => (left-- > 0 ? 'conflict' : tenants.replace(...write)),
    }
    await note(refused, busyStore)
    expect(refusal() !== undefined).toBe(isNoted)
  })

  test('that cannot be recorded does not affect the call', async () => {
    const { note, tenants } = await noting(consented(now))
    const failing: TenantStore = { ...tenants, read: () => Promise.reject(new Error('ServerBusy')) }
    await expect(note(refused, failing)).resolves.toBeUndefined()
  })
})
