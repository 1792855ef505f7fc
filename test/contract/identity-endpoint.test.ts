import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ManagedIdentityCredential } from '@azure/identity'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createLocalCertificate } from '../../local/certificate.ts'
import {
  type RunningIdentityEndpoint,
  startIdentityEndpoint,
  storageAudience,
  tokenExchangeAudience,
  vaultAudience,
} from '../../local/identity-endpoint.ts'
import { serve } from '../../local/service.ts'
import { createTokenVerifier } from '../../local/token-verifier.ts'

const clientId = 'f3a1c9d2-0000-4000-8000-000000000001'
const principalId = 'f3a1c9d2-0000-4000-8000-000000000002'
const tenantId = 'f3a1c9d2-0000-4000-8000-000000000003'
const issuer = `https://login.microsoftonline.com/${tenantId}/v2.0`

let identity: RunningIdentityEndpoint

beforeAll(async () => {
  identity = await startIdentityEndpoint({
    port: 0,
    header: 'let me in',
    clientId,
    principalId,
    tenantId,
    issuer,
  })
  vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint)
  vi.stubEnv('IDENTITY_HEADER', 'let me in')
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await identity.stop()
})

function ask(query: Record<string, string>, header = 'let me in'): Promise<Response> {
  const parameters = new URLSearchParams({ 'api-version': '2019-08-01', resource: vaultAudience, ...query })
  return fetch(`${identity.endpoint}?${parameters}`, { headers: { 'X-IDENTITY-HEADER': header } })
}

describe('the identity endpoint', () => {
  test.each([
    { credential: 'system-assigned', options: {} },
    { credential: 'user-assigned', options: { clientId } },
  ])(
    'the $credential ManagedIdentityCredential gets a token that the verifier takes',
    async ({ options }) => {
      const { token, expiresOnTimestamp } = await new ManagedIdentityCredential(options).getToken(
        `${vaultAudience}/.default`,
      )
      const claims = await createTokenVerifier(identity.origin)(token)
      expect(claims).toMatchObject({
        aud: vaultAudience,
        iss: issuer,
        sub: principalId,
        oid: principalId,
        tid: tenantId,
      })
      expect(Math.abs(expiresOnTimestamp - Date.now() - 86_400_000)).toBeLessThan(60_000)
    },
  )

  test('the token exchange audience gets an assertion that anyone can verify through discovery', async () => {
    const { token } = await new ManagedIdentityCredential().getToken(`${tokenExchangeAudience}/.default`)
    const discovery = await fetch(`${identity.origin}/.well-known/openid-configuration`)
    const configuration = (await discovery.json()) as { issuer: string; jwks_uri: string }
    const keys = createRemoteJWKSet(new URL(configuration.jwks_uri))
    const { payload } = await jwtVerify(token, keys, { issuer, audience: tokenExchangeAudience })
    expect(configuration.issuer).toBe(issuer)
    expect(payload.sub).toBe(principalId)
  })

  test("a storage token has the directory's v1 issuer, which Azurite requires", async () => {
    const { token } = await new ManagedIdentityCredential().getToken(`${storageAudience}/.default`)
    expect(decodeJwt(token)).toMatchObject({
      aud: storageAudience,
      iss: `https://sts.windows.net/${tenantId}/`,
    })
  })

  test('the answer is what App Service answers', async () => {
    const body = await (await ask({})).json()
    expect(body).toEqual({
      access_token: expect.any(String),
      client_id: clientId,
      expires_on: expect.stringMatching(/^\d{10}$/),
      resource: vaultAudience,
      token_type: 'Bearer',
    })
  })

  test.each([
    { what: 'a wrong header', query: {}, header: 'wrong', status: 401 },
    { what: 'another api-version', query: { 'api-version': '2017-09-01' }, header: 'let me in', status: 400 },
    {
      what: 'an unknown resource',
      query: { resource: 'https://example.com' },
      header: 'let me in',
      status: 400,
    },
    { what: 'an unknown identity', query: { client_id: principalId }, header: 'let me in', status: 400 },
  ])('$what gets $status and no token', async ({ query, header, status }) => {
    const answer = await ask(query as Record<string, string>, header)
    expect(answer.status).toBe(status)
    expect(await answer.json()).not.toHaveProperty('access_token')
  })
})

