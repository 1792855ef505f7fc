import { describe, expect, test } from 'vitest'
import type { CustomerManagement } from '../../shared/advertising/client.ts'
import { createDeveloperTokenProofs, withProofs } from '../../shared/advertising/developerTokenProofs.ts'
import type { FaultEvidence } from '../../shared/advertising/faultEvidence.ts'
import { readFault } from '../../shared/advertising/faults.ts'
import { judgeFault } from '../../shared/advertising/judgeFault.ts'
import { addSeconds } from '../../shared/clock.ts'
import { explainSignInFault as explainToPerson } from '../../shared/connect/explainSignInFailure.ts'
import { explainImportFault as explainToApp } from '../../shared/grants/explainImportFailure.ts'
import { Secret } from '../../shared/secret.ts'

/** As in every public capture (Advertising-docs issue 555). */
const wire = (
  Detail: string | null = null,
  Message = 'Authentication failed. Either supplied credentials are invalid or the account is inactive',
) => ({
  service: 'customerManagement' as const,
  status: 401,
  bodyText: JSON.stringify({
    Errors: [{ Code: 105, ErrorCode: 'InvalidCredentials', Detail, Message }],
    TrackingId: 't',
    Type: 'AdApiFaultDetail',
  }),
})
const bare = readFault(wire())

describe('a 105 without a reason', () => {
  test.each<[string, FaultEvidence, string, string, string]>([
    ['of an app’s own call', {}, 'credentials_refused', 'operator', 'undecided'],
    [
      'after a developer token that works',
      { developerToken: 'proven', accessToken: 'fresh' },
      'no_advertising_user',
      'advertiser',
      'person',
    ],
    [
      'of a known person after a developer token that works',
      { developerToken: 'proven', accessToken: 'fresh', isPersonKnown: true },
      'no_advertising_user',
      'advertiser',
      'person',
    ],
    [
      'of a stranger after a developer token that worked once',
      { developerToken: 'lapsed', accessToken: 'fresh' },
      'no_advertising_user',
      'advertiser',
      'person',
    ],
    [
      'of a known person after a developer token that worked once',
      { developerToken: 'lapsed', accessToken: 'fresh', isPersonKnown: true },
      'refused_without_reason',
      'operator',
      'undecided',
    ],
    [
      'of a known person after a new developer token',
      { developerToken: 'unproven', accessToken: 'fresh', isPersonKnown: true },
      'developer_token_refused',
      'operator',
      'credentials',
    ],
    [
      'of a stranger after a new developer token',
      { developerToken: 'unproven', accessToken: 'fresh' },
      'refused_without_reason',
      'operator',
      'undecided',
    ],
    [
      'of the published token in production',
      { developerToken: 'ofOtherEnvironment', accessToken: 'fresh' },
      'developer_token_of_other_environment',
      'operator',
      'credentials',
    ],
    [
      'after GetUser has answered',
      { developerToken: 'proven', accessToken: 'accepted' },
      'account_not_usable',
      'advertiser',
      'account',
    ],
    [
      'of an access token that is not young',
      { developerToken: 'proven', accessToken: 'aged', isPersonKnown: true },
      'access_token_revoked',
      'nobody',
      'service',
    ],
    [
      'of two tokens of which little is known',
      { developerToken: 'unproven', accessToken: 'aged', isPersonKnown: true },
      'refused_without_reason',
      'operator',
      'undecided',
    ],
  ])('%s is judged by the evidence', (_what, evidence, verdict, actor, about) => {
    expect(judgeFault(bare, evidence)).toMatchObject({ verdict, actor, about })
  })

  test('is about a person without Microsoft Advertising, regardless of the developer token', () => {
    for (const developerToken of ['proven', 'lapsed', 'unproven'] as const) {
      const failure = explainToPerson({ ...bare, tokens: { developerToken, accessToken: 'fresh' } })
      expect(failure.failed).toBe('no_advertising_user')
      expect(failure.advice === undefined).toBe(developerToken !== 'unproven')
    }
  })

  test('for an imported grant concerns only that grant, and never holds an environment', () => {
    const of = (developerToken: 'proven' | 'unproven') =>
      explainToApp({ ...bare, tokens: { developerToken, accessToken: 'fresh' } })
    expect(of('proven')).toMatchObject({ code: 'grant_refused', extras: { actor: 'advertiser' } })
    expect(of('unproven')).toMatchObject({
      code: 'grant_refused',
      extras: { actor: 'operator', members: { reason: 'advertising_105' } },
    })
  })
})

test.each([
  ['the person', 'UserNotFound', 'no_advertising_user', 'advertiser'],
  ['the account', 'AccountInactive', 'account_not_usable', 'advertiser'],
  ['both tokens', 'InvalidAccessToken', 'developer_token_refused', 'operator'],
])('a 105 whose reason names %s is judged by that reason', (_what, reason, verdict, actor) => {
  const tokens = { developerToken: 'proven', accessToken: 'fresh' } as const
  expect(judgeFault(readFault(wire(reason)), tokens)).toMatchObject({ verdict, actor })
})

