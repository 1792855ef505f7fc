import { expect } from 'vitest'
import { DamagedRowError } from '../../../shared/domain/damagedRow.ts'
import { StorageUnavailableError } from '../../../shared/domain/storageUnavailable.ts'
import { metricNames } from '../../../shared/telemetry/instruments.ts'
import { Dynamic } from '../../kql/values.ts'
import { anHour, refusalOf } from '../refreshGround.ts'
import type { AlertScenes, Scene } from './scene.ts'
import { sweepGround } from './sweepGround.ts'

const busy = refusalOf(503)
const wrongSecret = refusalOf(401, 'invalid_client', 7000215)
const missing = new StorageUnavailableError('tables', 404, 'TableNotFound')
const minute = 60
const hour = 3600

/** Sweeps that find a tenant this late. Default is every five minutes. */
async function late(
  sweeps: number,
  overdueSeconds: number,
  { handedOver = [] as readonly number[], every = 5 } = {},
) {
  const own = sweepGround()
  for (let index = 0; index < sweeps; index++) {
    await own.addDue([`t${index}`], overdueSeconds)
    const { report } = await own.sweep()
    for (const shard of handedOver) {
      own.clock.advance(minute)
      await own.addDue([`s${shard}`], overdueSeconds + shard)
      await own.sweep({ sweep: report.sweep })
    }
    own.clock.advance(every * minute)
  }
  return own.scene()
}

/** One sweep of tenants, of whom the first ones are refreshed and the others get another answer. */
async function failing(good: number, answer = busy, bad = 3) {
  const own = sweepGround()
  await own.addDue(Array.from({ length: good }, (_, index) => `good${index}`))
  await own.sweep()
  own.seen.answer = answer
  await own.addDue(Array.from({ length: bad }, (_, index) => `bad${index}`))
  await own.sweep()
  return own.scene()
}

/** A hold that began some hours ago, with a sweep every six hours. */
async function held(hours: number) {
  const own = sweepGround()
  own.seen.answer = wrongSecret
  await own.addDue(['t1'])
  await own.sweep()
  for (let passed = 0; passed < hours; passed += 6) {
    own.clock.advance(6 * hour)
    await own.sweep()
  }
  return own
}

/** A hold that lasts while sweeps, five minutes apart, find more and more late tenants. */
async function waiting() {
  const own = await held(0)
  for (let index = 0; index < 4; index++) {
    await own.addDue([`late${index}`], hour)
    own.clock.advance(5 * minute)
    await own.sweep()
  }
  return own.scene()
}

/** Four sweeps that find only a secret of a disconnected tenant, which the vault refuses to destroy. */
async function leftByDisconnect() {
  const refused = new StorageUnavailableError('vault', 403, 'ForbiddenByRbac')
  const own = sweepGround(({ grants }) => ({ grants: { ...grants, forget: () => Promise.reject(refused) } }))
  await own.addDue(['t1'], 2 * hour, { status: 'disconnected', secretsToDestroy: ['vault:v/old/1/0'] })
  for (let index = 0; index < 4; index++) {
    own.clock.advance(5 * minute)
    const { report } = await own.sweep()
    expect(report).toMatchObject({ due: 1, passedOn: 1 })
  }
  return own.scene()
}

/** A metric of the broker, or another one, some minutes before the end. */
const measured = (name: string, minutes: number): Scene => {
  const timestamp = new Date(Date.UTC(2026, 10, 23, 16, -minutes))
  const values = { value: 1, valueCount: 1n, valueMax: 1, customDimensions: new Dynamic({}) }
  return { now: new Date('2026-11-23T16:00:00Z'), customMetrics: [{ timestamp, name, ...values }] }
}