describe('faults of the identity endpoint', () => {
  const get = (path = '') =>
    fetch(`${identity.endpoint}${path}?api-version=2019-08-01&resource=${vaultAudience}`, {
      headers: { 'X-IDENTITY-HEADER': 'let me in' },
    })
  const control = (path: string, body: unknown) =>
    fetch(`${identity.origin}/_control/${path}`, { method: 'POST', body: JSON.stringify(body) })
  const addFault = async (fault: object) => expect((await control('faults', fault)).status).toBe(204)
  afterEach(() => identity.control.faults.clear())

  test.each([
    { kind: 'serverError', status: 500 },
    { kind: 'badRequest', status: 400 },
    { kind: 'throttled', status: 429 },
  ])('$kind is $status, as often as told, and no token', async ({ kind, status }) => {
    await addFault({ kind, times: 1 })
    const refused = await get()
    expect(refused.status).toBe(status)
    expect(await refused.json()).toEqual({
      statusCode: status,
      message: expect.any(String),
      correlationId: expect.any(String),
    })
    expect((await get()).status).toBe(200)
  })

  test('one sick process of two gets no token, and the other does', async () => {
    await addFault({ kind: 'serverError', instance: 'two' })
    const statuses = await Promise.all(['/one', '/two', ''].map(async (path) => (await get(path)).status))
    expect(statuses).toEqual([200, 500, 200])
    const instances = identity.control.log
      .entries()
      .slice(-3)
      .map(({ instance }) => instance)
    expect(instances.sort()).toEqual(['', 'one', 'two'])
  })

  test('strike requests for one resource only', async () => {
    await addFault({ kind: 'serverError', resource: storageAudience })
    expect((await get()).status).toBe(200)
  })

  test('a slow endpoint gives the token in the end, by a fault or by its latency', async () => {
    const millisecondsOf = async () => {
      const startedAt = performance.now()
      expect((await get()).status).toBe(200)
      return performance.now() - startedAt
    }
    await addFault({ kind: 'slow', milliseconds: 120, times: 1 })
    expect(await millisecondsOf()).toBeGreaterThanOrEqual(119)
    expect((await control('settings', { latencyMilliseconds: 120 })).status).toBe(204)
    expect(await millisecondsOf()).toBeGreaterThanOrEqual(119)
    identity.control.settings.latencyMilliseconds = 0
  })

  test('a connection that is cut has no answer', async () => {
    await addFault({ kind: 'cut', times: 1 })
    await expect(get()).rejects.toThrow()
  })
})

describe('the token verifier', () => {
  test('a verifier that could not reach the endpoint works once the endpoint is running', async () => {
    const gone = await startIdentityEndpoint({ port: 0, header: 'x' })
    await gone.stop()
    const verify = createTokenVerifier(gone.origin)
    await expect(verify('any.token.there')).rejects.toThrow()
    const back = await startIdentityEndpoint({ port: gone.port, header: 'x' })
    const url = `${back.endpoint}?api-version=2019-08-01&resource=${vaultAudience}`
    const answer = await fetch(url, { headers: { 'X-IDENTITY-HEADER': 'x' } })
    const { access_token } = (await answer.json()) as { access_token: string }
    expect((await verify(access_token)).aud).toBe(vaultAudience)
    await back.stop()
  })
})

describe('the local certificate', () => {
  test('Node trusts it when NODE_EXTRA_CA_CERTS names its authority, for both names', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
    const certificate = await createLocalCertificate(folder)
    const service = await serve(() => new Response('ok'), { name: 'test', port: 0, tls: certificate })
    const urls = ['localhost', '127.0.0.1'].map((host) => `https://${host}:${service.port}/`)
    const script = `for (const url of ${JSON.stringify(urls)}) console.log(await (await fetch(url)).text())`
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificate.caPath }
    const child = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env })
    expect(child.stdout).toBe('ok\nok\n')
    await service.stop()
    await rm(folder, { recursive: true })
  })

  test('it is kept, and recreated if its parts do not match', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certificate-'))
    const first = await createLocalCertificate(folder)
    expect(await createLocalCertificate(folder)).toEqual(first)
    await writeFile(join(folder, 'ca.pem'), 'not a certificate')
    const second = await createLocalCertificate(folder)
    expect(second.cert).not.toBe(first.cert)
    expect(await readFile(second.caPath, 'utf8')).toBe(second.caCert)
    await rm(folder, { recursive: true })
  })
})
