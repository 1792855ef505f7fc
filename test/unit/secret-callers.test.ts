import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../shared/access/callers.ts'
import { createSecretCallers, type SecretCallerConfig } from '../../shared/access/secretCallers.ts'
import type { RedeemedSecret, SecretRedemption } from '../../shared/identity/redeemSecret.ts'
import { Problem } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'
import { createHandClock } from './signedTokens.ts'

const issuer = (name: string, namespace: string) => ({
  ...{ issuer: `https://${name}.example`, jwksUrl: `https://${name}.example/keys`, namespace },
  tokenUrl: `https://${name}.example/token`,
  audiences: ['api://broker', 'broker-id'],
  algorithms: ['RS256' as const],
})
const { tokenUrl: _, ...keysOnly } = issuer('keys', 'keys')
const config: SecretCallerConfig = {
  callerIssuers: [issuer('home', ''), issuer('partner', 'partner'), issuer('second', 'partner'), keysOnly],
  workspaces: [
    { workspace: 'agency', apps: ['app', 'other', 'partner:app', 'keys:app'], returnUrls: [] },
    { workspace: 'lone', apps: [], returnUrls: [] },
  ],
}

let clock: ReturnType<typeof createHandClock>
let sent: SecretRedemption[]
let answers: (redemption: SecretRedemption) => Promise<RedeemedSecret>
let lifetimeSeconds: number

beforeEach(() => {
  clock = createHandClock(new Date('2026-11-29T12:00:00Z'))
  sent = []
  lifetimeSeconds = 3600
  answers = async ({ clientSecret }) =>
    clientSecret.expose() === 'right'
      ? { ok: true, token: `token-${sent.length}` }
      : { ok: false, reason: 'refused', error: 'invalid_client, AADSTS7000215' }
})

const open = (settings: Partial<SecretCallerConfig> = {}) => {
  const authenticate = async (authorization: string | null): Promise<Caller> => {
    const issuedAt = clock.now()
    const expiresAt = new Date(issuedAt.getTime() + lifetimeSeconds * 1000)
    return {
      app: String(authorization),
      workspace: 'agency',
      rights: new Set(),
      token: { issuedAt, expiresAt },
    }
  }
  const redeem = async (redemption: SecretRedemption) => {
    sent.push(redemption)
    return answers(redemption)
  }
  const checks = createSecretCallers({ ...config, ...settings }, { callers: { authenticate }, clock, redeem })
  return (clientId = 'app', secret = 'right', isBasic = false) =>
    checks.authenticate({ clientId, clientSecret: new Secret(secret), isBasic })
}
const problemOf = async (calling: Promise<unknown>) => {
  const error = await calling.catch((problem: unknown) => problem)
  if (!(error instanceof Problem)) throw new Error(`no problem but ${JSON.stringify(error)}`)
  const { actor, detail = '', members = {}, retryAfterSeconds } = error.extras
  return { code: error.code, actor, detail, reason: members.reason, retryAfterSeconds }
}

describe('a client ID and secret', () => {
  test('are redeemed at the issuer, for the first audience, and the token that comes back says who calls', async () => {
    expect((await open()('app', 'right', true)).app).toBe('Bearer token-1')
    expect(sent).toEqual([
      {
        ...{ issuer: 'https://home.example', tokenUrl: 'https://home.example/token' },
        ...{ clientId: 'app', clientSecret: new Secret('right'), isBasic: true, audience: 'api://broker' },
      },
    ])
  })

  test('go only to the first issuer whose namespace the ID has, without the namespace', async () => {
    await open()('partner:app')
    expect(sent.map(({ tokenUrl, clientId }) => [tokenUrl, clientId])).toEqual([
      ['https://partner.example/token', 'app'],
    ])
  })

  test('of an app that has a workspace of its own in the settings are redeemed, too', async () => {
    expect((await open()('lone')).app).toBe('Bearer token-1')
  })

  test.each([
    ['a stranger’s', 'stranger', /WORKSPACES doesn’t name/],
    ['a workspace’s name that belongs to listed apps', 'agency', /WORKSPACES doesn’t name/],
    ['an app’s whose issuer has no token endpoint', 'keys:app', /no token endpoint in CALLER_ISSUERS/],
  ])('are sent nowhere if they are %s', async (_title, clientId, detail) => {
    const problem = await problemOf(open()(clientId))
    expect(problem).toMatchObject({ code: 'caller_not_authenticated' })
    expect(problem.detail).toMatch(detail)
    expect(sent).toEqual([])
  })

  test('that the issuer refuses are the app’s problem, in the issuer’s words', async () => {
    const { code, detail } = await problemOf(open()('app', 'wrong'))
    expect(code).toBe('caller_not_authenticated')
    expect(detail).toContain('(invalid_client, AADSTS7000215)')
    expect(detail).not.toContain('wrong')
  })

  test('can’t be checked while the issuer doesn’t answer', async () => {
    answers = async () => ({ ok: false, reason: 'unavailable', retryAfterSeconds: 7 })
    expect(await problemOf(open()())).toMatchObject({
      ...{ code: 'identity_provider_unavailable', reason: 'caller_issuer_unavailable', retryAfterSeconds: 7 },
    })
  })
})

