import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { consumerTenantId } from '../../../local/people.ts'
import { createVisitor } from '../../../local/sign-in/visitor.ts'
import { clientId, redirectUri } from './client.ts'
import { readRefusal, startTestSignIn } from './microsoft.ts'

const connectAda = async () => {
  const signIn = await startTestSignIn()
  const client = await signIn.client('common', consumerTenantId)
  const { refreshToken } = await client.connect('ada@outlook.example')
  const fail = (fault: object) => signIn.control('faults', { endpoint: 'token', ...fault })
  return { signIn, client, fail, refresh: () => client.refresh(refreshToken) }
}

describe('faults on demand', () => {
  test.each([
    ['revoked', 400, 'invalid_grant', 50173, 'bad_token'],
    ['expired', 400, 'invalid_grant', 700082, 'bad_token'],
    ['mfaRequired', 400, 'invalid_grant', 50076, 'basic_action'],
    ['consentRequired', 400, 'invalid_grant', 65001, 'consent_required'],
    ['invalidGrantPassing', 400, 'invalid_grant', 70000, 'bad_token'],
    ['conditionalAccess', 400, 'invalid_grant', 53003, 'message_only'],
    ['userDisabled', 400, 'invalid_grant', 50057, undefined],
    ['loopDetected', 400, 'invalid_grant', 50196, undefined],
    ['invalidClient', 401, 'invalid_client', 7000215, undefined],
    ['expiredClientSecret', 401, 'invalid_client', 7000222, undefined],
    ['temporarilyUnavailable', 503, 'temporarily_unavailable', 90033, undefined],
    ['serviceNotEnabled', 400, 'invalid_client', 650052, undefined],
    ['adminConsent', 400, 'access_denied', 90094, undefined],
    ['unknownError', 400, 'unexpected_condition', 9999999, undefined],
  ])('%s answers once in Microsoft’s form, then works again', async (kind, status, error, code, suberror) => {
    const { fail, refresh } = await connectAda()
    await fail({ kind })
    expect(await readRefusal(await refresh())).toEqual({ status, error, code, suberror })
    expect((await refresh()).status).toBe(200)
  })

  test('throttling has Retry-After, or is plain text without it', async () => {
    const { fail, refresh } = await connectAda()
    await fail({ kind: 'throttled', retryAfter: 17 })
    await fail({ kind: 'throttledWithoutRetryAfter' })
    const polite = await refresh()
    expect([polite.status, polite.headers.get('retry-after')]).toEqual([429, '17'])
    const blunt = await refresh()
    expect([blunt.status, blunt.headers.get('retry-after'), await blunt.text()]).toEqual([
      429,
      null,
      'Too Many Requests',
    ])
  })

  test('a server error is a page', async () => {
    const { fail, refresh } = await connectAda()
    await fail({ kind: 'serverError', status: 503 })
    const answer = await refresh()
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('<!doctype html>')
  })

  test('a hang lasts until the caller gives up', async () => {
    const { client, fail } = await connectAda()
    await fail({ kind: 'hang' })
    const call = fetch(client.server.token_endpoint ?? '', {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token' }),
      signal: AbortSignal.timeout(200),
    })
    await expect(call).rejects.toThrow('timeout')
  })

  test('a cut connection issues nothing; one cut after the effect has issued a token', async () => {
    const { signIn, fail, refresh } = await connectAda()
    await fail({ kind: 'cut' })
    await expect(refresh()).rejects.toThrow()
    await fail({ kind: 'cutAfterEffect' })
    await expect(refresh()).rejects.toThrow()
    const [cut, cutAfterEffect] = (await signIn.requests()).slice(-2)
    expect(cut).toMatchObject({ outcome: 'cut' })
    expect(cut).not.toHaveProperty('refreshTokenIssued')
    expect(cutAfterEffect).toMatchObject({ outcome: 'ok', refreshTokenIssued: expect.any(String) })
  })

  test('a refresh may return no new refresh token, and the old one stays valid even in strict mode', async () => {
    const { signIn, fail, refresh } = await connectAda()
    await signIn.control('settings', { strict: true })
    await fail({ kind: 'noRefreshToken' })
    expect(await (await refresh()).json()).not.toHaveProperty('refresh_token')
    expect((await refresh()).status).toBe(200)
  })

  test('the scope may come in other words, not at all, or be missing from the token too', async () => {
    const { fail, refresh } = await connectAda()
    const read = async () => (await (await refresh()).json()) as { scope?: string; access_token: string }
    await fail({ kind: 'scopeInOtherWords', scope: 'msads.manage' })
    expect(await read()).toMatchObject({ scope: 'msads.manage' })
    await fail({ kind: 'scopeInOtherWords' })
    expect(await read()).not.toHaveProperty('scope')
    await fail({ kind: 'narrowScope' })
    const { access_token, scope } = await read()
    expect([scope, decodeJwt(access_token).scp]).toEqual(['openid profile', undefined])
  })

  test('a personal refresh token may work only at the authority that issued it', async () => {
    const { signIn, client, refresh } = await connectAda()
    const consumers = await signIn.client('consumers', consumerTenantId)
    const { refreshToken } = await consumers.connect('ada@outlook.example')
    const refreshThere = async (token: string) => (await consumers.refresh(token)).status
    const issued = (await (await refresh()).json()) as { refresh_token: string }
    expect(await refreshThere(issued.refresh_token)).toBe(200)
    await signIn.control('settings', { authorityOfIssue: true })
    expect(await readRefusal(await consumers.refresh(issued.refresh_token))).toMatchObject({ code: 70000 })
    expect((await client.refresh(issued.refresh_token)).status).toBe(200)
    expect(await refreshThere(refreshToken)).toBe(200)
    const grace = await signIn.client('organizations', '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01')
    const work = await grace.connect('grace@contoso.example')
    expect((await client.refresh(work.refreshToken)).status).toBe(200)
  })

  test('a fault affects only calls of its authority', async () => {
    const { client, fail, refresh, signIn } = await connectAda()
    const consumers = await signIn.client('consumers', consumerTenantId)
    const { refreshToken } = await consumers.connect('ada@outlook.example')
    await fail({ kind: 'invalidGrantPassing', tenantPath: 'consumers' })
    expect((await refresh()).status).toBe(200)
    expect((await consumers.refresh(refreshToken)).status).toBe(400)
    expect((await client.refresh(refreshToken)).status).toBe(200)
  })

  test('an access token may be short-lived, once or through settings', async () => {
    const { signIn, fail, refresh } = await connectAda()
    await fail({ kind: 'shortLived', expiresIn: 90 })
    expect(await (await refresh()).json()).toMatchObject({ expires_in: 90 })
    expect(await (await refresh()).json()).toMatchObject({ expires_in: 3600 })
    await signIn.control('settings', { accessTokenSeconds: 600 })
    expect(await (await refresh()).json()).toMatchObject({ expires_in: 600 })
  })

  test('a fault affects only the named calls, and only the given number of times', async () => {
    const { signIn, fail, refresh } = await connectAda()
    const grace = await signIn.client('organizations', '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01')
    const { refreshToken } = await grace.connect('grace@contoso.example')
    await fail({ kind: 'revoked', username: 'grace@contoso.example', grantType: 'refresh_token', times: 2 })
    expect((await refresh()).status).toBe(200)
    const statuses = [1, 2, 3].map(async () => (await grace.refresh(refreshToken)).status)
    expect((await Promise.all(statuses)).sort()).toEqual([200, 400, 400])
  })

  test('faults can be removed, and a malformed one is refused', async () => {
    const { signIn, fail, refresh } = await connectAda()
    await fail({ kind: 'revoked' })
    await fetch(`${signIn.origin}/_control/faults`, { method: 'DELETE' })
    expect((await refresh()).status).toBe(200)
    await expect(fail({ kind: 'nonsense' })).rejects.toThrow('kind')
  })

  test('the authorization and keys endpoints can fail too', async () => {
    const { signIn, client } = await connectAda()
    await signIn.control('faults', { endpoint: 'authorize', kind: 'temporarilyUnavailable' })
    await signIn.control('faults', { endpoint: 'keys', kind: 'serverError' })
    const { url } = await createVisitor().visit(await client.authorizeUrl(), { stopAt: redirectUri })
    expect(new URL(url).searchParams.get('error')).toBe('temporarily_unavailable')
    expect(new URL(url).searchParams.get('state')).toBe('state-1')
    const keysStatus = async () => (await fetch(`${signIn.origin}/common/discovery/v2.0/keys`)).status
    expect(await keysStatus()).toBe(500)
    expect(await keysStatus()).toBe(200)
  })
})

