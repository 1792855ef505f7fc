import { describe, expect, test } from 'vitest'
import {
  discoveryEvents,
  listAccountNames,
  personChange,
  selectionEvents,
} from '../../shared/accounts/events.ts'
import type { Account } from '../../shared/domain/account.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { connected, grantOf, now } from '../simulation/ground.ts'
import { accountOf } from './connectGround.ts'

const tenant = { ...connected('vault:x'), accountsGeneration: 'g' }
const told = (before: readonly Account[], after: readonly Account[], more: object = {}) =>
  discoveryEvents({ tenant, before, after, defaultAccount: undefined, at: now, ...more })
const many = (count: number) => Array.from({ length: count }, (_, index) => accountOf(String(10_000 + index)))

describe('a discovery in the tenant’s history', () => {
  test('lists new, missing, and changed accounts, with counts and ids', () => {
    const [discovered, changed, ...rest] = told(
      [accountOf('1'), accountOf('2', { name: 'Old' })],
      [accountOf('2'), accountOf('3')],
    )
    const counts = { appeared: 1, vanished: 1, changed: 1 }
    expect(discovered).toMatchObject({ type: 'accounts.discovered', data: { accounts: 2, ...counts } })
    expect(changed).toEqual({
      ...{ type: 'accounts.changed', at: now },
      detail: 'Appeared: Account 3 (F3). Vanished: Account 1 (F1). Changed: Account 2 (F2).',
      data: { ...counts, appearedIds: '3', vanishedIds: '1', changedIds: '2' },
    })
    expect(rest).toEqual([])
  })

  test('says only that it happened if it was the first, even if it found nothing', () => {
    const first = connected('vault:x')
    expect(told([], [accountOf('1')], { tenant: first })).toHaveLength(1)
    expect(told([], [], { tenant: first })).toHaveLength(1)
  })

  test('says nothing if nothing changed', () => {
    expect(told([accountOf('1')], [accountOf('1')])).toEqual([])
  })

  test('says once that discoveries end early, and once that they no longer do', () => {
    const fault = { class: 'throttled' }
    const discovery = { passedOver: [], unfinished: { because: 'throttled', fault } }
    const stopped = { ...tenant, accountsGeneration: 'g.unfinished-1' }
    const types = (more: object) => told([accountOf('1')], [accountOf('1')], more).map(({ type }) => type)
    expect(types({ discovery })).toEqual(['accounts.discovered'])
    expect(types({ discovery, tenant: stopped })).toEqual([])
    expect(types({ tenant: stopped })).toEqual(['accounts.discovered'])
  })

  test('names a different person, and the lost accounts', () => {
    const person = { consenter: { issuer: 'i', subject: 'second', hint: 'other' }, advertisingUserId: '2' }
    const [, changed] = told([accountOf('1')], [], { person })
    expect(changed?.detail).toBe('other signed in instead of h. Lost: Account 1 (F1).')
    expect(changed?.data).toMatchObject({ userChanged: true, previousUser: 'h', user: 'other' })
  })

  test('has at most 1,000 ids in an event, and at most 20 events', () => {
    const parts = (count: number) => told([], many(count)).slice(1)
    expect(parts(1000)).toHaveLength(1)
    expect(parts(1000)[0]?.data).not.toHaveProperty('part')
    const two = parts(1001)
    expect(two.map(({ data }) => String(data?.appearedIds).split(' ').length)).toEqual([1000, 1])
    expect(two[1]).toMatchObject({ detail: 'Part 2 of 2 of the same change.', data: { part: 2, parts: 2 } })
    expect(parts(20_001)).toHaveLength(20)
  })

  test('names a lost default', () => {
    const before = { ...tenant, defaultAccount: { accountId: '1', customerId: '10' } }
    const last = told([accountOf('2')], [accountOf('2')], { tenant: before }).at(-1)
    expect(last).toEqual({
      ...{ type: 'accounts.default_changed', at: now },
      detail: expect.stringContaining('default account 1 was removed'),
      data: { previousAccountId: '1', previousCustomerId: '10' },
    })
  })
})

test('a selection that gains and loses accounts has both counts', () => {
  const off = (accountId: string) => accountOf(accountId, { selected: false })
  const before = [accountOf('1'), accountOf('2'), off('3')]
  const [event] = selectionEvents(before, [off('1'), off('2'), accountOf('3')], now)
  expect(event?.data).toEqual({ accounts: 3, selected: 1, added: 1, removed: 2 })
  expect(selectionEvents(before, before, now)).toEqual([])
})

test('a list names 20 accounts, by id if there is no number, and counts the rest', () => {
  expect(listAccountNames([accountOf('1', { number: '' })])).toBe('Account 1 (1)')
  expect(listAccountNames(many(20))).not.toContain('more')
  expect(listAccountNames(many(21))).toMatch(/\(F10019\) and 1 more$/)
})

test('a person is known by issuer and subject, otherwise by Microsoft’s user id', () => {
  const change = (
    subject: string,
    other: string,
    ids: readonly [string, string] = ['1', '1'],
    issuer = 'i',
  ) => {
    const grant = { ...grantOf('', subject), advertisingUserId: ids[0] }
    const consenter = { issuer, subject: other, hint: 'x' }
    return personChange({ grant } as Tenant, { consenter, advertisingUserId: ids[1] }) !== undefined
  }
  expect([change('a', 'a'), change('a', 'b'), change('a', 'a', ['1', '1'], 'j')]).toEqual([false, true, true])
  expect([change('', 'a'), change('', 'a', ['1', '2']), change('', '', ['', ''])]).toEqual([
    false,
    true,
    true,
  ])
  expect(personChange({}, undefined)).toBeUndefined()
})
