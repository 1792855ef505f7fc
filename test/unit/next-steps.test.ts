import { expect, test } from 'vitest'
import type { SignIn } from '../../shared/connect/authorize.ts'
import type { ConnectFailure } from '../../shared/connect/failures.ts'
import { canSignInAgain, issueNextSignIn, withNextSteps } from '../../shared/connect/nextSteps.ts'
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

/** The session behind the failure page's link. */
async function nextOf(failure: ConnectFailure): Promise<SignIn | undefined> {
  const issued: SignIn[] = []
  const dependencies = {
    clock: { now: () => new Date(0) },
    config: { publicUrl: 'https://broker.example' },
    records: { issue: async (_kind: string, next: SignIn) => `token-${issued.push(next)}` },
    signInTable: () => ({}),
  }
  await withNextSteps(dependencies as never, signIn, failure)
  return issued[0]
}

test.each([
  ['work', true, true],
  ['personal', true, true],
  ['google', true, true],
  ['primaryLogin', true, true],
  ['advertisingUser', true, true],
  // Code 108 asks for a new password: the same person signs in again.
  ['sameAgain', true, false],
  ['work', false, false],
] as const)(
  'a sign-in that must use another account (%s), of the consenter: %s, may be another user’s: %s',
  async (signInWith, isConsenter, allowDifferentUser) => {
    const next = await nextOf({ failed: 'wrong_account_kind', signInWith, isConsenter })
    expect(next).toMatchObject({ allowDifferentUser })
  },
)

/** The next steps on a failure's page, after a change of the sign-in or its dependencies. */
async function offered(failure: ConnectFailure, change: Partial<SignIn> = {}, more: object = {}) {
  const issued: (SignIn & { readonly expiresAt: Date })[] = []
  const issue = async (_kind: string, next: SignIn, expiresAt: Date) =>
    `token-${issued.push({ ...next, expiresAt })}`
  const config = { publicUrl: 'https://broker.example' }
  const dependencies = {
    clock: { now: () => new Date(0) },
    config,
    records: { issue },
    signInTable: () => ({}),
  }
  const page = await withNextSteps(
    { ...dependencies, ...more } as never,
    { ...signIn, id: 's', ...change },
    failure,
  )
  return { page, next: issued[0] }
}

test.each([
  ['no_advertising_user', true],
  ['no_advertising_account', true],
  ['wrong_account_kind', true],
  ['advertising_access_denied', true],
  ['advertising_account_inactive', true],
  ['different_user', true],
  ['consent_not_given', false],
  ['other_sign_in_required', false],
  ['sign_in_refused', false],
  ['identity_provider_unavailable', false],
  ['advertising_unavailable', false],
  ['storage_unavailable', false],
] as const)(
  '%s can be fixed by signing in again, with another account: %s',
  async (failed, anotherAccount) => {
    const { next, page } = await offered({ failed }, { loginHint: 'a@x.example', asksFirst: true })
    expect(page.again).toEqual({
      ...{ url: 'https://broker.example/oauth/authorize?session=token-1~s', anotherAccount },
    })
    // A hint that led to the wrong account would lead there again.
    expect(next?.loginHint).toBe(anotherAccount ? undefined : 'a@x.example')
    expect(next).toMatchObject({ asksFirst: false, tries: 2, expiresAt: new Date(900_000) })
  },
)

test.each([
  ['consent_declined', {}, {}],
  ['scope_not_granted', {}, {}],
  ['sign_in_refused', { tries: 5 }, {}],
  ['sign_in_refused', {}, { signInTable: () => undefined }],
  ['sign_in_refused', {}, { records: { issue: () => Promise.reject(new Error('out')) } }],
] as const)('a page has no second sign-in if none is possible (%#)', async (failed, change, more) => {
  const { page } = await offered({ failed }, change, more)
  expect(page).toMatchObject({ failed, workspace: 'w', backUrl: expect.stringContaining('status=failed') })
  expect(page).not.toHaveProperty('again')
})

test('a sign-in that lacked claims can be tried again after any failure', async () => {
  expect((await offered({ failed: 'directory_policy' })).page).not.toHaveProperty('again')
  const { page } = await offered({ failed: 'directory_policy', isChallenged: true })
  expect(page.again).toMatchObject({ anotherAccount: false })
})

test('only the next sign-in asks for another account', async () => {
  const { next } = await offered({ failed: 'no_advertising_user' })
  expect(next).toHaveProperty('anotherAccount', true)
  const again = await offered({ failed: 'sign_in_refused' }, next)
  expect(again.next).not.toHaveProperty('anotherAccount')
})

