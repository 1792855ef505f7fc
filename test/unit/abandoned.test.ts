import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { recordAbandoned } from '../../shared/connect/recordAbandoned.ts'
import {
  countSignIn,
  issueProgress,
  readProgress,
  recordSessionFailure,
} from '../../shared/connect/sessionProgress.ts'
import { name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'

/** A session whose sign-in began some seconds ago, and its expired record. */
async function begun(seconds: number, tenant: object = {}) {
  const own = connectGround()
  await own.create(tenant)
  const id = await issueProgress(own, { ...name, returnUrl }, addSeconds(own.clock.now(), 900))
  await countSignIn(own, id)
  own.clock.advance(seconds)
  const logged: unknown[] = []
  const log = (event: string, fields: object) => void logged.push({ event, ...fields })
  const dependencies = { ...(own.dependencies as object), log } as never
  const value = { ...name, id, environment: 'production', identityProvider: 'google', disconnectCount: 0 }
  const sweep = (kind: 'sign-in' | 'session' = 'sign-in') => recordAbandoned(dependencies, [{ kind, value }])
  const events = () => own.tenants.history(name).filter(({ type }) => type === 'connect.abandoned')
  return { ...own, dependencies, events, id, logged, sweep, value }
}

test('a sign-in that never came back is recorded once, by one of two concurrent sweeps', async () => {
  const { clock, events, id, logged, sweep, ...own } = await begun(1800)
  await Promise.all([sweep(), sweep()])
  await sweep()
  expect(events()).toEqual([
    {
      ...{ type: 'connect.abandoned', at: clock.now() },
      detail: 'A sign-in at Google began and didn’t come back within 30 minutes.',
      data: { session: id, identityProvider: 'google', signIns: 1 },
    },
  ])
  expect(logged).toEqual([
    {
      ...{ event: 'connect.abandoned', environment: 'production', identityProvider: 'google' },
      tenantKey: expect.stringMatching(/^[0-9a-f]{40}$/),
    },
  ])
  expect(await readProgress({ ...own, clock }, id)).toMatchObject({ state: 'abandoned' })
})

test('nothing says that a session was abandoned whose consent the row has kept', async () => {
  const { events, id, logged, sweep, tenants, ...own } = await begun(1800)
  const stored = tenants.row(name)
  if (stored) await tenants.replace(stored, { ...stored.tenant, spentSessions: [id] }, [])
  await sweep()
  expect([events(), logged]).toEqual([[], []])
  expect(await readProgress(own, id)).toMatchObject({ state: 'connected' })
})

test('a sign-in is not abandoned while a later one of the same session may still come back', async () => {
  const { events, sweep } = await begun(1799)
  await sweep()
  expect(events()).toEqual([])
})

test('a sign-in is not abandoned if the session failed otherwise, or if the record is not a sign-in', async () => {
  const own = await begun(1800)
  await own.sweep('session')
  expect(own.events()).toEqual([])
  await recordSessionFailure(own, own.id, { failed: 'consent_declined' })
  await own.sweep()
  expect(own.events()).toEqual([])
})

test('a tenant that was disconnected in the meantime, or whose row is damaged, gets no event, and stops nothing', async () => {
  const disconnected = await begun(1800, { disconnectCount: 1 })
  await disconnected.sweep()
  expect(disconnected.events()).toEqual([])
  const damaged = await begun(1800)
  const tenants = { ...damaged.tenants, read: () => Promise.reject(new Error('damaged')) }
  const dependencies = { ...(damaged.dependencies as object), tenants } as never
  await recordAbandoned(dependencies, [
    { kind: 'sign-in', value: damaged.value },
    { kind: 'sign-in', value: undefined },
  ])
  expect(await readProgress(damaged, damaged.id)).toMatchObject({ state: 'abandoned' })
})

test('while the progress can’t be changed, the records stay for the next sweep', async () => {
  const { dependencies, value } = await begun(1800)
  const records = { change: () => Promise.reject(new Error('busy')) }
  const failing = recordAbandoned({ ...(dependencies as object), records } as never, [
    { kind: 'sign-in', value },
  ])
  await expect(failing).rejects.toThrow('busy')
})
