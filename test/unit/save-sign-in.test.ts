import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { withAccounts } from '../../shared/domain/transitions.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, name, now } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'
import { connectedGround, keepFor, told, toldBy, two } from './saveGround.ts'

describe('a sign-in that takes effect immediately', () => {
  test('connects the tenant with the accounts that it can reach, and drops the rest', async () => {
    const own = await connectedGround()
    await own.accounts.write(name, '00000000', two)
    const kept = await keepFor(own, 'first', [accountOf('1')])
    expect(toldBy(kept)).toEqual({ ...told, status: 'connected', accounts: '1', accounts_lost: '1' })
    const row = own.row()
    expect(row).toMatchObject({ status: 'connected', defaultAccount: { accountId: '1', customerId: '10' } })
    expect(await own.accounts.findById(name, row.accountsGeneration ?? '', '1')).toHaveLength(1)
    expect(await own.accounts.findById(name, '00000000', '1')).toEqual([])
    expect(own.live()).toEqual(['rt-first'])
    expect(own.tenants.history(name).map(({ type }) => type)).toContain('accounts.changed')
  })

  test.each([true, undefined])('says whether its list of accounts is cut: %s', async (isCut) => {
    const own = await connectedGround()
    await keepFor(own, 'first', two, {}, {}, { isCut })
    expect(toTenantView(own.row(), own.clock.now()).accounts.cut).toBe(isCut)
  })

  test('says that its discovery ended early, and keeps the same person’s accounts', async () => {
    const own = await connectedGround()
    const unfinished = { because: 'throttled', missesAccounts: true, fault: { code: 117 } }
    const kept = await keepFor(own, 'first', two.slice(1), {}, {}, { unfinished })
    expect(toldBy(kept)).toMatchObject({ accounts_unfinished: 'true' })
    expect(toldBy(kept)).not.toHaveProperty('accounts_lost')
    expect(toTenantView(own.row(), own.clock.now()).accounts.readSoFar).toBe(1)
  })

  test('by another person without lost accounts tells the app about the person', async () => {
    const own = await connectedGround()
    const kept = await keepFor(own, 'second', two)
    expect(toldBy(kept)).toEqual({
      ...{ ...told, status: 'connected', accounts: '2', account_choice: 'open', user_changed: 'true' },
    })
    expect(own.row().grant?.consenter.subject).toBe('second')
  })

  test('doesn’t lead to the page if no account is usable', async () => {
    const own = await connectedGround()
    const unusable = two.map((account) => ({ ...account, usable: false }))
    const kept = await keepFor(own, 'first', unusable, { accountChoice: 'page' })
    expect(toldBy(kept)).toMatchObject({ status: 'connected', account_choice: 'open' })
  })

  test('leads to the page if an account must be chosen, and the page can be answered for 30 minutes', async () => {
    const own = await connectedGround()
    const kept = await keepFor(own, 'first', two, { accountChoice: 'page' })
    if ('failed' in kept) throw new Error(kept.failed)
    const token = new URL(kept.returnUrl).searchParams.get('choice') ?? ''
    const choice = (await own.records.read('choice', token, own.clock.now())) as { answerId: string }
    expect(choice).toMatchObject({
      browserHash: own.binding.hash,
      grantId: own.row().grant?.id,
      id: 'session',
    })
    own.clock.advance(1799)
    expect(await own.records.read('choice', token, own.clock.now())).toBeDefined()
    expect(await own.records.read('choice-answer', choice.answerId, own.clock.now())).toBeDefined()
    own.clock.advance(1)
    expect(await own.records.read('choice', token, own.clock.now())).toBeUndefined()
    expect(await own.records.read('choice-answer', choice.answerId, own.clock.now())).toBeUndefined()
  })

  test('leads to no page if the default is clear', async () => {
    const own = await connectedGround({ defaultAccount: { accountId: '2', customerId: '10' } })
    const kept = await keepFor(own, 'first', two, { accountChoice: 'page' })
    expect(toldBy(kept)).toEqual({ ...told, status: 'connected', accounts: '2' })
  })

  test('keeps the choice of the same person, and ends the choice of another', async () => {
    for (const [subject, accounts] of [
      ['first', '1'],
      ['second', '2'],
    ] as const) {
      const own = await connectedGround()
      await own.accounts.write(name, 'before', [accountOf('1'), accountOf('2', { selected: false })])
      expect(toldBy(await keepFor(own, subject, two))).toMatchObject({ accounts })
    }
  })

  test('doesn’t fail if old accounts can’t be removed', async () => {
    const own = await connectedGround()
    const accounts = { ...own.accounts, removeOthers: () => Promise.reject(new Error('out')) }
    expect(toldBy(await keepFor(own, 'first', two, {}, { accounts }))).toMatchObject({ status: 'connected' })
  })

  test.each([
    ['the previous ones of the same person', 'first', two],
    ['none of another person’s', 'second', []],
  ])(
    'is committed before its accounts are written; until then, apps find %s',
    async (_title, subject, found) => {
      const own = await connectedGround()
      const seen: unknown[] = []
      const write: typeof own.accounts.write = async (...written) => {
        const { accountsGeneration = '', accountsOutstanding, grant } = own.row()
        const { accounts } = await own.accounts.list(name, accountsGeneration, 10)
        seen.push({ accounts, accountsOutstanding, isConnected: grant?.id !== 'consent-of-first' })
        return own.accounts.write(...written)
      }
      await keepFor(own, subject, two, {}, { accounts: { ...own.accounts, write } })
      expect(seen).toEqual([{ accounts: found, accountsOutstanding: true, isConnected: true }])
      expect(own.row()).not.toHaveProperty('accountsOutstanding')
      expect((await own.accounts.list(name, own.row().accountsGeneration ?? '', 10)).accounts).toHaveLength(2)
    },
  )

  test('after a disconnect, is connected without the accounts of the person before', async () => {
    const own = await connectedGround()
    const { grant: _grant, ...disconnected } = own.row()
    const stored = own.tenants.row(name)
    if (stored) await own.tenants.replace(stored, { ...disconnected, status: 'disconnected' }, [])
    const busy = new StorageUnavailableError('tables', 503, 'ServerBusy')
    const accounts = { ...own.accounts, write: () => Promise.reject(busy) }
    await keepFor(own, 'second', two, {}, { accounts })
    expect(own.row()).toMatchObject({ status: 'connected', accountsOutstanding: true })
    expect(own.row().accountsGeneration).not.toBe('before')
  })

  test('stays connected if storage doesn’t take its accounts, says so, and leads to no page', async () => {
    const own = await connectedGround()
    const busy = new StorageUnavailableError('tables', 503, 'ServerBusy')
    const accounts = { ...own.accounts, write: () => Promise.reject(busy) }
    const kept = await keepFor(own, 'second', two, { accountChoice: 'page' }, { accounts })
    expect(toldBy(kept)).toMatchObject({ status: 'connected', accounts_outstanding: 'true' })
    expect(own.row().grant?.consenter.subject).toBe('second')
    expect(toTenantView(own.row(), own.clock.now()).accounts.outstanding).toBe(true)
  })

  test('leaves the accounts to a discovery that was faster', async () => {
    const own = await connectedGround()
    const write: typeof own.accounts.write = async (...written) => {
      await own.accounts.write(...written)
      const stored = own.tenants.row(name)
      if (stored)
        await own.tenants.replace(
          stored,
          withAccounts(stored.tenant, { ...discovered, discoveredAt: now }),
          [],
        )
    }
    const discovered = { accountsGeneration: 'newer', defaultAccount: undefined }
    const kept = await keepFor(own, 'first', two, {}, { accounts: { ...own.accounts, write } })
    expect(toldBy(kept)).not.toHaveProperty('accounts_outstanding')
    expect(own.row().accountsGeneration).toBe('newer')
  })

  test('waits for its confirmation before its accounts are written', async () => {
    const own = await connectedGround()
    const seen: unknown[] = []
    const write: typeof own.accounts.write = async (...written) => {
      seen.push(own.row().pendingGrant?.accountsOutstanding)
      return own.accounts.write(...written)
    }
    await keepFor(own, 'second', two, { confirm: true }, { accounts: { ...own.accounts, write } })
    expect(seen).toEqual([true])
    const { accountsGeneration = '', accountsOutstanding } = own.row().pendingGrant ?? {}
    expect(accountsOutstanding).toBeUndefined()
    expect((await own.accounts.list(name, accountsGeneration, 10)).accounts).toHaveLength(2)
  })

  test('waits for its confirmation, although storage doesn’t take its accounts', async () => {
    const own = await connectedGround()
    const busy = new StorageUnavailableError('tables', 503, 'ServerBusy')
    const accounts = { ...own.accounts, write: () => Promise.reject(busy) }
    const kept = await keepFor(own, 'second', two, { confirm: true }, { accounts })
    expect(toldBy(kept)).toMatchObject({ status: 'confirmation_required' })
    expect(own.row().pendingGrant).toMatchObject({ accountsOutstanding: true })
  })

  test.each([false, true])(
    'answers the browser in time while its accounts are still being written (confirm: %s)',
    async (confirm) => {
      const own = await connectedGround()
      const write: typeof own.accounts.write = async (...written) => {
        await own.clock.sleep(60_000)
        return own.accounts.write(...written)
      }
      const answerBy = addSeconds(own.clock.now(), 10)
      const dependencies = { answerBy, accounts: { ...own.accounts, write } }
      const kept = await own.clock.run(keepFor(own, 'first', two, { confirm }, dependencies))
      expect(own.clock.passed()).toBe(10)
      const told = toldBy(kept)
      expect(told.status).toBe(confirm ? 'confirmation_required' : 'connected')
      if (!confirm) expect(told.accounts_outstanding).toBe('true')
      const outstanding = () => (confirm ? own.row().pendingGrant : own.row())?.accountsOutstanding
      expect(outstanding()).toBe(true)
      // The process goes on if it can.
      await own.clock.run(own.clock.sleep(60_000))
      expect(outstanding()).toBeUndefined()
    },
  )

  test('leaves a hint for a sweep before its commit', async () => {
    const own = await connectedGround()
    const seen: string[] = []
    const insert: typeof own.due.insert = async ({ dueAt }) => {
      seen.push(`due in ${(dueAt.getTime() - own.clock.now().getTime()) / 1000} s`)
    }
    const replace: typeof own.tenants.replace = async (...write) => {
      if (write[1].accountsOutstanding) seen.push('commit')
      return own.tenants.replace(...write)
    }
    const given = own.dependencies as { grantServices: object }
    const tenants = { ...own.tenants, replace }
    const grantServices = { ...given.grantServices, due: { ...own.due, insert }, tenants }
    await keepFor(own, 'first', two, {}, { grantServices })
    expect(seen[0]).toBe('due in 300 s')
    expect(seen).toContain('commit')
  })

  test('isn’t stored if another person has connected the tenant since the comparison', async () => {
    const own = await connectedGround()
    const list: typeof own.accounts.list = async (...listed) => {
      const stored = own.tenants.row(name)
      const { grant } = connected('vault:third')
      const third = { ...grant, id: 'third', consenter: { issuer: 'i', subject: 'third', hint: 'h' } }
      if (stored) await own.tenants.replace(stored, { ...stored.tenant, grant: third } as Tenant, [])
      return own.accounts.list(...listed)
    }
    const accounts = { ...own.accounts, list }
    expect(await keepFor(own, 'second', two, {}, { accounts })).toEqual({
      ...{ failed: 'storage_unavailable', reason: 'tenant_changed' },
    })
    expect(own.row().grant?.id).toBe('third')
    expect(own.live()).not.toContain('rt-second')
  })
})