/** Alerts about sweeps as a whole. */
export const sweepScenes: Readonly<Record<string, AlertScenes>> = {
  'sweep-failed': {
    rings: {
      'three refreshes fail and two pass': () => failing(2),
      'a broker with three tenants can’t refresh them': () => failing(0),
      'a shard is given up': async () => {
        const own = sweepGround()
        own.log('sweep.shard_poisoned', { shard: 3 })
        return own.scene()
      },
      'a timer crashes': async () => {
        const own = sweepGround()
        own.log('function.failed', { function: 'refresh', invocationId: 'id', error: 'TypeError' })
        return own.scene()
      },
    },
    silent: {
      'as many refreshes pass as fail': () => failing(3),
      'two refreshes fail': () => failing(0, busy, 2),
      'three people must sign in again': () => failing(0, refusalOf(400, 'invalid_grant', 50173)),
    },
  },
  'sweep-silent': {
    rings: {
      'the last sweep ended 31 minutes ago': () => silentFor(31),
      'nothing has arrived for 47 hours': () => silentFor(47 * 60),
      'no sweep has ended since the broker’s first sign of life': async () =>
        measured(metricNames.vendDuration, 31),
    },
    silent: {
      'the last sweep ended 29 minutes ago': () => silentFor(29),
      'nothing has arrived for 49 hours': () => silentFor(49 * 60),
      'there has been no package yet': async () => measured('dotnet.gc.collections', 600),
    },
  },
  'refreshes-overdue': {
    rings: { 'three sweeps find a tenant that is late by more than half an hour': () => late(3, 1801) },
    silent: {
      'two sweeps do': () => late(2, 1801),
      'one sweep hands over shards, and each of them reports it': () =>
        late(1, 1801, { handedOver: [1, 2, 3] }),
      'the schedule itself is every 30 minutes': () => late(5, 1801, { every: 30 }),
      'tenants are late by half an hour': () => late(4, 1800),
      'tenants wait for the end of a hold': waiting,
      'a vault refuses for hours to destroy what a disconnect left': leftByDisconnect,
    },
  },
  'environment-on-hold': {
    rings: {
      'our secret is refused': async () => (await held(0)).scene(),
      'a hold has lasted for three days': async () => (await held(72)).scene(),
      'a hold has begun after the last sweep': async () => {
        const own = sweepGround()
        await own.sweep()
        own.clock.advance(minute)
        own.seen.answer = wrongSecret
        await own.addDue(['t1'])
        await own.refresh('t1').catch(() => undefined)
        return own.scene(minute)
      },
    },
    silent: {
      'the next sweep’s refresh works again': async () => {
        const own = await held(24)
        own.seen.answer = anHour
        own.clock.advance(5 * minute)
        await own.sweep()
        return own.scene()
      },
      'a hold begins and ends between two sweeps': async () => {
        const own = sweepGround()
        await own.sweep()
        await own.addDue(['t1'])
        for (const answer of [wrongSecret, anHour]) {
          own.clock.advance(minute)
          own.seen.answer = answer
          await own.refresh('t1').catch(() => undefined)
        }
        return own.scene()
      },
      'the provider itself fails': () => failing(0, busy, 6),
    },
  },
  'table-missing': {
    rings: {
      'a sweep finds no table of tenants': async () => {
        const own = sweepGround(({ tenants }) => ({
          tenants: { ...tenants, read: () => Promise.reject(missing) },
        }))
        await own.addDue(['t1'])
        await own.sweep()
        return own.scene()
      },
    },
    silent: { 'the tables are busy': () => failing(0, busy, 2) },
  },
  'tenant-damaged': {
    rings: {
      'a due tenant’s row can’t be read': async () => {
        const damage = { column: 'Grant', detail: 'isn’t JSON' }
        const own = sweepGround(({ tenants }) => ({
          tenants: { ...tenants, read: (name) => Promise.reject(new DamagedRowError(name, damage)) },
        }))
        await own.addDue(['t1'])
        await own.sweep()
        return own.scene(23 * hour)
      },
    },
    silent: { 'all rows can be read': () => failing(2) },
  },
}

/** One sweep, and then nothing. */
async function silentFor(minutes: number): Promise<Scene> {
  const own = sweepGround()
  await own.addDue(['t1'])
  await own.sweep()
  return own.scene(minutes * minute)
}
