import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import {
  type ConfirmDependencies,
  confirmConnectSession,
  openConfirmedChoice,
} from '../../shared/connect/confirm.ts'
import { viewPendingGrant } from '../../shared/connect/readPendingGrant.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { PendingGrant, Tenant } from '../../shared/domain/tenant.ts'
import { connected, grantOf, name, now, pendingOf } from '../simulation/ground.ts'
import { accountOf, connectGround, returnUrl } from './connectGround.ts'

/** A tenant with a pending consent of the session `session`, with the code `code`. */
async function waiting(change: Partial<PendingGrant> = {}, tenant: Partial<Tenant> = {}) {
  const own = connectGround()
  const pendingGrant = { ...(await pendingOf(own, 'code')), ...change }
  await own.create({ ...tenant, pendingGrant })
  await own.accounts.write(name, 'g', [accountOf('1')])
  const confirm = (code = 'code', session = 'session') =>
    confirmConnectSession(own.dependencies, name, session, code)
  return { ...own, confirm, pendingGrant }
}

const notFound = { code: 'connect_session_not_found' }

describe('confirming a consent', () => {
  test('activates it, with its accounts and the only one of them as the default', async () => {
    const { confirm, live, pendingGrant, tenants } = await waiting({}, { disconnectCount: 2 })
    const tenant = await confirm()
    expect(tenant).toMatchObject({
      status: 'connected',
      grant: { consenter: { subject: 'code' } },
      accessToken: pendingGrant.accessToken,
      accountsGeneration: 'g',
      defaultAccount: { accountId: '1', customerId: '10' },
      disconnectCount: 2,
    })
    expect(tenant.pendingGrant).toBeUndefined()
    expect(tenant.confirmed).toEqual({
      ...{ sessionId: 'session', codeHash: pendingGrant.codeHash, until: pendingGrant.expiresAt },
    })
    expect(live()).toEqual(['rt-code'])
    expect(tenants.history(name).map(({ type }) => type)).toContain('accounts.discovered')
  })

  test.each([
    ['the same person’s previous ones are found', 'code', 'before'],
    ['none of another person’s are found', 'other', undefined],
  ])(
    'whose accounts aren’t written yet leaves them to a sweep; until then, %s',
    async (_title, subject, kept) => {
      const before = { ...connected('vault:old'), accountsGeneration: 'before' }
      const grant = grantOf('vault:old', subject)
      const own = await waiting({ accountsOutstanding: true }, { ...before, grant })
      own.clock.advance(1)
      const tenant = await own.confirm()
      expect(tenant).toMatchObject({ status: 'connected', accountsOutstanding: true })
      if (kept) expect(tenant.accountsGeneration).toBe(kept)
      else expect(['before', 'g']).not.toContain(tenant.accountsGeneration)
      expect(own.tenants.history(name).map(({ type }) => type)).not.toContain('accounts.changed')
      const dueAt = own.clock.now().getTime()
      expect([...own.due.rows()].map((row) => row.dueAt.getTime())).toContain(dueAt)
    },
  )

  test('whose accounts aren’t written yet shows no counts to the app', async () => {
    const own = await waiting({ accountsOutstanding: true })
    const which = { tenant: own.row(), pending: own.row().pendingGrant ?? own.pendingGrant }
    const view = await viewPendingGrant(own, which, { limit: 10 })
    expect(view).toMatchObject({ accountsOutstanding: true, userChanged: false })
    expect(view).not.toHaveProperty('counts')
    expect(view).not.toHaveProperty('lost')
  })

  test('records the change of person in the history', async () => {
    const { confirm, tenants } = await waiting(
      {},
      { ...connected('vault:old'), accountsGeneration: 'before' },
    )
    await confirm()
    expect(tenants.history(name).find(({ type }) => type === 'accounts.changed')?.data).toMatchObject({
      ...{ appeared: 1, userChanged: true },
    })
  })

  test('needs the code and the session, and changes nothing otherwise', async () => {
    const { confirm, row } = await waiting()
    await expect(confirm('another')).rejects.toMatchObject(notFound)
    await expect(confirm('code', 'another')).rejects.toMatchObject(notFound)
    expect(row().status).toBe('pending')
    const nobody = connectGround()
    const confirmNobody = confirmConnectSession(nobody.dependencies, name, 'session', 'code')
    await expect(confirmNobody).rejects.toMatchObject({ code: 'tenant_not_found' })
  })

  test('twice at the same time, as by a double click, returns the same answer', async () => {
    const { confirm, live, row } = await waiting()
    const [one, other] = await Promise.all([confirm(), confirm()])
    expect(other).toEqual(one)
    expect(row()).toEqual(one)
    expect(live()).toEqual(['rt-code'])
  })

  test('again with the same code returns the same answer until the code expires', async () => {
    const { clock, confirm, row } = await waiting()
    const first = await confirm()
    clock.advance(899.999)
    expect(await confirm()).toEqual(first)
    await expect(confirm('another')).rejects.toMatchObject(notFound)
    await expect(confirm('code', 'another')).rejects.toMatchObject(notFound)
    clock.advance(0.001)
    await expect(confirm()).rejects.toMatchObject(notFound)
    expect(row()).toEqual(first)
  })

  test.each([
    [
      'was replaced by a later one',
      (row: Tenant) => ({ ...row, pendingGrant: { ...row.pendingGrant, codeHash: 'x' } }),
      0,
    ],
    ['has expired', undefined, 900],
    ['was made void by a disconnect', (row: Tenant) => ({ ...row, disconnectCount: 1 }), 0],
  ])('is refused if the consent %s while its accounts were read', async (_title, change, seconds) => {
    const own = await waiting()
    const list: typeof own.accounts.list = async (...asked) => {
      const stored = own.tenants.row(name)
      if (stored && change) await own.tenants.replace(stored, change(stored.tenant) as Tenant, [])
      own.clock.advance(seconds)
      return own.accounts.list(...asked)
    }
    const dependencies = { ...(own.dependencies as object), accounts: { ...own.accounts, list } }
    const confirm = confirmConnectSession(dependencies as never, name, 'session', 'code')
    await expect(confirm).rejects.toMatchObject({ code: 'tenant_changed' })
    expect(own.row().status).toBe('pending')
  })

  test('waits while storage is busy', async () => {
    const own = await waiting()
    const busyUntil = (seconds: number) => {
      if (own.clock.passed() < seconds) throw new StorageUnavailableError('tables', 503, 'ServerBusy')
    }
    const list: typeof own.accounts.list = async (...asked) => {
      busyUntil(10)
      return own.accounts.list(...asked)
    }
    const replace: typeof own.tenants.replace = async (...write) => {
      busyUntil(20)
      return own.tenants.replace(...write)
    }
    const given = own.dependencies as ConfirmDependencies
    const dependencies: ConfirmDependencies = {
      accounts: { ...own.accounts, list },
      grantServices: { ...given.grantServices, clock: own.clock, tenants: { ...own.tenants, replace } },
    }
    const confirmed = confirmConnectSession(dependencies, name, 'session', 'code')
    expect(await own.clock.run(confirmed)).toMatchObject({ status: 'connected' })
  })

  test('removes other generations, and doesn’t fail if that fails', async () => {
    const own = await waiting()
    await own.accounts.write(name, '00000000', [accountOf('9')])
    await own.confirm()
    expect(await own.accounts.findById(name, '00000000', '9')).toEqual([])
    expect(await own.accounts.findById(name, 'g', '1')).toHaveLength(1)
    const failing = await waiting()
    const accounts = { ...failing.accounts, removeOthers: () => Promise.reject(new Error('out')) }
    const dependencies = { ...(failing.dependencies as object), accounts }
    expect(await confirmConnectSession(dependencies as never, name, 'session', 'code')).toMatchObject({
      status: 'connected',
    })
  })
})

