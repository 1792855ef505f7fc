import { ClientSecretPost } from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { consumerTenantId } from '../../local/people.ts'
import { systemClock } from '../../shared/clock.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import type { SignInRow } from '../../shared/identity/signInTable.ts'
import { createTokenEndpoints } from '../../shared/identity/tokenEndpoint.ts'
import { Secret } from '../../shared/secret.ts'
import {
  createModelIdentityProvider,
  type Glitch,
  type ProviderAnswer,
  type ProviderMode,
} from '../simulation/models/identityProvider.ts'
import { clientId, productionScopes } from './sign-in/client.ts'
import { startTestSignIn, type TestSignIn } from './sign-in/microsoft.ts'

/** Transport faults of a call, for both providers. */
type Transport = 'hang' | 'cut' | 'cutAfterEffect' | 'noRefreshToken'

/** The state of the broker's client secret at the provider. */
type SecretState = 'right' | 'wrong' | 'expired'

/** An identity provider that is called through the broker's own client for token endpoints. */
interface Ground {
  /** Creates a new consent of the same person and returns its refresh token. */
  consent(): Promise<string>
  refresh(refreshToken: string): Promise<TokenResult>
  /** Sets the fault of the next call. */
  meet(trouble: Glitch | Transport): Promise<void>
  /** Revokes the consents so far. */
  revoke(refreshToken: string): Promise<void>
  setSecret(state: SecretState): Promise<void>
}

const tokenLimitSeconds = 1

function endpointOver(tokenUrl: string, fetchTokens: typeof fetch = fetch) {
  const row = {
    environment: 'production',
    identityProvider: 'microsoft',
    clientId,
    tokenUrl: () => tokenUrl,
    issuer: () => 'https://login.example',
  } as unknown as SignInRow
  const endpoints = createTokenEndpoints({
    signInTable: () => row,
    credentials: { list: async () => [{ id: 'one', authenticate: ClientSecretPost('secret-1') }] },
    clock: systemClock,
    timeLimitSeconds: tokenLimitSeconds,
    allowInsecure: true,
    fetch: fetchTokens,
  })
  return (refreshToken: string) =>
    endpoints.refresh({
      environment: 'production',
      identityProvider: 'microsoft',
      authorityTenant: 'consumers',
      scopes: productionScopes.split(' '),
      refreshToken: new Secret(refreshToken),
    })
}

async function openModel(mode: ProviderMode): Promise<Ground> {
  const provider = createModelIdentityProvider({
    mode,
    rotation: 'always',
    lifetimeSeconds: 3600,
    now: Date.now,
    fraction: () => 0,
  })
  const next: { transport?: Transport | undefined } = {}
  const answer: typeof fetch = async (_url, init) => {
    const transport = next.transport
    next.transport = undefined
    if (transport === 'hang') return neverAnswer(init?.signal)
    if (transport === 'cut') throw new TypeError('fetch failed')
    const token = new URLSearchParams(String(init?.body)).get('refresh_token') ?? ''
    const habit = transport === 'noRefreshToken' ? 'never' : 'always'
    const sent = provider.refresh(token, () => false, habit)
    if (transport === 'cutAfterEffect') throw new TypeError('fetch failed')
    return toResponse(sent)
  }
  return {
    consent: async () => provider.consent('t1').refreshToken,
    refresh: endpointOver('https://login.example/token', answer),
    async meet(trouble) {
      if (isTransport(trouble)) next.transport = trouble
      else for (const family of provider.families()) family.glitches.push(trouble)
    },
    async revoke() {
      for (const family of provider.families()) family.revoked = 'definite'
    },
    async setSecret(state) {
      provider.secretIsWrong = state === 'wrong'
      provider.secretIsExpired = state === 'expired'
    },
  }
}

function isTransport(trouble: Glitch | Transport): trouble is Transport {
  return ['hang', 'cut', 'cutAfterEffect', 'noRefreshToken'].includes(trouble)
}