describe('a verified pair', () => {
  test('is remembered until its token ends, for exactly that ID and secret', async () => {
    const call = open()
    const first = await call()
    clock.advance(3599)
    expect(await call()).toBe(first)
    expect(sent).toHaveLength(1)
    await call('other')
    expect((await problemOf(call('app', 'right2'))).code).toBe('caller_not_authenticated')
    expect(sent).toHaveLength(3)
    clock.advance(1)
    expect(await call()).not.toBe(first)
  })

  test('is remembered no longer than a token of the largest age is accepted', async () => {
    const call = open({ callerTokenMaxAgeSeconds: 600 })
    await call()
    clock.advance(599)
    await call()
    expect(sent).toHaveLength(1)
    clock.advance(1)
    await call()
    expect(sent).toHaveLength(2)
  })

  test('costs one call, no matter how many requests come at once', async () => {
    const call = open()
    await Promise.all(Array.from({ length: 20 }, () => call()))
    expect(sent).toHaveLength(1)
  })
})

describe('guesses', () => {
  const guess = async (call: ReturnType<typeof open>, times: number, clientId = 'app') => {
    for (let time = 0; time < times; time++) await problemOf(call(clientId, `guess-${time}`))
  }

  test('at an app’s secret reach the issuer ten times a minute, and don’t touch another app', async () => {
    const call = open()
    await guess(call, 10)
    clock.advance(20)
    expect(await problemOf(call('app', 'guess'))).toMatchObject({
      ...{ code: 'identity_provider_unavailable', actor: 'app', reason: 'caller_secrets_refused' },
      retryAfterSeconds: 40,
    })
    expect(sent).toHaveLength(10)
    await call('other')
    clock.advance(40)
    await call()
    expect(sent).toHaveLength(12)
  })

  test('count while they wait for the issuer', async () => {
    answers = () => new Promise(() => undefined)
    const call = open()
    for (let time = 0; time < 10; time++) void call('app', `guess-${time}`)
    expect(await problemOf(call('app', 'guess'))).toMatchObject({ reason: 'caller_secrets_refused' })
  })

  test('don’t shut out the tool whose secret has worked before', async () => {
    const call = open()
    await call()
    clock.advance(3600)
    await guess(call, 10)
    expect((await call()).app).toBe('Bearer token-12')
  })

  test('with a secret that used to work count from its first refusal on', async () => {
    const call = open()
    await call()
    clock.advance(3600)
    answers = async () => ({ ok: false, reason: 'refused', error: 'invalid_client' })
    for (let time = 0; time < 20; time++) await problemOf(call())
    expect(sent).toHaveLength(12)
  })

  test('that the issuer never answered don’t count', async () => {
    const call = open()
    answers = async () => ({ ok: false, reason: 'unavailable', retryAfterSeconds: 5 })
    await guess(call, 30)
    expect(sent).toHaveLength(30)
    answers = async () => ({ ok: true, token: 't' })
    await call('app', 'right')
  })

  test('that the issuer accepts don’t count', async () => {
    const call = open()
    lifetimeSeconds = 0
    answers = async () => ({ ok: true, token: 't' })
    for (let time = 0; time < 30; time++) await call('app', `right-${time}`)
    expect(sent).toHaveLength(30)
  })
})
