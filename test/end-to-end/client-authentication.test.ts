import { createHash, X509Certificate } from 'node:crypto'
import { ManagedIdentityCredential } from '@azure/identity'
import { exportJWK, importSPKI } from 'jose'
import { generate } from 'selfsigned'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startIdentityEndpoint } from '../../local/identity-endpoint.ts'
import type { ClientCredentialsTrusted } from '../../local/sign-in/clients.ts'
import { systemClock } from '../../shared/clock.ts'
import { type ClientAuthentication, parseConfig } from '../../shared/config.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import { createClientCredentials } from '../../shared/identity/clientCredentials.ts'
import { createSignInTable } from '../../shared/identity/signInTable.ts'
import { createTokenEndpoints } from '../../shared/identity/tokenEndpoint.ts'
import { Secret } from '../../shared/secret.ts'
import type { BrokerSecrets } from '../../shared/secrets/brokerSecrets.ts'
import { createSecretHealth } from '../../shared/secrets/secretHealth.ts'
import { clientId, redirectUri } from '../contract/sign-in/client.ts'
import { startTestSignIn } from '../contract/sign-in/microsoft.ts'
import { createNotesInMemory } from '../unit/operator/notes.ts'

const scope = 'https://ads.microsoft.com/msads.manage'
const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

interface World {
  readonly method: ClientAuthentication
  readonly trusted?: Partial<ClientCredentialsTrusted>
  readonly vault?: Record<string, string>
  readonly identityToken?: () => Promise<Secret>
}

/**
 * Grants of a personal and a work account at the local sign-in, and the broker's own client for its token endpoints.
 */
async function createWorld({ method, trusted = {}, vault = {}, identityToken }: World) {
  const signIn = await startTestSignIn({
    clients: [{ clientId, redirectUris: [redirectUri], clientSecrets: ['secret-1', 'secret-2'], ...trusted }],
  })
  const config = parseConfig({
    PUBLIC_URL: 'http://127.0.0.1:1',
    ALLOW_INSECURE_LOOPBACK: 'true',
    TABLES_CONNECTION_STRING: 'UseDevelopmentStorage=true',
    KEY_VAULT_URL: 'https://vault.example',
    REFRESH_SCHEDULE: '0 */5 * * * *',
    CALLER_ISSUERS: JSON.stringify([
      { issuer: 'https://a.example', jwksUrl: 'https://a.example', audiences: ['a'] },
    ]),
    CLIENT_AUTHENTICATION: method,
    PRODUCTION_MICROSOFT_CLIENT_ID: clientId,
    PRODUCTION_MICROSOFT_AUTHORITY: `${signIn.origin}/common`,
  })
  const logged: string[] = []
  const log = (event: keyof LogEvents) => void logged.push(event)
  const remembered: Record<string, string | undefined> = {}
  const secrets: BrokerSecrets = {
    async read(name, age) {
      if (age === 'now' || !(name in remembered)) remembered[name] = vault[name]
      const value = remembered[name]
      return value === undefined
        ? undefined
        : { value: new Secret(value), version: `version of ${value.slice(0, 12)}` }
    },
  }
  const secretHealth = createSecretHealth({ notes: createNotesInMemory(), clock: systemClock, log })
  const endpoints = createTokenEndpoints({
    signInTable: createSignInTable(config),
    credentials: createClientCredentials({
      method,
      secrets,
      secretHealth,
      identityToken: identityToken ?? (() => Promise.reject(new Error('no identity'))),
    }),
    clock: systemClock,
    timeLimitSeconds: 10,
    allowInsecure: true,
  })
  const refresh = async (authorityTenant: string, username: string) => {
    const { refreshToken } = await (await signIn.client('common', tidOf(authorityTenant))).connect(username)
    const scopes = [scope, 'openid', 'offline_access']
    return endpoints.refresh({
      environment: 'production',
      identityProvider: 'microsoft',
      authorityTenant,
      scopes,
      refreshToken: new Secret(refreshToken),
    })
  }
  const redeem = async (code: string) => {
    const row = createSignInTable(config)({ environment: 'production', identityProvider: 'microsoft' })!
    return endpoints.redeem({ row, code, codeVerifier: 'v'.repeat(43), redirectUri })
  }
  return { signIn, refresh, redeem, logged, vault }
}

const tidOf = (authorityTenant: string) =>
  authorityTenant === 'consumers' ? '9188040d-6c67-4c5b-b112-36a304b66dad' : authorityTenant

async function createCertificate() {
  const made = await generate([{ name: 'commonName', value: 'broker' }], {
    keySize: 2048,
    algorithm: 'sha256',
  })
  const certificate = new X509Certificate(made.cert)
  const publicKey = await importSPKI(
    String(certificate.publicKey.export({ type: 'spki', format: 'pem' })),
    'PS256',
    {
      extractable: true,
    },
  )
  const thumbprint = createHash('sha256').update(certificate.raw).digest('base64url')
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), 'x5t#S256': thumbprint }] }
  return { pem: `${made.private}\n${made.cert}`, jwks }
}

