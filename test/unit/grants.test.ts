import { describe, expect, test } from 'vitest'
import type { BrokerAnswer } from '../../scripts/callBroker.ts'
import { BrokerUnreachableError } from '../../scripts/callBroker.ts'
import { parseImportFile } from '../../scripts/import/file.ts'
import type { JournalEntry } from '../../scripts/import/journal.ts'
import { importGrants, openRows } from '../../scripts/import.ts'
import { systemClock } from '../../shared/clock.ts'
import type { RefusalReason } from '../../shared/domain/reasons.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import type { RefreshRequest } from '../../shared/domain/tokenEndpoint.ts'
import { proveRefreshToken } from '../../shared/grants/proveRefreshToken.ts'
import { consumerTenantId, type SignInRow } from '../../shared/identity/signInTable.ts'
import { Secret } from '../../shared/secret.ts'

const row: SignInRow = {
  environment: 'production',
  identityProvider: 'microsoft',
  clientId: 'client',
  authorizeUrl: '',
  tokenUrl: () => '',
  signInTenant: 'common',
  jwksUrl: '',
  issuer: (tid) => tid,
  scopes: ['https://ads.microsoft.com/msads.manage', 'openid', 'profile', 'offline_access'],
  requiredScope: 'https://ads.microsoft.com/msads.manage',
  authorizeParameters: {},
}

const directoryId = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

function idTokenOf(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256' })}.${part(claims)}.x`
}

/** A sign-in that answers with the result of `judge`: claims of an ID token, no ID token, or a refusal's reason. */
function world(judge: (request: RefreshRequest) => object | 'without' | { refused: RefusalReason }) {
  const asked: RefreshRequest[] = []
  const dependencies = {
    config: { microsoftPersonalTenant: 'consumers' },
    clock: systemClock,
    tokenEndpoints: {
      refresh: async (request: RefreshRequest) => {
        asked.push(request)
        const judged = judge(request)
        if (typeof judged === 'object' && 'refused' in judged) {
          return { ok: false, refusal: toRefusal(judged.refused) } as const
        }
        const tokens = {
          ok: true,
          accessToken: new Secret('a'),
          expiresInSeconds: 3600,
          refreshToken: new Secret(`${asked.length}`),
        } as const
        return typeof judged === 'string' ? tokens : { ...tokens, idToken: idTokenOf(judged) }
      },
    },
  }
  return {
    asked,
    prove: (brought = {}) =>
      proveRefreshToken(dependencies, row, { refreshToken: new Secret('0'), ...brought }),
  }
}

describe('proving a token', () => {
  test('asks the authority where sign-ins start, and the ID token says where it belongs', async () => {
    const { asked, prove } = world(() => ({ tid: directoryId, oid: 'o', iss: 'i' }))
    expect(await prove()).toMatchObject({
      ok: true,
      user: { accountKind: 'work', authorityTenant: directoryId },
    })
    expect(asked.map(({ authorityTenant }) => authorityTenant)).toEqual(['common', directoryId])
  })

  test('keeps the newest token and the authority where a refresh worked', async () => {
    const personal = { tid: consumerTenantId, oid: 'o', iss: 'i' }
    const own = await world(() => personal).prove()
    expect(own).toMatchObject({
      ...{ refreshToken: new Secret('2'), user: { accountKind: 'personal', authorityTenant: 'consumers' } },
    })
    const { prove } = world(({ authorityTenant }) =>
      authorityTenant === 'consumers' ? { refused: 'grant_refused' } : personal,
    )
    expect(await prove()).toMatchObject({
      ...{ refreshToken: new Secret('1'), user: { accountKind: 'personal', authorityTenant: 'common' } },
    })
  })

  test('without an ID token continues with the newest token until the authority itself decides', async () => {
    const { asked, prove } = world(({ authorityTenant }) =>
      authorityTenant === 'consumers' ? { refused: 'user_not_in_directory' } : 'without',
    )
    expect(await prove()).toMatchObject({
      refreshToken: new Secret('3'),
      user: { accountKind: 'work', authorityTenant: 'organizations' },
    })
    expect(
      asked.map(({ authorityTenant, refreshToken }) => [authorityTenant, refreshToken.expose()]),
    ).toEqual([
      ['common', '0'],
      ['consumers', '1'],
      ['organizations', '1'],
    ])
  })

  test('uses fewer scopes if the consent did not cover all of ours', async () => {
    const { prove } = world(({ scopes }) =>
      scopes.includes('openid') ? { refused: 'consent_missing' } : 'without',
    )
    expect(await prove({ accountKind: 'personal' })).toMatchObject({
      scopes: ['https://ads.microsoft.com/msads.manage', 'offline_access'],
      user: { accountKind: 'personal', authorityTenant: 'consumers' },
    })
  })

  test('stops at a refusal that every other authority would repeat', async () => {
    const { asked, prove } = world(() => ({ refused: 'grant_revoked' }))
    expect(await prove()).toMatchObject({ ok: false, refusal: { reason: 'grant_revoked' } })
    expect(asked).toHaveLength(1)
  })

  test('is not refused because of one authority while another one cannot decide', async () => {
    const { prove } = world(({ authorityTenant }) => ({
      refused: authorityTenant === 'common' ? 'grant_refused' : 'client_secret_expired',
    }))
    expect(await prove()).toMatchObject({ ok: false, refusal: { reason: 'client_secret_expired' } })
  })

  test('is undecided if one authority is wrong and another one gives no answer', async () => {
    const { prove } = world(({ authorityTenant }) => ({
      refused: authorityTenant === 'common' ? 'wrong_authority' : 'identity_provider_timed_out',
    }))
    expect(await prove()).toMatchObject({ ok: false, refusal: { reason: 'identity_provider_timed_out' } })
  })

  test('calls only the named directory', async () => {
    const { asked, prove } = world(() => ({ refused: 'grant_refused' }))
    expect(await prove({ directoryId })).toMatchObject({ ok: false })
    expect(new Set(asked.map(({ authorityTenant }) => authorityTenant))).toEqual(new Set([directoryId]))
  })
})