function neverAnswer(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

function toResponse({ status, body, retryAfter }: ProviderAnswer): Response {
  return Response.json(body, { status, headers: retryAfter ? { 'retry-after': retryAfter } : {} })
}

/** The local sign-in's injections for the same faults. */
const faultOf: Partial<Record<Glitch | Transport, object>> = {
  plain_refusal: { kind: 'invalidGrantPassing' },
  loop_detected: { kind: 'loopDetected' },
  throttled: { kind: 'throttled', retryAfter: 30 },
  server_error: { kind: 'serverError', status: 503 },
  strange: { kind: 'unknownError' },
}

async function openSignIn(mode: ProviderMode): Promise<Ground> {
  const signIn = await startTestSignIn({ strict: mode === 'strict' })
  const client = await signIn.client('common', consumerTenantId)
  return {
    consent: async () => (await client.connect('ada@outlook.example', { prompt: 'login' })).refreshToken,
    refresh: endpointOver(signIn.tokenUrl('consumers')),
    meet: (trouble) => signIn.control('faults', { endpoint: 'token', kind: trouble, ...faultOf[trouble] }),
    revoke: () => signIn.control('revoke', { username: 'ada@outlook.example' }),
    setSecret: (state) => setSecret(signIn, state),
  }
}

function setSecret(signIn: TestSignIn, state: SecretState): Promise<void> {
  return signIn.control(`clients/${clientId}`, {
    clientSecrets: [state === 'right' ? 'secret-1' : 'other'],
    expiredClientSecrets: state === 'expired' ? ['secret-1'] : [],
  })
}

/** The new refresh token in a successful answer. */
function nextOf(answer: TokenResult): string {
  if (!answer.ok || answer.refreshToken === undefined) throw new Error(JSON.stringify(answer))
  return answer.refreshToken.expose()
}

const good = { ok: true, expiresInSeconds: 3600 }
const refused = (refusal: object) => ({ ok: false, refusal })
const plainRefusal = refused({ class: 'advertiser', error: 'invalid_grant', definite: false })

describe.each([
  ['the model', openModel],
  ['the local sign-in', openSignIn],
])('an identity provider (%s)', (_name, open) => {
  test('returns a new refresh token on each use, and a used one stays valid', async () => {
    const ground = await open('microsoft')
    const first = await ground.consent()
    const second = nextOf(await ground.refresh(first))
    expect(second).not.toBe(first)
    expect(nextOf(await ground.refresh(first))).not.toBe(second)
    expect(await ground.refresh(second)).toMatchObject(good)
  })

  test('strict: a used refresh token is refused, and using it again ends its whole family, but no other', async () => {
    const ground = await open('strict')
    const [first, other] = [await ground.consent(), await ground.consent()]
    const second = nextOf(await ground.refresh(first))
    const third = nextOf(await ground.refresh(second))
    expect(await ground.refresh(first)).toMatchObject(plainRefusal)
    expect(await ground.refresh(third)).toMatchObject(plainRefusal)
    expect(await ground.refresh(other)).toMatchObject(good)
  })

  test.each(['microsoft', 'strict'] as const)(
    'may return no new refresh token, and the old one stays valid (%s)',
    async (mode) => {
      const ground = await open(mode)
      const first = await ground.consent()
      await ground.meet('noRefreshToken')
      const answer = await ground.refresh(first)
      expect(answer).toMatchObject(good)
      expect(answer).not.toHaveProperty('refreshToken')
      expect(await ground.refresh(first)).toMatchObject(good)
    },
  )

  test('refuses a token that it never issued without saying why', async () => {
    const ground = await open('microsoft')
    await ground.consent()
    expect(await ground.refresh('nonsense')).toMatchObject(plainRefusal)
  })

  test('names a revocation, for every token before it and none after it', async () => {
    const ground = await open('microsoft')
    const first = await ground.consent()
    const second = nextOf(await ground.refresh(first))
    await ground.revoke(first)
    const revoked = refused({ class: 'advertiser', reason: 'grant_revoked', definite: true })
    expect(await ground.refresh(first)).toMatchObject(revoked)
    expect(await ground.refresh(second)).toMatchObject(revoked)
    expect(await ground.refresh(await ground.consent())).toMatchObject(good)
  })

  test.each([
    ['wrong', 'client_secret_invalid'],
    ['expired', 'client_secret_expired'],
  ] as const)(
    'names the operator as the actor for a secret that is %s, and uses up no token',
    async (state, reason) => {
      const ground = await open('strict')
      const first = await ground.consent()
      await ground.setSecret(state)
      expect(await ground.refresh(first)).toMatchObject(refused({ class: 'operator', reason }))
      await ground.setSecret('right')
      expect(await ground.refresh(first)).toMatchObject(good)
    },
  )

  test.each<[Glitch, object]>([
    ['plain_refusal', { class: 'advertiser', error: 'invalid_grant', definite: false, unknown: false }],
    ['loop_detected', { class: 'backOff', reason: 'loop_detected', retryAfterSeconds: 300 }],
    ['throttled', { class: 'backOff', reason: 'throttled', retryAfterSeconds: 30 }],
    ['server_error', { class: 'passing', reason: 'identity_provider_error', retryAfterSeconds: 5 }],
    ['strange', { class: 'passing', unknown: true }],
  ])('strict: answers %s once, and uses up no token', async (glitch, refusal) => {
    const ground = await open('strict')
    const first = await ground.consent()
    await ground.meet(glitch)
    expect(await ground.refresh(first)).toMatchObject(refused(refusal))
    expect(await ground.refresh(first)).toMatchObject(good)
  })

  test.each([
    ['hang', 'identity_provider_timed_out'],
    ['cut', 'identity_provider_unreachable'],
  ] as const)('strict: a %s before the effect costs no token', async (trouble, reason) => {
    const ground = await open('strict')
    const first = await ground.consent()
    await ground.meet(trouble)
    expect(await ground.refresh(first)).toMatchObject(refused({ class: 'passing', reason }))
    expect(await ground.refresh(first)).toMatchObject(good)
  })

  test('an answer that is cut off after the effect costs nothing if used tokens stay valid', async () => {
    const ground = await open('microsoft')
    const first = await ground.consent()
    await ground.meet('cutAfterEffect')
    expect(await ground.refresh(first)).toMatchObject(refused({ class: 'passing' }))
    expect(await ground.refresh(first)).toMatchObject(good)
  })

  test('strict: an answer that is cut off after the effect is the loss that no protocol can prevent', async () => {
    const ground = await open('strict')
    const first = await ground.consent()
    await ground.meet('cutAfterEffect')
    expect(await ground.refresh(first)).toMatchObject(refused({ class: 'passing' }))
    expect(await ground.refresh(first)).toMatchObject(plainRefusal)
  })
})
