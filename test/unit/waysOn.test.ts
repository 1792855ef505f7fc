import { expect, test } from 'vitest'
import type { SignIn } from '../../shared/connect/authorize.ts'
import type { ConnectFailure } from '../../shared/connect/failures.ts'
import { withWaysOn } from '../../shared/connect/waysOn.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { isConsenterOf } from '../../shared/domain/tenant.ts'

const signIn = {
  workspace: 'w',
  tenant: 't',
  environment: 'production',
  identityProvider: 'microsoft',
  returnUrl: 'https://app.example/back',
  allowDifferentUser: false,
} as SignIn

/** The session that the failure's page leads to. */
async function nextOf(failure: ConnectFailure): Promise<SignIn | undefined> {
  const issued: SignIn[] = []
  const dependencies = {
    clock: { now: () => new Date(0) },
    config: { publicUrl: 'https://broker.example' },
    records: { issue: async (_kind: string, next: SignIn) => `token-${issued.push(next)}` },
    signInTable: () => ({}),
  }
  await withWaysOn(dependencies as never, signIn, failure)
  return issued[0]
}

test.each([
  ['work', true, true],
  ['personal', true, true],
  ['google', true, true],
  ['primaryLogin', true, true],
  ['advertisingUser', true, true],
  // Code 108 asks for a new password: the same person comes back.
  ['sameAgain', true, false],
  ['work', false, false],
] as const)(
  'a sign-in that must use another account (%s), of the consenter: %s, may be another user’s: %s',
  async (signInWith, isConsenter, allowDifferentUser) => {
    const next = await nextOf({ failed: 'wrong_account_kind', signInWith, isConsenter })
    expect(next).toMatchObject({ allowDifferentUser })
  },
)

test('a failure of another kind lets nobody else in', async () => {
  const next = await nextOf({ failed: 'no_advertising_account', isConsenter: true })
  expect(next).toMatchObject({ allowDifferentUser: false })
})

test('the consenter is known by issuer and subject, and nobody by an empty subject', () => {
  const consenter = { issuer: 'i', subject: 's', hint: 'a…' }
  const tenantOf = (subject: string) => ({ grant: { consenter: { ...consenter, subject } } }) as Tenant
  expect(isConsenterOf(tenantOf('s'), consenter)).toBe(true)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, hint: 'b…' })).toBe(true)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, subject: 'other' })).toBe(false)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, issuer: 'other' })).toBe(false)
  expect(isConsenterOf(tenantOf(''), { ...consenter, subject: '' })).toBe(false)
  expect(isConsenterOf({} as Tenant, consenter)).toBe(false)
})
