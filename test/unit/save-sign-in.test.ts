import { describe, expect, test } from 'vitest'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { connected, name } from '../simulation/ground.ts'
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

  test('by another person without lost accounts tells the app about the person', async () => {
    const own = await connectedGround()
    const kept = await keepFor(own, 'second', two)
    expect(toldBy(kept)).toEqual({
      ...{ ...told, status: 'connected', accounts: '2', account_choice: 'open', user_changed: 'true' },
    })
    expect(own.row().grant?.consenter.subject).toBe('second')
  })

  test('leads to the page if an account must be chosen, and the page can be answered for 30 minutes', async () => {
    const own = await connectedGround()
    const kept = await keepFor(own, 'first', two, { accountChoice: 'page' })
    if ('failed' in kept) throw new Error(kept.failed)
    const token = new URL(kept.returnUrl).searchParams.get('choice') ?? ''
    const choice = (await own.records.read('choice', token, own.clock.now())) as { answerId: string }
    expect(choice).toMatchObject({
      browserHash: own.browser.hash,
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

  test('connects nothing if its accounts can’t be written', async () => {
    const own = await connectedGround()
    const accounts = { ...own.accounts, write: () => Promise.reject(new Error('out')) }
    for (const confirm of [false, true])
      await expect(keepFor(own, 'second', two, { confirm }, { accounts })).rejects.toThrow('out')
    expect(own.row().grant?.consenter.subject).toBe('first')
    expect(own.row().pendingGrant).toBeUndefined()
  })

  test('isn’t stored if another person has connected the tenant since the comparison', async () => {
    const own = await connectedGround()
    const write: typeof own.accounts.write = async (...written) => {
      const stored = own.tenants.row(name)
      const { grant } = connected('vault:third')
      const third = { ...grant, id: 'third', consenter: { issuer: 'i', subject: 'third', hint: 'h' } }
      if (stored) await own.tenants.replace(stored, { ...stored.tenant, grant: third } as Tenant, [])
      return own.accounts.write(...written)
    }
    const accounts = { ...own.accounts, write }
    expect(await keepFor(own, 'second', two, {}, { accounts })).toEqual({
      ...{ failed: 'storage_unavailable', reason: 'tenant_changed' },
    })
    expect(own.row().grant?.id).toBe('third')
    expect(own.live()).not.toContain('rt-second')
  })
})
