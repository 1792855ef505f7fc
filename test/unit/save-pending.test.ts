import { describe, expect, test } from 'vitest'
import { sha256 } from '../../shared/access/browser.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { savePendingGrant } from '../../shared/connect/savePendingGrant.ts'
import { name, now, pendingOf } from '../simulation/ground.ts'
import { accountOf, provenBy, returnUrl } from './connectGround.ts'
import { connectedGround, keepFor, told, toldBy, two } from './saveGround.ts'

describe('a sign-in that waits for its confirmation', () => {
  test('waits 15 minutes next to the working grant, under the hash of a code that only the browser has', async () => {
    const own = await connectedGround()
    const kept = await keepFor(own, 'first', two, { confirm: true, accountChoice: 'page' })
    expect(kept).toHaveProperty('tenant', own.row())
    const { confirmation_code: code = '', ...rest } = toldBy(kept)
    expect(rest).toEqual({ ...told, status: 'confirmation_required', accounts: '2', account_choice: 'open' })
    const { grant, pendingGrant } = own.row()
    expect(grant?.id).toBe('consent-of-first')
    // 256 random bits.
    expect(code).toHaveLength(43)
    expect(pendingGrant).toMatchObject({
      grant: {
        consenter: { subject: 'first' },
        accountKind: 'work',
        consentedAt: now,
        advertisingUserId: '1',
      },
      ...{ environment: 'production', sessionId: 'session', codeHash: sha256(code) },
      expiresAt: addSeconds(now, 900),
      accessToken: { refreshedAt: now, expiresAt: addSeconds(now, 3600) },
      choice: { returnUrl, browserHash: own.binding.hash },
    })
    expect(await own.accounts.findById(name, pendingGrant?.accountsGeneration ?? '', '2')).toHaveLength(1)
    expect([...own.due.rows()].map(({ dueAt }) => dueAt)).toContainEqual(addSeconds(now, 900))
    // The page can be opened until the code expires, and answered 30 minutes after that.
    const isOpen = () =>
      own.records.read('choice-answer', pendingGrant?.choice?.answerId ?? '', own.clock.now())
    own.clock.advance(2699)
    expect(await isOpen()).toBeDefined()
    own.clock.advance(1)
    expect(await isOpen()).toBeUndefined()
  })

  test('offers no page if the app asks itself', async () => {
    const own = await connectedGround()
    await keepFor(own, 'first', two, { confirm: true })
    expect(own.row().pendingGrant).not.toHaveProperty('choice')
  })

  test('replaces an earlier one, whose secret is destroyed', async () => {
    const own = await connectedGround()
    const stored = own.tenants.row(name)
    if (stored)
      await own.tenants.replace(stored, { ...stored.tenant, pendingGrant: await pendingOf(own, 'code') }, [])
    expect(own.live()).toEqual(['rt-first', 'rt-code'])
    await keepFor(own, 'second', two, { confirm: true })
    expect(own.live()).toEqual(['rt-first', 'rt-second'])
  })

  test.each([
    ['another person loses accounts', 'second', {}, 'confirmation_required'],
    ['the same person loses accounts', 'first', {}, 'connected'],
    ['the tenant was disconnected', 'second', { status: 'disconnected' }, 'connected'],
  ] as const)('depends on a loss: %s', async (_title, subject, change, status) => {
    const own = await connectedGround(change)
    expect(toldBy(await keepFor(own, subject, [accountOf('1')]))).toMatchObject({
      status,
      accounts_lost: '1',
    })
  })
})

test('a tenant with constant conflicts stays unchanged, and no secret is left', async () => {
  const own = await connectedGround()
  const tenants = { ...own.tenants, replace: async () => 'conflict' }
  const grantServices = { ...(own.dependencies as object), tenants }
  expect(await keepFor(own, 'second', two, { confirm: true }, { grantServices })).toEqual({
    ...{ failed: 'storage_unavailable', reason: 'tenant_changed' },
  })
  expect(own.live()).toEqual(['rt-first'])
})

test('no secret is written for a tenant that was disconnected after the comparison', async () => {
  const own = await connectedGround({ disconnectCount: 1 })
  const grants = { ...own.grants, write: () => Promise.reject(new Error('written')) }
  const grantServices = { ...(own.dependencies as object), grants }
  const dependencies = { grantServices, clock: own.clock } as never
  const waiting = { accountsGeneration: 'g', outcome: {} }
  const signIn = { ...name, environment: 'production', disconnectCount: 0 } as SignIn
  expect(await savePendingGrant(dependencies, signIn, provenBy('second', two), waiting)).toMatchObject({
    ...{ failed: 'sign_in_not_valid' },
  })
})

test('its due row exists before it waits, so that a sweep ends it in any case', async () => {
  const own = await connectedGround()
  const due = { ...own.due, insert: () => Promise.reject(new Error('out')) }
  const grantServices = { ...(own.dependencies as object), due }
  await expect(keepFor(own, 'second', two, { confirm: true }, { grantServices })).rejects.toThrow('out')
  expect(own.row().pendingGrant).toBeUndefined()
})

describe('a sign-in is not stored', () => {
  const disconnected = { failed: 'sign_in_not_valid' }
  test.each([
    ['when the tenant was disconnected in the meantime', { disconnectCount: 1 }, {}, disconnected],
    [
      'when the tenant is in the other environment',
      { environment: 'sandbox' },
      {},
      { failed: 'environment_mismatch' },
    ],
    [
      'by a stranger whom the session doesn’t allow',
      {},
      { allowDifferentUser: false },
      { failed: 'different_user' },
    ],
    [
      'when the tenant is gone',
      {},
      { tenant: 'gone' },
      { failed: 'sign_in_not_valid', reason: 'tenant_gone' },
    ],
  ] as const)('%s', async (_title, tenant, change, failure) => {
    for (const confirm of [false, true]) {
      const own = await connectedGround(tenant)
      expect(await keepFor(own, 'second', two, { confirm, ...change })).toMatchObject(failure)
      expect(own.live()).toEqual(['rt-first'])
      expect(own.row().pendingGrant).toBeUndefined()
    }
  })

  test.each([
    [{ disconnectCount: 1 }, 'sign_in_not_valid'],
    [{ environment: 'sandbox' }, 'environment_mismatch'],
  ] as const)(
    'if %j happens while its secret is written, and the secret is destroyed',
    async (change, failed) => {
      const own = await connectedGround()
      const write: typeof own.grants.write = async (...written) => {
        const stored = own.tenants.row(name)
        if (stored) await own.tenants.replace(stored, { ...stored.tenant, ...change }, [])
        return own.grants.write(...written)
      }
      const grants = { ...own.grants, write }
      const grantServices = { ...(own.dependencies as object), grants }
      expect(await keepFor(own, 'second', two, { confirm: true }, { grantServices })).toMatchObject({
        failed,
      })
      expect(own.live()).toEqual(['rt-first'])
      expect(own.row().pendingGrant).toBeUndefined()
    },
  )
})