describe('the page for choosing accounts after a confirmation', () => {
  /** A confirmed tenant whose person can choose, with changes from `change`. */
  async function confirmed(change: Partial<Tenant> = {}) {
    const own = connectGround()
    const answerId = await own.records.issue('choice-answer', {}, addSeconds(now, 60))
    const choice = { returnUrl, browserHash: own.binding.hash, answerId }
    await own.accounts.write(name, 'g', [accountOf('1'), accountOf('2'), accountOf('3', { selected: false })])
    const tenant = {
      ...{ ...connected('vault:x'), accountsGeneration: 'g', disconnectCount: 2 },
      confirmed: { sessionId: 'session', codeHash: 'c', until: now, choice },
      ...change,
    }
    return { ...own, answerId, open: () => openConfirmedChoice(own.dependencies, tenant) }
  }

  test('opens for the browser of the person who consented, and counts the selected accounts', async () => {
    const { binding, clock, open, records, answerId } = await confirmed()
    const token = new URL((await open()) ?? '').searchParams.get('choice') ?? ''
    expect(await records.read('choice', token, clock.now())).toEqual({
      ...{ ...name, id: 'session', returnUrl, browserHash: binding.hash, disconnectCount: 2, answerId },
      grantId: 'consent-of-first',
      outcome: { status: 'connected', accounts: '2', account_choice: 'open' },
    })
  })

  test.each([
    ['the app asks', { confirmed: { sessionId: 's', codeHash: 'c', until: now } }],
    ['a default is clear', { defaultAccount: { accountId: '1', customerId: '10' } }],
    ['the grant is gone', { grant: undefined as never }],
    ['the accounts aren’t written yet', { accountsOutstanding: true as const }],
  ])('stays closed if %s', async (_title, change) => {
    const { open } = await confirmed(change)
    expect(await open()).toBeUndefined()
  })

  test('stays closed after the choice was made', async () => {
    const { clock, open, records, answerId } = await confirmed()
    await records.take('choice-answer', answerId, clock.now())
    expect(await open()).toBeUndefined()
  })
})