test('a refusal that names the developer token is about that token, even if it worked before', () => {
  const tokens = { developerToken: 'proven', accessToken: 'fresh' } as const
  const fault = readFault(wire(null, 'Invalid developer token'))
  expect(judgeFault(fault, tokens)).toMatchObject({ verdict: 'developer_token_refused', actor: 'operator' })
})

test('a 401 without a code is not blamed on the registration', () => {
  const fault = readFault({ status: 401, bodyText: 'Unauthorized' })
  expect(explainToPerson(fault).failed).toBe('advertising_answer_unknown')
  expect(explainToApp(fault).code).toBe('unexpected_upstream_answer')
})

describe('a developer token', () => {
  const accepted = { ok: true, value: { userId: '1', userName: 'ada', roles: [] } } as const
  const refused = { ok: false, fault: bare } as const

  function world() {
    const table = new Map<string, object>()
    let now = new Date('2026-11-28T12:00:00Z')
    let version = 'v1'
    let answer: Awaited<ReturnType<CustomerManagement['getUser']>> = accepted
    let writes = 0
    const notes = {
      read: async <T>(kind: string, key: string) => table.get(`${kind} ${key}`) as T | undefined,
      async write(kind: string, key: string, value: object) {
        writes++
        table.set(`${kind} ${key}`, value)
      },
    }
    const clock = { now: () => now, sleep: async () => {} }
    const open = () =>
      createDeveloperTokenProofs({ notes, clock, list: async () => [{ value: new Secret('MINE'), version }] })
    const client = {
      getUser: async () => answer,
      searchAccounts: async () => answer,
    } as unknown as CustomerManagement
    const credentials = (developerToken = 'MINE') =>
      ({
        ...{ accessToken: new Secret('a'), developerToken: new Secret(developerToken) },
        identityProvider: 'microsoft',
      }) as const
    const proofs = open()
    return {
      open,
      writes: () => writes,
      of: (token?: string, environment: 'production' | 'sandbox' = 'production') =>
        proofs.of(environment, new Secret(token ?? 'MINE')),
      getUser: (next = answer, token?: string) => {
        answer = next
        return withProofs(client, 'production', proofs).getUser(credentials(token))
      },
      searchAccounts: (next: typeof refused) => {
        answer = next
        return withProofs(client, 'production', proofs).searchAccounts(credentials(), '1')
      },
      pass: (seconds: number) => {
        now = addSeconds(now, seconds)
      },
      storeAnew: () => {
        version = 'v2'
      },
    }
  }

  test('is proven once a call succeeded with it, in every process, and for a day', async () => {
    const { getUser, of, open, pass } = world()
    expect(await of()).toBe('unproven')
    await getUser(accepted)
    expect(await of()).toBe('proven')
    expect(await open().of('production', new Secret('MINE'))).toBe('proven')
    pass(86_400)
    expect(await of()).toBe('lapsed')
  })

  test('that is accepted is noted once an hour in each process', async () => {
    const { getUser, pass, writes } = world()
    for (const [seconds, count] of [
      [0, 1],
      [3599, 1],
      [1, 2],
    ] as const) {
      pass(seconds)
      await getUser(accepted)
      expect(writes()).toBe(count)
    }
  })

  test('that was stored again has yet to prove itself', async () => {
    const { getUser, open, storeAnew } = world()
    await getUser(accepted)
    storeAnew()
    expect(await open().of('production', new Secret('MINE'))).toBe('unproven')
  })

  test('is in doubt after six refusals in a row, until it works again', async () => {
    const { getUser, of } = world()
    await getUser(accepted)
    for (let refusals = 0; refusals < 5; refusals += 1) await getUser(refused)
    expect(await of()).toBe('proven')
    await getUser(refused)
    expect(await of()).toBe('unproven')
    await getUser(accepted)
    expect(await of()).toBe('proven')
  })

  test('that Microsoft publishes for the sandbox is valid there, and never in production', async () => {
    const { of } = world()
    expect(await of('BBD37VB98', 'sandbox')).toBe('proven')
    expect(await of('BBD37VB98')).toBe('ofOtherEnvironment')
  })

  test('and the access token are described in each fault', async () => {
    const { getUser, searchAccounts } = world()
    await getUser(accepted)
    expect(await getUser(refused)).toMatchObject({
      fault: { tokens: { developerToken: 'proven', accessToken: 'fresh' } },
    })
    expect(await searchAccounts(refused)).toMatchObject({ fault: { tokens: { accessToken: 'accepted' } } })
  })
})