describe('control', () => {
  test('revoking a person ends existing tokens, not later ones', async () => {
    const { signIn, client, refresh } = await connectAda()
    await signIn.control('revoke', { username: 'ada@outlook.example' })
    expect(await readRefusal(await refresh())).toMatchObject({ error: 'invalid_grant', code: 50173 })
    const { refreshToken } = await client.connect('ada@outlook.example')
    expect((await client.refresh(refreshToken)).status).toBe(200)
    await expect(signIn.control('revoke', { username: 'nobody@example.com' })).rejects.toThrow('no such user')
  })

  test('secrets are rotated without a restart, and an expired one is distinguished from a wrong one', async () => {
    const { signIn, refresh } = await connectAda()
    await signIn.control(`clients/${clientId}`, {
      clientSecrets: ['new'],
      expiredClientSecrets: ['secret-1'],
    })
    expect(await readRefusal(await refresh())).toMatchObject({ error: 'invalid_client', code: 7000222 })
    await signIn.control(`clients/${clientId}`, { clientSecrets: ['new'] })
    expect(await readRefusal(await refresh())).toMatchObject({ error: 'invalid_client', code: 7000215 })
    await signIn.control(`clients/${clientId}`, { clientSecrets: ['new', 'secret-1'] })
    expect((await refresh()).status).toBe(200)
  })

  test('the log has the caller, request, and outcome of each call, and no token', async () => {
    const { signIn, refresh } = await connectAda()
    const { refresh_token } = (await (await refresh()).json()) as { refresh_token: string }
    const requests = await signIn.requests()
    expect(requests.at(-1)).toMatchObject({
      endpoint: 'token',
      tenantPath: 'common',
      grantType: 'refresh_token',
      clientId,
      username: 'ada@outlook.example',
      outcome: 'ok',
      concurrent: 1,
      refreshTokenUsed: requests.at(-2)?.refreshTokenIssued,
      family: requests.at(-2)?.family,
    })
    expect(JSON.stringify(requests)).not.toContain(refresh_token)
    await fetch(`${signIn.origin}/_control/requests`, { method: 'DELETE' })
    expect(await signIn.requests()).toEqual([])
  })

  test('concurrent calls for one person are counted', async () => {
    const { signIn, refresh } = await connectAda()
    await signIn.control('settings', { latencyMilliseconds: 300 })
    await Promise.all([refresh(), refresh(), refresh()])
    await refresh()
    const concurrent = (await signIn.requests()).slice(-4).map((request) => request.concurrent)
    expect(concurrent).toEqual([3, 3, 3, 1])
  })
})
