import { describe, expect, test, vi } from 'vitest'
import { deriveBrowserSecret } from '../../shared/access/browser.ts'
import { createCustomerManagement } from '../../shared/advertising/client.ts'
import { addSeconds } from '../../shared/clock.ts'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { finishSignIn } from '../../shared/connect/callback.ts'
import type { ConnectFailure } from '../../shared/connect/failures.ts'
import { proveSignIn } from '../../shared/connect/proveSignIn.ts'
import { recordSessionEnd } from '../../shared/connect/sessionEnd.ts'
import { issueProgress, readProgress } from '../../shared/connect/sessionProgress.ts'
import { KeysUnreachableError } from '../../shared/identity/keySource.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import { failurePage } from '../../shared/pages/failurePage.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, grantOf, name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'

const { accountKind, authorityTenant, consenter } = grantOf('', 'first')
const row = {
  ...{ environment: 'production', identityProvider: 'microsoft', signInTenant: 'common', scopes: ['ads'] },
  ...{ requiredScope: 'ads', issuer: (tid: string) => `https://login.example/${tid}/v2.0` },
}

/** A tenant whose person signs in, with the providers' answers. */
async function signingIn(
  more: {
    tokens?: object
    refreshed?: object
    faults?: readonly [number, number][]
    accounts?: number
    parts?: object
    tenant?: object
  } = {},
) {
  const own = connectGround()
  await own.create({ ...connected('vault:x'), ...more.tenant })
  const seen = { redeemed: [] as object[], checked: [] as string[], bodies: [] as string[], asked: 0 }
  const faults = [...(more.faults ?? [])]
  const answer = (path: string) => {
    if (path.endsWith('/User/Query')) {
      seen.asked++
      const [status, Code] = faults.shift() ?? []
      if (status) return Response.json({ Errors: [{ Code }] }, { status })
      return Response.json({
        User: { Id: '1', UserName: 'u' },
        CustomerRoles: [{ CustomerId: '10', RoleId: 41 }],
      })
    }
    const account = {
      Id: '1',
      Number: 'F1',
      Name: 'A',
      ParentCustomerId: '10',
      AccountLifeCycleStatus: 'Active',
    }
    if (path.endsWith('/Accounts/Search'))
      return Response.json({ Accounts: Array(more.accounts ?? 1).fill(account) })
    return Response.json({ Customer: { Id: '10', Name: 'C' }, CustomersInfo: [] })
  }
  const advertising = createCustomerManagement({
    environmentConfig: { advertisingUrl: 'https://{host}.api.example' },
    fetch: async (input: unknown, init: { readonly body?: unknown } = {}) => {
      seen.bodies.push(String(init.body))
      return answer(new URL(String(input)).pathname)
    },
  } as never)
  const tokens = {
    accessToken: new Secret('at'),
    refreshToken: new Secret('rt'),
    idToken: 'id',
    scope: 'openid ads',
    expiresInSeconds: 3600,
  }
  const dependencies = {
    ...(own.dependencies as object),
    signInTable: () => row,
    tokenEndpoints: {
      redeem: async (asked: object) => {
        seen.redeemed.push(asked)
        return { ok: true, ...tokens, ...more.tokens }
      },
      refresh: async () => ({
        ...{ ok: true, accessToken: new Secret('at2'), expiresInSeconds: 3600 },
        ...more.refreshed,
      }),
    },
    idTokens: {
      check: async (_row: unknown, _token: string, nonce: string) => {
        seen.checked.push(nonce)
        return { accountKind, authorityTenant, consenter }
      },
    },
    developerTokens: { find: async () => ({ ok: true, value: new Secret('d') }) },
    advertising: () => advertising,
    ...more.parts,
  } as never
  const signIn = {
    ...{ ...name, id: 's', environment: 'production', identityProvider: 'microsoft', returnUrl },
    ...{ disconnectCount: 0, browserHash: own.binding.hash, accountChoice: 'app' },
  } as SignIn
  const run = (response = {}, session = {}) =>
    own.clock.run(
      proveSignIn(dependencies, { ...signIn, ...session }, { code: 'c', ...response }, own.binding, 'state'),
    )
  return { ...own, dependencies, run, seen, signIn }
}

