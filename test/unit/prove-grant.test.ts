import { describe, expect, test } from 'vitest'
import { systemClock, TimeLimitError } from '../../shared/clock.ts'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { explainRefusedGrant } from '../../shared/connect/explainRefusedGrant.ts'
import { proveGrant } from '../../shared/connect/proveGrant.ts'
import type { RefusalReason } from '../../shared/domain/reasons.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { AccountKind } from '../../shared/environment.ts'
import type { SignedInUser } from '../../shared/identity/idToken.ts'
import { createSignInTable, type SignInRow } from '../../shared/identity/signInTable.ts'
import { Secret } from '../../shared/secret.ts'

const directoryId = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

/** The sign-in table with this authority for sign-ins. */
function tableOf(tenant = 'common') {
  const microsoft = { clientId: 'c', authority: { origin: 'https://login.example', tenant }, scope: 'ads' }
  return createSignInTable({
    environments: new Map([['production', { microsoft, google: { clientId: 'g' } }]]),
    google: { authorizeUrl: '', tokenUrl: '', jwksUrl: '', issuer: '' },
    microsoftPersonalTenant: 'consumers',
  } as never)
}

const rowOf = (signInWith?: AccountKind, authority = 'common') =>
  tableOf(authority)({
    ...{ environment: 'production', identityProvider: signInWith === 'google' ? 'google' : 'microsoft' },
    signInWith,
  }) as SignInRow

const authorityTenants = { personal: 'consumers', work: directoryId, google: '' } as const
const userOf = (accountKind: AccountKind = 'personal'): SignedInUser => ({
  ...{ accountKind, authorityTenant: authorityTenants[accountKind] },
  consenter: { issuer: 'i', subject: 's', hint: 'h' },
})

const granted = { ok: true, accessToken: new Secret('at'), expiresInSeconds: 3600 } as const

/** Proves a grant against authorities that work, refuse for a reason, or throw. */
async function proven(
  answers: Readonly<Record<string, RefusalReason | Error>>,
  { accountKind = 'personal', row = rowOf() }: { accountKind?: AccountKind; row?: SignInRow } = {},
) {
  const asked: string[] = []
  const refresh = async ({ authorityTenant }: { authorityTenant: string }) => {
    asked.push(authorityTenant)
    const answer = answers[authorityTenant]
    if (answer instanceof Error) throw answer
    return answer ? ({ ok: false, refusal: toRefusal(answer) } as const) : granted
  }
  const dependencies = { clock: systemClock, signInTable: tableOf(), tokenEndpoints: { refresh } }
  const proof = await proveGrant(dependencies, row, {
    ...{ user: userOf(accountKind), refreshToken: new Secret('rt') },
  })
  return { asked, proof }
}