describe('of several sign-ins with one link', () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])(
    'that finish at the same moment, exactly one is kept, and no other secret is left (%s, %s)',
    async (one, other) => {
      const own = await connectedGround()
      const { promise: bothWritten, resolve } = Promise.withResolvers<void>()
      let written = 0
      const write: typeof own.grants.write = async (...secret) => {
        const reference = await own.grants.write(...secret)
        if (++written === 2) resolve()
        await bothWritten
        return reference
      }
      const { clock } = own
      const grantServices = { ...(own.dependencies as object), clock, grants: { ...own.grants, write } }
      const [first, second] = await Promise.all([
        keepFor(own, 'first', two, { confirm: one }, { grantServices }),
        keepFor(own, 'first', two, { confirm: other }, { grantServices }),
      ])
      const lost = [first, second].filter((each) => 'failed' in each)
      expect(lost).toEqual([{ failed: 'link_already_used' }])
      const { grant, pendingGrant, secretsToDestroy, uncommittedSecrets } = own.row()
      const isPending = pendingGrant !== undefined
      expect(secretsToDestroy).toBeUndefined()
      // Both stay listed for their 15 minutes, so that a sweep finds a copy that a vault takes late.
      expect(uncommittedSecrets).toHaveLength(2)
      expect(own.live()).toHaveLength(isPending ? 2 : 1)
      expect(grant?.id === 'consent-of-first').toBe(isPending)
    },
  )

  test('the second one is not kept later either, not even by another person', async () => {
    const own = await connectedGround()
    await keepFor(own, 'first', two)
    const { grant } = own.row()
    expect(await keepFor(own, 'second', two)).toEqual({ failed: 'link_already_used' })
    const stranger = await keepFor(own, 'second', two, { allowDifferentUser: false })
    expect(stranger).toEqual({ failed: 'link_already_used' })
    expect(own.row().grant?.id).toBe(grant?.id)
    expect(own.live()).toEqual(['rt-first'])
    expect(toldBy(await keepFor(own, 'second', two, { id: 'another' }))).toMatchObject({
      status: 'connected',
    })
  })

  test('one that fails leaves the link to the others', async () => {
    const own = await connectedGround()
    const stranger = await keepFor(own, 'second', two, { allowDifferentUser: false })
    expect(stranger).toMatchObject({ failed: 'different_user' })
    expect(toldBy(await keepFor(own, 'first', two))).toMatchObject({ status: 'connected' })
  })
})