describe('a sign-in', () => {
  test('is proven with the verifier and nonce that only its browser can derive', async () => {
    const { binding, clock, run, seen } = await signingIn()
    expect(await run()).toMatchObject({
      ...{ user: { consenter }, tokens: { refreshToken: new Secret('rt'), requestedAt: clock.now() } },
      discovery: { advertisingUserId: '1', accounts: [{ accountId: '1' }] },
    })
    const codeVerifier = deriveBrowserSecret(binding, 'pkce', 'state')
    const redirectUri = 'https://broker.example/cb'
    expect(seen.redeemed).toEqual([{ row, code: 'c', codeVerifier, redirectUri }])
    expect(seen.checked).toEqual([deriveBrowserSecret(binding, 'nonce', 'state')])
  })

  test('looks up the default account by its id before it counts as vanished', async () => {
    const own = await signingIn({ tenant: { defaultAccount: { accountId: '7', customerId: '10' } } })
    expect(await own.run()).not.toHaveProperty('failed')
    expect(own.seen.bodies.filter((body) => body.includes('"7"'))).toHaveLength(1)
    const none = await signingIn()
    await none.run()
    expect(own.seen.bodies).toHaveLength(none.seen.bodies.length + 1)
  })

  test('ends at the app with a connected tenant, and logs no failure', async () => {
    const { browser, clock, dependencies, records, row: rowNow, signIn } = await signingIn()
    const state = await records.issue('sign-in', signIn, addSeconds(clock.now(), 60))
    const ended = await finishSignIn(dependencies, { state, code: 'c' }, browser)
    expect(ended).toMatchObject({ returnUrl: expect.stringContaining('status=connected') })
    expect(ended).not.toHaveProperty('failed')
    expect(rowNow().status).toBe('connected')
  })

  test('of a person whom the app didn’t expect doesn’t end its session before the answer', async () => {
    const user = { accountKind, authorityTenant, consenter, signInName: 'another@y.example' }
    const own = await signingIn({
      tenant: { grant: undefined, status: 'pending' },
      parts: { idTokens: { check: async () => user } },
    })
    const { browser, clock, dependencies, records } = own
    const linkExpiresAt = addSeconds(clock.now(), 900)
    const id = await issueProgress({ clock, records }, { ...name, returnUrl }, linkExpiresAt)
    const state = await records.issue(
      'sign-in',
      { ...own.signIn, id, loginHint: 'x@y.example' },
      linkExpiresAt,
    )
    const ended = await clock.run(finishSignIn(dependencies, { state, code: 'c' }, browser))
    expect(ended).toMatchObject({ returnUrl: expect.stringContaining('/oauth/confirm?question=') })
    expect(await readProgress({ clock, records }, id)).not.toHaveProperty('end')
  })

  test.each([
    ['what is left, minus eight seconds', 20.001, 12_001],
    ['at least five seconds', 6, 5000],
  ])('gives a discovery %s', async (_title, leftSeconds, milliseconds) => {
    const limits = vi.spyOn(AbortSignal, 'timeout')
    const { clock, dependencies, signIn, binding } = await signingIn()
    const timed = { ...(dependencies as object), answerBy: addSeconds(clock.now(), leftSeconds) }
    const proven = proveSignIn(timed as never, signIn, { code: 'c' }, binding, 'state')
    expect(await clock.run(proven)).toHaveProperty('discovery')
    expect(limits.mock.calls).toContainEqual([milliseconds])
  })

  test('ends its discovery when its instance is taken away', async () => {
    const { clock, dependencies, signIn, binding } = await signingIn()
    const any = vi.spyOn(AbortSignal, 'any')
    await clock.run(proveSignIn(dependencies, signIn, { code: 'c' }, binding, 'state'))
    const { commitNow } = (dependencies as { unfinishedCommits: { commitNow: AbortSignal } })
      .unfinishedCommits
    expect(any.mock.calls.some(([signals]) => [...signals].includes(commitNow))).toBe(true)
  })

  test('ends its discovery in time for the callback’s deadline', async () => {
    const limits = vi.spyOn(AbortSignal, 'timeout')
    const { browser, clock, dependencies, records, signIn } = await signingIn()
    const state = await records.issue('sign-in', signIn, addSeconds(clock.now(), 60))
    await clock.run(finishSignIn(dependencies, { state, code: 'c' }, browser))
    expect(limits.mock.calls).toContainEqual([(30 - 8) * 1000])
  })

  test('keeps the tokens of its first refresh, and the authority that answered', async () => {
    const refreshed = { refreshToken: new Secret('rt2'), expiresInSeconds: 3599 }
    expect(await (await signingIn({ refreshed })).run()).toMatchObject({
      ...{ user: { authorityTenant }, tokens: { ...refreshed, accessToken: new Secret('at2') } },
    })
    const without = await signingIn()
    expect(await without.run()).toMatchObject({ tokens: { refreshToken: new Secret('rt') } })
  })

  test('is kept with its own tokens, unproven, if the first refresh fails for a temporary reason', async () => {
    const refusal = classifyTokenRefusal(503, {})
    const { run } = await signingIn({ refreshed: { ok: false, refusal } })
    expect(await run()).toMatchObject({ isUnproven: true, tokens: { accessToken: new Secret('at') } })
  })

  test('whose grant is refused at once keeps the refusal’s claims, and says so', async () => {
    const claims = '{"access_token":{}}'
    const refusal = classifyTokenRefusal(400, { error: 'invalid_grant', error_codes: [50076], claims })
    const own = await signingIn({ refreshed: { ok: false, refusal } })
    const ended = { failed: 'sign_in_refused', reason: 'mfa_required', isChallenged: true }
    expect(await own.run()).toEqual(ended)
    expect(own.row().claims).toBe(claims)
    const plain = classifyTokenRefusal(400, { error: 'invalid_grant' })
    const refused = await signingIn({ refreshed: { ok: false, refusal: plain } })
    expect(await refused.run()).toMatchObject({ failed: 'grant_not_accepted', reason: 'grant_refused' })
  })

  test('that loses to another one with the same link waits for its result', async () => {
    const own = await signingIn()
    const { binding, browser, clock, dependencies, records } = own
    const linkExpiresAt = addSeconds(clock.now(), 900)
    const id = await issueProgress({ clock, records }, { ...name, returnUrl }, linkExpiresAt)
    const stored = own.tenants.row(name)
    if (stored) await own.tenants.replace(stored, { ...stored.tenant, spentSessions: [id] }, [])
    const state = await records.issue('sign-in', { ...own.signIn, id }, linkExpiresAt)
    const finish = finishSignIn(dependencies, { state, code: 'c' }, browser)
    const endOfOther = async () => {
      await clock.sleep(1000)
      await recordSessionEnd({ clock, records }, id, { binding, returnUrl, tenant: own.row() })
    }
    const [ended] = await clock.run(Promise.all([finish, endOfOther()]))
    expect(ended).toEqual({ returnUrl })
  })

  test('is refused before its code is used if another issuer answers, or if there is no code', async () => {
    const { run, seen } = await signingIn()
    const mixedUp = await run({ iss: 'https://evil.example/' })
    expect(mixedUp).toMatchObject({ failed: 'sign_in_refused', reason: 'issuer_mismatch' })
    expect(await run({ error: 'access_denied' })).toHaveProperty('failed')
    expect(await run({ code: undefined })).toEqual({ failed: 'sign_in_not_valid' })
    expect(seen.redeemed).toEqual([])
  })

  test('whose outage only a browser reports is no server error, which would ring an alert', async () => {
    const { run } = await signingIn()
    const brought = (await run({ error: 'temporarily_unavailable' })) as ConnectFailure
    expect(brought).toMatchObject({ failed: 'identity_provider_unavailable', isBrought: true })
    const naming = { publicUrl: '', workspaces: [] } as never
    expect(failurePage(brought, naming).status).toBe(403)
    expect(failurePage({ failed: brought.failed }, naming).status).toBe(503)
  })

  test.each([
    ['google', 'https://broker.example/cb/google'],
    [undefined, 'https://broker.example/cb'],
  ] as const)(
    'redeems its code with the redirect URI that its request named (%s)',
    async (own, redirectUri) => {
      const { run, seen } = await signingIn()
      await run({ arrivedAt: own }, { callbackOf: own })
      expect(seen.redeemed).toMatchObject([{ redirectUri }])
    },
  )

  test('that the person left says both ways, unless it was for a personal account', async () => {
    const { run } = await signingIn({ parts: { config: { environments: new Map() } } })
    const error_description = 'AADSTS65004: User declined to consent to access the app.'
    const left = { error: 'access_denied', error_subcode: 'cancel', error_description }
    expect(await run(left)).toMatchObject({ failed: 'consent_not_given' })
    expect(await run(left, { signInWith: 'personal' })).toMatchObject({ failed: 'consent_declined' })
  })

  test.each([
    [
      'scope_not_granted',
      { tokens: { scope: 'openid ads.read' }, faults: [[401, 105]] as [number, number][] },
    ],
    ['refresh_token_missing', { tokens: { refreshToken: undefined } }],
    ['no_advertising_account', { accounts: 0 }],
    [
      'developer_token_unusable',
      {
        parts: { developerTokens: { find: async () => ({ ok: false, reason: 'developer_token_missing' }) } },
      },
    ],
    ['environment_on_hold', { parts: { signInTable: () => undefined } }],
    [
      'sign_in_token_invalid',
      { parts: { idTokens: { check: async () => ({ fault: 'id_token_expired' }) } } },
    ],
    [
      'identity_provider_unavailable',
      { parts: { idTokens: { check: () => Promise.reject(new KeysUnreachableError()) } } },
    ],
  ])('ends in %s (%#)', async (failed, more) => {
    expect(await (await signingIn(more)).run()).toMatchObject({ failed })
  })

  test.each([
    ['openid ads', []],
    ['', []],
    ['openid ads.read', ['openid ads.read']],
  ])(
    'with the scopes "%s" is decided by Microsoft Advertising; other names are logged',
    async (scope, names) => {
      const logged: unknown[] = []
      const log = (event: string, { scopes }: { scopes?: string }) => void logged.push([event, scopes])
      const { run } = await signingIn({ tokens: { scope }, parts: { log } })
      expect(await run()).toHaveProperty('discovery')
      expect(logged).toEqual(names.map((each) => ['connect.scopes_differ', each]))
    },
  )

  describe('whose provider’s keys don’t come', () => {
    const without = (times: number, parts: object = {}) => {
      let left = times
      const check = async () =>
        left-- > 0 ? Promise.reject(new KeysUnreachableError()) : { accountKind, authorityTenant, consenter }
      return signingIn({ parts: { idTokens: { check }, ...parts } })
    }

    test('waits for them for up to ten seconds', async () => {
      const { run, clock } = await without(4)
      expect(await run()).toHaveProperty('discovery')
      expect(clock.passed()).toBe(10)
      expect(await (await without(5)).run()).toMatchObject({ reason: 'keys_unreachable' })
    })

    test('doesn’t wait for them on an instance that is ending', async () => {
      const { dependencies, run, clock } = await without(1)
      const { unfinishedCommits } = dependencies as {
        unfinishedCommits: { end(seconds: number): Promise<number> }
      }
      void unfinishedCommits.end(4)
      expect(await run()).toMatchObject({ reason: 'keys_unreachable' })
      expect(clock.passed()).toBe(0)
    })

    test('waits only as long as its browser can be answered in time', async () => {
      const answerBy = addSeconds(connectGround().clock.now(), 18)
      const { run, clock } = await without(3, { answerBy })
      expect(await run()).toMatchObject({ failed: 'identity_provider_unavailable' })
      expect(clock.passed()).toBe(5)
    })
  })

  test('never hides a failure of our own', async () => {
    const parts = { idTokens: { check: () => Promise.reject(new TypeError('ours')) } }
    await expect((await signingIn({ parts })).run()).rejects.toThrow('ours')
  })

  test('doesn’t fail if the hold can’t be read', async () => {
    const parts = { environments: { read: () => Promise.reject(new Error('out')) } }
    expect(await (await signingIn({ parts })).run()).toHaveProperty('discovery')
  })

  test('calls Microsoft Advertising once more, after 1 s, if the fault may be temporary', async () => {
    const once = await signingIn({ faults: [[500, 0]] })
    expect(await once.run()).toHaveProperty('discovery')
    expect([once.seen.asked, once.clock.passed()]).toEqual([2, 1])
    const twice = await signingIn({
      faults: [
        [500, 0],
        [500, 0],
      ],
    })
    expect(await twice.run()).toMatchObject({ failed: 'advertising_unavailable' })
    expect(twice.seen.asked).toBe(2)
    const lasting = await signingIn({ faults: [[401, 122]] })
    expect(await lasting.run()).toMatchObject({ failed: 'wrong_account_kind', isConsenter: true })
    expect(lasting.seen.asked).toBe(1)
  })

  test('that lacked claims gets that refusal, even if the row can’t be read', async () => {
    const claims = '{"access_token":{}}'
    const body = { error: 'invalid_grant', error_codes: [50076], claims }
    const redeem = async () => ({ ok: false, refusal: classifyTokenRefusal(400, body) })
    const ended = { failed: 'sign_in_refused', reason: 'mfa_required', isChallenged: true }
    const own = await signingIn({ parts: { tokenEndpoints: { redeem } } })
    expect(await own.run()).toEqual(ended)
    expect(own.row().claims).toBe(claims)
    const grantServices = { tenants: { read: () => Promise.reject(new Error('out')) } }
    const out = await signingIn({ parts: { tokenEndpoints: { redeem }, grantServices } })
    expect(await out.run()).toMatchObject(ended)
  })

  test('names the refused account, masked, if it has an address', async () => {
    const refused = await signingIn({ accounts: 0 })
    expect(await refused.run()).toMatchObject({ failed: 'no_advertising_account', signedInAs: 'h' })
    const user = { accountKind, authorityTenant, consenter: { ...consenter, hint: '…' } }
    const unnamed = await signingIn({ accounts: 0, parts: { idTokens: { check: async () => user } } })
    expect(await unnamed.run()).not.toHaveProperty('signedInAs')
  })

  test('records only for a wrong kind of account that it is the consenter’s own', async () => {
    const other = await signingIn({ faults: [[401, 122]] })
    const stored = other.tenants.row(name)
    const grant = grantOf('vault:x', 'second')
    if (stored) await other.tenants.replace(stored, { ...stored.tenant, grant }, [])
    expect(await other.run()).not.toHaveProperty('isConsenter')
    const inactive = await signingIn({ accounts: 0 })
    expect(await inactive.run()).not.toHaveProperty('isConsenter')
    const grantServices = { tenants: { read: () => Promise.reject(new Error('out')) } }
    const untold = await signingIn({ faults: [[401, 122]], parts: { grantServices } })
    expect(await untold.run()).toMatchObject({ failed: 'wrong_account_kind' })
  })
})
