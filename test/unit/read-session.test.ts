import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { readSession } from '../../shared/connect/readSession.ts'
import { recordSessionEnd } from '../../shared/connect/sessionEnd.ts'
import {
  countSignIn,
  issueProgress,
  recordConfirmed,
  recordSessionFailure,
} from '../../shared/connect/sessionProgress.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { connected, name, pendingOf } from '../simulation/ground.ts'
import { accountOf, connectGround, returnUrl } from './connectGround.ts'

const five = ['1', '2', '3', '4', '5'].map((accountId) => accountOf(accountId))

/** A tenant with five accounts, and a pending consent with one of them and another one. */
async function waiting() {
  const own = connectGround()
  await own.create({
    ...connected('vault:x'),
    accountsGeneration: 'before',
    pendingGrant: await pendingOf(own, 'code'),
  })
  await own.accounts.write(name, 'before', five)
  await own.accounts.write(name, 'g', [accountOf('5'), accountOf('6')])
  const page = (asked: { continuation?: string | undefined } = {}) =>
    readSession(own as never, { name, sessionId: 'session' }, { limit: 2, ...asked })
  return { ...own, page }
}

test('a pending consent shows the changes, and the lost accounts page by page', async () => {
  const { page } = await waiting()
  const first = await page()
  expect(first).toMatchObject({
    ...{ session: 'session', state: 'confirmation_required' },
    ...{ userChanged: true, previousUser: 'h', accounts: 2 },
    ...{ counts: { appeared: 1, lost: 4 }, lost: [{ accountId: '1' }, { accountId: '2' }] },
  })
  const second = await page({ continuation: first.continuation })
  expect(second.lost?.map(({ accountId }) => accountId)).toEqual(['3', '4'])
  expect(second).not.toHaveProperty('continuation')
  expect(await page({ continuation: 'x' })).toEqual(first)
})

test('a session that is not known is not found, nor is another tenant’s', async () => {
  const own = connectGround()
  const ask = (sessionId = 'session', of = name) =>
    readSession(own as never, { name: of, sessionId }, { limit: 2 })
  await expect(ask()).rejects.toMatchObject({ code: 'tenant_not_found' })
  await own.create()
  await expect(ask()).rejects.toMatchObject({ code: 'connect_session_not_found' })
  const id = await issueProgress(own, { ...name, tenant: 'other', returnUrl }, own.clock.now())
  await expect(ask(id)).rejects.toMatchObject({ code: 'connect_session_not_found' })
  const others = await issueProgress(own, { ...name, workspace: 'other', returnUrl }, own.clock.now())
  await expect(ask(others)).rejects.toMatchObject({ code: 'connect_session_not_found' })
})

/** A tenant with a new connect session. */
async function made() {
  const own = connectGround()
  await own.create()
  const id = await issueProgress(own, { ...name, returnUrl }, addSeconds(own.clock.now(), 900))
  const read = () => readSession(own as never, { name, sessionId: id }, { limit: 2 })
  const change = async (row: Partial<Tenant>) => {
    const stored = own.tenants.row(name)
    if (stored) await own.tenants.replace(stored, { ...stored.tenant, ...row }, [])
  }
  const end = (tenant: object) =>
    recordSessionEnd(own, id, { binding: own.binding, returnUrl, tenant: tenant as Tenant })
  return { ...own, change, end, id, read }
}

test('a session says how far it got, until a day after its link has expired', async () => {
  const { clock, id, read, ...own } = await made()
  const since = clock.now().toISOString()
  const linkExpiresAt = addSeconds(clock.now(), 900).toISOString()
  expect(await read()).toEqual({
    session: id,
    state: 'created',
    stateSince: since,
    linkExpiresAt,
    signIns: 0,
  })
  await countSignIn({ ...own, clock }, id)
  clock.advance(1799)
  expect(await read()).toMatchObject({ state: 'sign_in_started', signIns: 1 })
  clock.advance(1)
  expect(await read()).toMatchObject({ state: 'abandoned', stateSince: since })
  await recordSessionFailure({ ...own, clock }, id, { failed: 'sign_in_refused', reason: 'mfa_required' })
  expect(await read()).toMatchObject({ state: 'failed', error: 'sign_in_refused', reason: 'mfa_required' })
  clock.advance(900 + 86_400 - 1801)
  expect(await read()).toMatchObject({ state: 'failed' })
  clock.advance(1)
  await expect(read()).rejects.toMatchObject({ code: 'connect_session_not_found' })
})

test('a session that connected says so, even if only the row knows it', async () => {
  const { end, read } = await made()
  await end({})
  expect(await read()).toMatchObject({ state: 'connected' })
  const crashed = await made()
  await countSignIn(crashed, crashed.id)
  await crashed.change({ spentSessions: [crashed.id] })
  expect(await crashed.read()).toMatchObject({ state: 'connected' })
})

test('a consent that waits for its confirmation ends connected, or abandoned', async () => {
  const { change, end, id, read, ...own } = await made()
  const pendingGrant = { ...(await pendingOf(own, 'code')), sessionId: id }
  await change({ pendingGrant, spentSessions: [id] })
  await end({ pendingGrant })
  expect(await read()).toMatchObject({ state: 'confirmation_required', accounts: 0, signIns: 0 })
  await change({ pendingGrant: undefined as never })
  expect(await read()).toMatchObject({ state: 'abandoned' })
  await change({ confirmed: { sessionId: id, codeHash: 'c', until: own.clock.now() } })
  expect(await read()).toMatchObject({ state: 'connected' })
  await change({ confirmed: undefined as never })
  await recordConfirmed(own, id)
  expect(await read()).toMatchObject({ state: 'connected' })
})
