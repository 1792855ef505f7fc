import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { isRefused } from '../../shared/domain/storageUnavailable.ts'
import { sweep } from '../../shared/refresh/sweep.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { anHour, refreshGround } from './refreshGround.ts'

const unavailable = new IdentityUnavailableError({ reason: 'identity_failing', status: 500 }, 'nobody')
const vend = { for: 'vend', minValiditySeconds: 300 } as const
const name = { workspace: 'w', tenant: 't' }

/** A process with a tenant to refresh whose identity fails, before a lease or only within it. */
async function openSick(fails: 'before' | 'within', isHeld = false) {
  const start = new Date('2026-11-23T16:00:00Z')
  const registration = { environment: 'production', identityProvider: 'microsoft' } as const
  const fault = { ...registration, reason: 'client_secret_expired', traceId: '' } as const
  const asked: unknown[] = []
  const fail = async (): Promise<never> => {
    throw unavailable
  }
  const due = createModelDueIndex({ shardCount: 1 })
  const own = refreshGround({
    ...(isHeld && { hold: { ...fault, since: addSeconds(start, -60), until: addSeconds(start, -1) } }),
    with: () => ({
      due,
      tokenEndpoint: {
        assertAbleToAuthenticate: async (...registrations) => {
          asked.push(...registrations)
          if (fails === 'before') await fail()
        },
        refresh: fails === 'within' ? fail : async () => anHour,
      },
    }),
  })
  const row = await own.add()
  await due.insert({ ...name, ...registration, dueAt: row.dueAt })
  return { ...own, row, asked, registration, tenant: () => own.rowOf(name) }
}

describe.each(['before', 'within'] as const)('an identity that fails %s the lease', (fails) => {
  test('fails the vend, and changes neither the tenant nor the registration', async () => {
    const { clock, holds, logged, refresher, row, tenant } = await openSick(fails)
    await expect(clock.run(refresher.refresh(name, vend))).rejects.toBe(unavailable)
    expect(tenant()).toEqual(row)
    expect(holds).toEqual([])
    expect(logged).toEqual([])
  })

  test('fails the sweep’s row, and leaves its shard to another process', async () => {
    const { clock, dependencies, refresher } = await openSick(fails)
    const { handOver, report } = await clock.run(sweep({ ...dependencies, refresher }, { mayHandOver: true }))
    expect(report.failed).toEqual({ identity: 1 })
    expect(handOver).toEqual([0])
  })
})

test('a process whose identity fails leaves the probe after a hold to another one', async () => {
  const { asked, clock, probes, refresher, registration } = await openSick('before', true)
  await expect(clock.run(refresher.refresh(name, vend))).rejects.toBe(unavailable)
  expect(asked).toEqual([registration])
  expect(probes).toEqual([])
})

test('an identity that fails is no refusal by the service: trying again can help', () => {
  expect(isRefused(new IdentityUnavailableError({ reason: 'identity_refused', status: 400 }, 'nobody'))).toBe(
    false,
  )
})