describe('a sign-in while storage is busy', () => {
  const busy = () => new StorageUnavailableError('tables', 503, 'ServerBusy')
  /** The operation fails until some seconds have passed. */
  const busyFor = (own: Awaited<ReturnType<typeof connectedGround>>, seconds: number, operation: string) => {
    const until =
      <A extends unknown[], R>(of: string, work: (...given: A) => Promise<R>) =>
      async (...given: A): Promise<R> => {
        if (of === operation && own.clock.passed() < seconds) throw busy()
        return work(...given)
      }
    const { tenants, due, grants } = own
    const grantServices = {
      ...{ ...(own.dependencies as object), clock: own.clock },
      tenants: { ...tenants, read: until('read', tenants.read), replace: until('replace', tenants.replace) },
      due: { ...due, insert: until('insert', due.insert) },
      grants: { ...grants, write: until('write', grants.write) },
    }
    const accounts = {
      ...{ ...own.accounts, write: async () => {}, removeOthers: async () => {} },
      list: until('list', own.accounts.list),
    }
    return { grantServices, accounts }
  }

  test.each(['read', 'list', 'insert', 'write', 'replace'])(
    'ends well if each %s fails for 15 seconds',
    async (operation) => {
      for (const confirm of [false, true]) {
        const own = await connectedGround()
        const kept = keepFor(own, 'first', two, { confirm }, busyFor(own, 15, operation))
        expect(toldBy(await own.clock.run(kept))).toMatchObject({
          status: confirm ? 'confirmation_required' : 'connected',
        })
        expect(own.clock.passed()).toBeGreaterThan(14)
        expect(own.clock.passed()).toBeLessThan(25)
      }
    },
  )

  test.each([false, true])(
    'opens the page for the choice once its records are issued (confirm: %s)',
    async (confirm) => {
      const own = await connectedGround()
      const issue: typeof own.records.issue = async (...record) => {
        if (own.clock.passed() < 15) throw busy()
        return own.records.issue(...record)
      }
      const records = { ...own.records, issue }
      const kept = keepFor(own, 'first', two, { accountChoice: 'page', confirm }, { records })
      expect(await own.clock.run(kept)).not.toHaveProperty('failed')
    },
  )

  test.each(['read', 'list', 'insert', 'write', 'replace'])(
    'fails within 30 seconds if each %s keeps failing',
    async (operation) => {
      const own = await connectedGround()
      const kept = keepFor(own, 'first', two, {}, busyFor(own, 3600, operation))
      await expect(own.clock.run(kept)).rejects.toThrow('ServerBusy')
      expect(own.clock.passed()).toBeGreaterThan(15)
      expect(own.clock.passed()).toBeLessThan(30)
    },
  )
})