describe('the broker authenticates as its registration', () => {
  test('by certificate, for both personal and work accounts', async () => {
    const { pem, jwks } = await createCertificate()
    const world = await createWorld({
      method: 'certificate',
      trusted: { jwks },
      vault: { 'production-microsoft-client-certificate': pem },
    })
    expect(await world.refresh('consumers', 'ada@outlook.example')).toMatchObject({ ok: true })
    expect(await world.refresh(contoso, 'grace@contoso.example')).toMatchObject({ ok: true })
  })

  test('by the next certificate once the current one is no longer registered, and reports that once', async () => {
    const [old, next] = [await createCertificate(), await createCertificate()]
    const world = await createWorld({
      method: 'certificate',
      trusted: { jwks: next.jwks },
      vault: {
        'production-microsoft-client-certificate': old.pem.replace('-----BEGIN', 'old\n-----BEGIN'),
        'production-microsoft-client-certificate-next': next.pem,
      },
    })
    expect(await world.refresh(contoso, 'grace@contoso.example')).toMatchObject({ ok: true })
    expect(await world.refresh(contoso, 'grace@contoso.example')).toMatchObject({ ok: true })
    expect(world.logged).toEqual(['secret.fell_over'])
    const refreshes = (await world.signIn.requests()).filter(({ grantType }) => grantType === 'refresh_token')
    expect(refreshes).toHaveLength(3)
  })

  test('by the managed identity that a federated credential names, with one request for its token', async () => {
    const identity = await startIdentityEndpoint({ port: 0, header: 'header-1' })
    onTestFinished(() => identity.stop())
    vi.stubEnv('IDENTITY_ENDPOINT', identity.endpoint)
    vi.stubEnv('IDENTITY_HEADER', 'header-1')
    const credential = new ManagedIdentityCredential()
    const tokens = new Set<string>()
    const identityToken = async () => {
      const token = (await credential.getToken('api://AzureADTokenExchange/.default'))?.token ?? ''
      tokens.add(token)
      return new Secret(token)
    }
    const federated = {
      issuer: identity.issuer,
      subject: '22222222-2222-4222-8222-00000000b20e',
      jwksUri: `${identity.origin}/discovery/keys`,
    }
    const world = await createWorld({ method: 'managedIdentity', trusted: { federated }, identityToken })
    expect(await world.refresh('consumers', 'ada@outlook.example')).toMatchObject({ ok: true })
    expect(await world.refresh(contoso, 'grace@contoso.example')).toMatchObject({ ok: true })
    expect(tokens.size).toBe(1)
  })

  test('a code is sent once; after a refused secret the next sign-in starts with the vault’s current secret', async () => {
    const current = 'production-microsoft-client-secret'
    const world = await createWorld({ method: 'secret', vault: { [current]: 'secret-0' } })
    expect(await world.redeem('code-1')).toMatchObject({ refusal: { reason: 'client_secret_invalid' } })
    world.vault[current] = 'secret-1'
    expect(await world.redeem('code-2')).toMatchObject({ refusal: { reason: 'client_secret_invalid' } })
    expect(await world.redeem('code-3')).toMatchObject({ refusal: { error: 'invalid_grant' } })
    expect(await world.signIn.requests()).toHaveLength(3)
  })

  test('after a code with a refused secret, the next sign-in starts with the next secret', async () => {
    const current = 'production-microsoft-client-secret'
    const vault = { [current]: 'secret-0', [`${current}-next`]: 'secret-2' }
    const world = await createWorld({ method: 'secret', vault })
    expect(await world.redeem('code-1')).toMatchObject({ refusal: { reason: 'client_secret_invalid' } })
    expect(await world.redeem('code-2')).toMatchObject({ refusal: { error: 'invalid_grant' } })
    expect(world.logged).toEqual(['secret.fell_over'])
  })

  test.each([
    ['a missing certificate', 'certificate', {}, 'client_certificate_missing'],
    [
      'an invalid certificate',
      'certificate',
      { 'production-microsoft-client-certificate': 'nonsense' },
      'client_certificate_unusable',
    ],
    ['a missing secret', 'secret', {}, 'client_secret_missing'],
    [
      'a secret that cannot be one',
      'secret',
      { 'production-microsoft-client-secret': '"secret-1"' },
      'client_secret_malformed',
    ],
  ] as const)(
    '%s is the operator’s problem and reaches no identity provider',
    async (_title, method, vault, reason) => {
      const world = await createWorld({ method, vault })
      const answer = await world.refresh('consumers', 'ada@outlook.example')
      expect(answer).toMatchObject({ ok: false, refusal: { class: 'operator', reason } })
      const sent = await world.signIn.requests()
      expect(sent.filter(({ grantType }) => grantType === 'refresh_token')).toEqual([])
    },
  )
})