describe('a new grant', () => {
  test.each([
    ['personal', 'consumers'],
    ['work', directoryId],
  ] as const)('of a %s account is refreshed once, at %s', async (accountKind, authorityTenant) => {
    const { asked, proof } = await proven({}, { accountKind })
    expect(proof).toMatchObject({ proof: 'proven', authorityTenant, tokens: granted })
    expect(asked).toEqual([authorityTenant])
  })

  test.each([
    'grant_refused',
    'wrong_authority',
    'user_not_in_directory',
    'sign_in_required',
    'client_assertion_refused',
    'unauthorized_client',
  ] as const)('that its own authority refuses (%s) is kept for the one that accepts it', async (reason) => {
    const { asked, proof } = await proven({ consumers: reason })
    expect(proof).toMatchObject({ proof: 'proven', authorityTenant: 'common' })
    expect(asked).toEqual(['consumers', 'common'])
  })

  test('from a sign-in for one kind of account can be kept for the authority of all kinds', async () => {
    const { proof } = await proven({ consumers: 'grant_refused' }, { row: rowOf('personal') })
    expect(proof).toMatchObject({ proof: 'proven', authorityTenant: 'common' })
  })

  test('with a refusal that every authority would repeat is refused after one call', async () => {
    const { asked, proof } = await proven({ [directoryId]: 'mfa_required' }, { accountKind: 'work' })
    expect(proof).toMatchObject({ proof: 'refused', refusal: { reason: 'mfa_required' } })
    expect(asked).toHaveLength(1)
  })

  test.each([
    ['grant_refused', 'wrong_authority', 'grant_refused'],
    ['grant_refused', 'mfa_required', 'mfa_required'],
    ['client_assertion_refused', 'grant_refused', 'client_assertion_refused'],
  ] as const)('refused with %s, then with %s, is refused with %s', async (consumers, common, reason) => {
    const { asked, proof } = await proven({ consumers, common })
    expect(proof).toMatchObject({ proof: 'refused', refusal: { reason } })
    expect(asked).toEqual(['consumers', 'common'])
  })

  test.each([
    ...(['identity_provider_error', 'identity_provider_timed_out', 'throttled', 'unknown_answer'] as const),
    new StorageUnavailableError('vault', 503, 'out'),
    new TimeLimitError('reading the client credentials', 10),
  ])(
    'stays open after a temporary failure, at the authority that did not refuse it (%#)',
    async (failure) => {
      expect(await proven({ consumers: failure })).toEqual({
        ...{ asked: ['consumers'], proof: { proof: 'open', authorityTenant: 'consumers' } },
      })
      const { proof } = await proven({ consumers: 'grant_refused', common: failure })
      expect(proof).toEqual({ proof: 'open', authorityTenant: 'common' })
    },
  )

  test('never hides a failure of our own', async () => {
    await expect(proven({ consumers: new TypeError('ours') })).rejects.toThrow('ours')
  })

  test('of Google is refreshed once: there is only one authority', async () => {
    const { asked, proof } = await proven(
      { '': 'grant_refused' },
      { accountKind: 'google', row: rowOf('google') },
    )
    expect(proof).toMatchObject({ proof: 'refused' })
    expect(asked).toEqual([''])
  })
})

describe('a person whose new grant is refused', () => {
  const explained = (
    reason: RefusalReason,
    signIn: Partial<SignIn> = {},
    {
      accountKind = 'personal',
      authority = 'common',
    }: { accountKind?: AccountKind; authority?: string } = {},
  ) => {
    const identityProvider = accountKind === 'google' ? ('google' as const) : ('microsoft' as const)
    const session = { environment: 'production', identityProvider, ...signIn } as SignIn
    const signInTable = tableOf(authority)
    const row = signInTable(session) as SignInRow
    const refusal = toRefusal(reason, { traceId: 'trace' })
    return explainRefusedGrant(signInTable, session, { row, user: userOf(accountKind), refusal })
  }
  const cause = { reason: 'grant_refused', traceId: 'trace' }

  test.each(['personal', 'work'] as const)('signs in once more, as a %s account', (accountKind) => {
    expect(explained('grant_refused', {}, { accountKind })).toEqual({
      ...{ failed: 'other_sign_in_required', ...cause, otherAuthority: { signInWith: accountKind } },
    })
  })

  test('signs in once more for all kinds, after a sign-in for one kind', () => {
    expect(explained('grant_refused', { signInWith: 'personal' })).toMatchObject({
      ...{ failed: 'other_sign_in_required', otherAuthority: { signInWith: undefined } },
    })
  })

  test('is sent to no third sign-in, and to none where the settings name one directory or Google', () => {
    const stopped = { failed: 'grant_not_accepted', ...cause }
    const again = { signInWith: 'personal', otherAuthority: true } as const
    expect(explained('grant_refused', again)).toEqual(stopped)
    expect(explained('grant_refused', {}, { accountKind: 'work', authority: directoryId })).toEqual(stopped)
    expect(explained('grant_refused', {}, { accountKind: 'google' })).toEqual(stopped)
  })

  test('gets the refusal’s own page if it has a cause', () => {
    expect(explained('mfa_required')).toBeUndefined()
    expect(explained('client_assertion_refused')).toBeUndefined()
    expect(explained('sign_in_required', { otherAuthority: true })).toBeUndefined()
  })
})