test('the fifth sign-in of a browser is the last one', async () => {
  expect((await offered({ failed: 'sign_in_refused' }, { tries: 4 })).next?.tries).toBe(5)
})

test('a sign-in that needs another kind of account uses that kind’s provider', async () => {
  const kind = await offered({ failed: 'wrong_account_kind', signInWith: 'google' })
  expect(kind.next).toMatchObject({ signInWith: 'google', identityProvider: 'google' })
  const any = await offered({ failed: 'wrong_account_kind', signInWith: 'primaryLogin' })
  expect(any.next).toMatchObject({ identityProvider: 'microsoft' })
  expect(any.next).not.toHaveProperty('signInWith')
})

test('a sign-in at the other authority is for one kind of account, or for all, and happens once', async () => {
  const failed = 'other_sign_in_required'
  const kind = await offered({ failed, otherAuthority: { signInWith: 'personal' } })
  expect(kind.next).toMatchObject({ signInWith: 'personal', otherAuthority: true })
  expect(new URL(kind.page.backUrl ?? '').searchParams.get('sign_in_with')).toBe('personal')
  const any = await offered({ failed, otherAuthority: { signInWith: undefined } }, { signInWith: 'work' })
  expect(any.next).toMatchObject({ signInWith: undefined, otherAuthority: true })
  expect(new URL(any.page.backUrl ?? '').searchParams.has('sign_in_with')).toBe(false)
})

test('the app learns the failure, and everything that it can pass on', async () => {
  const { page } = await offered({
    ...{ failed: 'admin_consent_required', reason: 'r', traceId: 'trace', signInWith: 'work' },
    adminConsentUrl: 'https://consent.example/',
  })
  const { searchParams } = new URL(page.backUrl ?? '')
  expect(Object.fromEntries(searchParams)).toEqual({
    ...{ tenant: 't', session: 's', status: 'failed', error: 'admin_consent_required', reason: 'r' },
    ...{ sign_in_with: 'work', trace_id: 'trace', admin_consent_url: 'https://consent.example/' },
  })
})

test('a failure of another kind allows no other person', async () => {
  const next = await nextOf({ failed: 'no_advertising_account', isConsenter: true })
  expect(next).toMatchObject({ allowDifferentUser: false })
})

test('the consenter is known by issuer and subject, but not by an empty subject', () => {
  const consenter = { issuer: 'i', subject: 's', hint: 'a…' }
  const tenantOf = (subject: string) => ({ grant: { consenter: { ...consenter, subject } } }) as Tenant
  expect(isConsenterOf(tenantOf('s'), consenter)).toBe(true)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, hint: 'b…' })).toBe(true)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, subject: 'other' })).toBe(false)
  expect(isConsenterOf(tenantOf('s'), { ...consenter, issuer: 'other' })).toBe(false)
  expect(isConsenterOf(tenantOf(''), { ...consenter, subject: '' })).toBe(false)
  expect(isConsenterOf({} as Tenant, consenter)).toBe(false)
})

test('requests for another account are counted, other attempts aren’t', async () => {
  const { next } = await offered({ failed: 'no_advertising_user' })
  expect(next).toHaveProperty('accountChanges', 1)
  const again = await offered({ failed: 'sign_in_refused' }, next)
  expect(again.next).toHaveProperty('accountChanges', 1)
  expect((await offered({ failed: 'different_user' }, again.next)).next).toHaveProperty('accountChanges', 2)
})

test('another account for a person whom the app didn’t expect keeps the hint, to compare the next one with', async () => {
  const issued: SignIn[] = []
  const dependencies = {
    clock: { now: () => new Date(0) },
    config: { publicUrl: 'https://broker.example' },
    records: { issue: async (_kind: string, next: SignIn) => `token-${issued.push(next)}` },
    signInTable: () => ({}),
  } as never
  const before = { ...signIn, id: 's', loginHint: 'a@x.example', tries: 4 }
  expect(await issueNextSignIn(dependencies, before, { anotherAccount: true })).toMatch(/session=token-1/)
  expect(issued[0]).toMatchObject({ loginHint: 'a@x.example', anotherAccount: true, tries: 5 })
  expect([canSignInAgain(before), canSignInAgain({ ...before, tries: 5 })]).toEqual([true, false])
  expect(await issueNextSignIn(dependencies, { ...before, tries: 5 }, {})).toBeUndefined()
})
