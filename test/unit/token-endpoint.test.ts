import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ClientCredentialError } from '../../shared/identity/clientAssertion.ts'
import {
  answer,
  credentials,
  openEndpoints,
  refused,
  request,
  row,
  type Step,
  type TokenGround,
  unlisted,
  wrongSecret,
} from './tokenGround.ts'

const never = () => new Promise<never>(() => {})
const withoutTls = { ...row, tokenUrl: () => 'http://login.example/token' }

describe('a refresh at the token endpoint', () => {
  test('goes to the authority of the grant, with its scopes', async () => {
    const { refresh, seen } = openEndpoints()
    expect(await refresh(request)).toEqual({
      ...{ ok: true, accessToken: 'at', refreshToken: 'rt', expiresInSeconds: 3600 },
    })
    expect(seen.sent).toMatchObject([
      { url: 'https://login.example/consumers/token', refresh_token: 'r', scope: 's openid' },
    ])
  })

  test('does not wait for what is written down about the secrets', async () => {
    const { refresh } = openEndpoints([refused(wrongSecret)], { report: never })
    expect(await refresh(request)).toMatchObject({ ok: true, refreshToken: 'rt' })
  })

  test('succeeds when what it learned of the secrets can’t be written down', async () => {
    const { refresh } = openEndpoints([refused(wrongSecret)], { report: () => Promise.reject(new Error()) })
    expect(await refresh(request)).toMatchObject({ ok: true })
    // A rejection that nobody handles fails the run.
    await setImmediate()
  })

  test.each([wrongSecret, unlisted])('tries the other credential after %i', async (number) => {
    const { refresh, seen } = openEndpoints([refused(number)])
    expect(await refresh(request)).toMatchObject({ ok: true, refreshToken: 'rt' })
    expect(seen.sent.map((sent) => sent.client_secret)).toEqual(['one', 'two'])
    expect(seen.reported).toEqual(['one refused', 'two accepted'])
  })

  test('takes up what the vault has now, and tries nothing twice', async () => {
    const list = async (_e: unknown, _p: unknown, fresh: boolean) =>
      credentials('one', ...(fresh ? ['rotated'] : []))
    const { refresh, seen } = openEndpoints([refused(wrongSecret)], { list })
    expect(await refresh(request)).toMatchObject({ ok: true })
    expect(seen.sent.map((sent) => sent.client_secret)).toEqual(['one', 'rotated'])
    expect(seen.fresh).toEqual([false, true])
  })

  test('says what the last credential met when the vault fails to give others', async () => {
    const list = async (_e: unknown, _p: unknown, fresh: boolean) => {
      if (fresh) throw new ClientCredentialError('client_certificate_missing', '')
      return credentials('one')
    }
    const { refresh } = openEndpoints([refused(wrongSecret)], { list })
    expect(await refresh(request)).toMatchObject({ refusal: { reason: 'client_secret_invalid' } })
  })

  test.each<[string, readonly Step[], TokenGround, string]>([
    ['without the environment', [], { signInTable: () => undefined }, 'environment_not_served'],
    ['without a credential', [], { list: async () => [] }, 'client_secret_missing'],
    [
      'with an unusable credential',
      [],
      { list: () => Promise.reject(new ClientCredentialError('client_certificate_unusable', '')) },
      'client_certificate_unusable',
    ],
    ['that is cut off', [() => Promise.reject(new TypeError('reset'))], {}, 'identity_provider_unreachable'],
    ['to an address without TLS', [], { signInTable: () => withoutTls }, 'identity_provider_unreachable'],
  ])('%s is refused', async (_title, answers, ground, reason) => {
    expect(await openEndpoints(answers, ground).refresh(request)).toMatchObject({
      ok: false,
      refusal: { reason },
    })
  })

  test('that gets no answer ends at its limit, as timed out', async () => {
    const { refresh } = openEndpoints([], {
      fetch: (_url, init) =>
        new Promise((_, reject) => {
          init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
        }),
    })
    expect(await refresh(request)).toMatchObject({ refusal: { reason: 'identity_provider_timed_out' } })
  })

  test('ends at its limit when the credentials are not to be had, and nothing is sent', async () => {
    const { refresh, seen } = openEndpoints([], { list: never })
    await expect(refresh(request)).rejects.toMatchObject({ name: 'TimeLimitError' })
    expect(seen.sent).toEqual([])
  })
})

describe('an answer of the token endpoint', () => {
  const refreshed = async (response: Response) => openEndpoints([response]).refresh(request)

  test.each([
    [{ expires_in: '60' }, { expiresInSeconds: 60 }],
    [{ expires_in: -1 }, { expiresInSeconds: 0 }],
    [{ expires_in: undefined }, { expiresInSeconds: 0 }],
    [{ id_token: 'it' }, { idToken: 'it' }],
  ])('with %j is read', async (change, read) => {
    expect(await refreshed(Response.json({ ...answer, ...change }))).toMatchObject({ ok: true, ...read })
  })

  test.each([
    ['no access token', () => Response.json({ ...answer, access_token: 1 }), 'unknown_answer'],
    [
      'an access token and a failure',
      () => Response.json(answer, { status: 500 }),
      'identity_provider_error',
    ],
    ['a page', () => new Response('<html>'), 'unknown_answer'],
  ])('with %s is no success', async (_what, respond, reason) => {
    expect(await refreshed(respond())).toMatchObject({ ok: false, refusal: { class: 'passing', reason } })
  })

  test('says how long to wait', async () => {
    const throttled = Response.json({}, { status: 429, headers: { 'retry-after': '70' } })
    expect(await refreshed(throttled)).toMatchObject({ refusal: { retryAfterSeconds: 70 } })
  })
})