describe('importing', () => {
  const csv = (count: number) =>
    [
      'tenant,environment,refreshToken',
      ...Array.from({ length: count }, (_, i) => `t${i},production,r`),
    ].join('\n')

  /** A broker that answers with `answer`, with its own clock. */
  function run(count: number, answer: (path: string, calls: number) => BrokerAnswer | Promise<BrokerAnswer>) {
    let now = 0
    const entries = new Map<string, Omit<JournalEntry, 'broker'>>()
    const begun: number[] = []
    const clock = {
      now: () => new Date(now),
      sleep: async (milliseconds: number) => {
        now += milliseconds
      },
    }
    const outcome = importGrants({
      rows: parseImportFile(csv(count)).rows,
      call: async (path) => {
        begun.push(now)
        return answer(path, begun.length)
      },
      journal: {
        add: async (entry) => void entries.set(entry.tenant, entry),
      },
      ratePerSecond: 2,
      clock,
    })
    return { outcome, begun, entries }
  }

  test('starts no more tenants per second than allowed', async () => {
    const { outcome, begun } = run(5, () => ({ status: 200, body: {} }))
    await outcome
    expect((begun.at(-1) ?? 0) - (begun[0] ?? 0)).toBeGreaterThanOrEqual(2000)
  })

  test('waits for the requested time and tries again', async () => {
    const { outcome, begun } = run(1, (_path, calls) =>
      calls === 1
        ? { status: 503, body: { code: 'identity_provider_unavailable' }, retryAfterSeconds: 30 }
        : { status: 200, body: {} },
    )
    expect(await outcome).toMatchObject([{ outcome: 'connected' }])
    expect(begun).toEqual([0, 30_000])
  })

  test('gives a tenant up after three attempts, for another run', async () => {
    const { outcome, begun } = run(1, () => ({ status: 503, body: { code: 'advertising_unavailable' } }))
    expect(await outcome).toMatchObject([{ outcome: 'failed', code: 'advertising_unavailable' }])
    expect(begun).toHaveLength(3)
  })

  test.each([
    ['broker_not_configured', 503],
    ['caller_not_authenticated', 401],
    ['caller_not_allowed', 403],
    ['caller_refused', 403],
    ['developer_token_unusable', 503],
    ['environment_on_hold', 503],
    ['route_not_found', 404],
  ])('stops at a problem that affects every tenant: %s', async (code, status) => {
    const { outcome, entries } = run(9, () => ({ status, body: { code } }))
    await expect(outcome).rejects.toThrow(code)
    expect(entries.size).toBe(0)
  })

  test('finishes started tenants when it stops, records them, and starts no more', async () => {
    const hold: BrokerAnswer = { status: 503, body: { code: 'environment_on_hold' } }
    const { outcome, begun, entries } = run(9, async (_path, calls) => {
      if (calls > 1) return hold
      // The other lanes have stopped by then.
      await new Promise((resolve) => setImmediate(resolve))
      return { status: 200, body: {} }
    })
    await expect(outcome).rejects.toThrow(/environment_on_hold/)
    expect([...entries.keys()]).toEqual(['t0'])
    expect(begun.length).toBeLessThanOrEqual(4)
  })

  test('tries again without an answer, and stops after three attempts without one', async () => {
    const gone = () => {
      throw new BrokerUnreachableError('gone')
    }
    const once = run(2, (_path, calls) => (calls === 1 ? gone() : { status: 200, body: {} }))
    expect(await once.outcome).toHaveLength(2)
    const always = run(9, gone)
    await expect(always.outcome).rejects.toThrow('gone')
    expect(always.entries.size).toBe(0)
  })

  test('continues after one person’s refusal, and leaves undecided tenants for another run', async () => {
    const { outcome } = run(3, (_path, calls) => ({
      status: 422,
      body: { code: 'grant_refused', reason: calls === 1 ? 'advertising_105' : 'no_advertising_user' },
    }))
    const ended = (await outcome).map((entry) => entry.outcome)
    expect(ended).toEqual(['failed', 'refused', 'refused'])
  })

  test('skips connected tenants, and refused ones by default; new ones come first', () => {
    const { rows } = parseImportFile(csv(4))
    const [at, broker] = ['', 'https://broker.example']
    const done = new Map<string, JournalEntry>([
      ['t0', { broker, tenant: 't0', outcome: 'connected', at }],
      ['t1', { broker, tenant: 't1', outcome: 'refused', at }],
      ['t2', { broker, tenant: 't2', outcome: 'failed', at }],
    ])
    expect(openRows(rows, done, false).map(({ tenant }) => tenant)).toEqual(['t3', 't2'])
    expect(openRows(rows, done, true).map(({ tenant }) => tenant)).toEqual(['t3', 't1', 't2'])
  })
})
