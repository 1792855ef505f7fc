import { createPublicKey, X509Certificate } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import type { ClientAuth } from 'oauth4webapi'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ClientAuthentication } from '../../shared/config.ts'
import { IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { tokenExchangeAudience } from '../../shared/identity/clientAssertion.ts'
import { createClientCredentials } from '../../shared/identity/clientCredentials.ts'
import { Secret } from '../../shared/secret.ts'
import { type Certified, createCertified } from './certified.ts'

const tokenUrl = 'https://login.example/consumers/token'
const currentCertificate = 'production-microsoft-client-certificate'
const currentSecret = 'production-microsoft-client-secret'

const noIdentity = new IdentityUnavailableError({ reason: 'identity_failing', status: 500 }, 'nobody')

let sound: Certified
let other: Certified
let elliptic: Certified

beforeAll(async () => {
  ;[sound, other] = await Promise.all([createCertified(), createCertified()])
  elliptic = await createCertified('ec')
})

/** The credentials from a vault with these secrets, with the reports and the uncached reads. */
function credentialsOf(method: ClientAuthentication, vault: Record<string, string> = {}, identity = 'it') {
  const seen = { reported: [] as unknown[], ages: [] as unknown[] }
  const credentials = createClientCredentials({
    method,
    secrets: {
      read: async (name, age) => {
        seen.ages.push(age)
        const value = vault[name]
        return value === undefined ? undefined : { value: new Secret(value), version: `${name} 1` }
      },
    },
    secretHealth: {
      order: async (_name: string, found: readonly unknown[]) => [...found],
      report: async (...report: unknown[]) => void seen.reported.push(report),
    } as never,
    identityToken: async () => (identity ? new Secret(identity) : Promise.reject(noIdentity)),
  })
  return { ...credentials, seen }
}

/** The parameters that a client authentication adds to a request. */
async function parametersBy(authenticate: ClientAuth) {
  const body = new URLSearchParams()
  const server = { issuer: 'https://login.example', token_endpoint: tokenUrl }
  await authenticate(server, { client_id: 'client' }, body, new Headers())
  return Object.fromEntries(body)
}

const firstOf = async (...of: Parameters<typeof credentialsOf>) => {
  const [first] = await credentialsOf(...of).list(
    { environment: 'production', identityProvider: 'microsoft' },
    'any',
  )
  return first!
}

describe('a certificate', () => {
  test('signs an assertion for the exact endpoint, as Entra requires', async () => {
    const { authenticate } = await firstOf('certificate', { [currentCertificate]: sound.pem })
    const { client_assertion: assertion = '', ...rest } = await parametersBy(authenticate)
    expect(rest).toEqual({
      client_id: 'client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const certificate = new X509Certificate(sound.certificate)
    const thumbprint = Buffer.from(certificate.fingerprint256.replaceAll(':', ''), 'hex')
    expect(decodeProtectedHeader(assertion)).toEqual({
      alg: 'PS256',
      typ: 'JWT',
      'x5t#S256': thumbprint.toString('base64url'),
    })
    const expected = { audience: tokenUrl, issuer: 'client' }
    const { payload } = await jwtVerify(assertion, createPublicKey(sound.certificate), expected)
    expect(Number(payload.exp) - Number(payload.iat)).toBe(60)
  })

  test('can have its key in PKCS #1', async () => {
    const pem = `${sound.pkcs1}\n${sound.certificate}`
    const { id } = await firstOf('certificate', { [currentCertificate]: pem })
    expect(id).toBe(`${currentCertificate} 1`)
  })

  test.each<[string, () => string, string]>([
    ['of another key', () => `${other.key}\n${sound.certificate}`, 'the key doesn’t match the certificate'],
    ['that isn’t RSA', () => elliptic.pem, 'Entra accepts only RSA keys'],
    ['without a key', () => sound.certificate, 'it isn’t a PEM with a key and a certificate'],
    ['without a certificate', () => sound.key, 'it isn’t a PEM with a key and a certificate'],
  ])('%s is unusable', async (_title, pem, why) => {
    await expect(firstOf('certificate', { [currentCertificate]: pem() })).rejects.toMatchObject({
      name: 'ClientCredentialError',
      reason: 'client_certificate_unusable',
      message: `The client certificate is unusable: ${why}.`,
    })
  })

  test('that is unusable doesn’t block the next one', async () => {
    const vault = { [currentCertificate]: 'x', [`${currentCertificate}-next`]: sound.pem }
    expect(await firstOf('certificate', vault)).toMatchObject({ id: `${currentCertificate}-next 1` })
  })

  test('that is missing is named', async () => {
    await expect(firstOf('certificate')).rejects.toMatchObject({
      reason: 'client_certificate_missing',
      message: `The vault has no secret ${currentCertificate}.`,
    })
  })
})

describe('a secret', () => {
  test('is sent unchanged, and read again on request', async () => {
    const { list, seen } = credentialsOf('secret', { [currentSecret]: 'one' })
    const [found] = await list({ environment: 'production', identityProvider: 'microsoft' }, 'now')
    expect(found?.id).toBe(`${currentSecret} 1`)
    expect(await parametersBy(found!.authenticate)).toEqual({ client_id: 'client', client_secret: 'one' })
    expect(seen.ages).toEqual(['now', 'now'])
  })

  test('that can’t be a secret is the operator’s problem', async () => {
    await expect(firstOf('secret', { [currentSecret]: '"one"' })).rejects.toMatchObject({
      reason: 'client_secret_malformed',
    })
  })

  test.each(['secret', 'certificate', 'managedIdentity'] as const)(
    'is used for Google, regardless of the method for Microsoft: %s',
    async (method) => {
      const name = 'production-google-client-secret'
      const { list, report, seen } = credentialsOf(method, { [name]: 'google' })
      const [found] = await list({ environment: 'production', identityProvider: 'google' }, 'any')
      expect(await parametersBy(found!.authenticate)).toMatchObject({ client_secret: 'google' })
      await report?.({ environment: 'production', identityProvider: 'google' }, found!.id, 'refused')
      expect(seen.reported).toEqual([[name, `${name} 1`, 'refused']])
    },
  )
})

describe('a managed identity', () => {
  test('authenticates with its token, without a health record of vault secrets', async () => {
    const { list, report, seen } = credentialsOf('managedIdentity')
    const [found] = await list({ environment: 'production', identityProvider: 'microsoft' }, 'any')
    expect(await parametersBy(found!.authenticate)).toEqual({
      client_id: 'client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'it',
    })
    await report?.({ environment: 'production', identityProvider: 'microsoft' }, found!.id, 'accepted')
    expect(seen.reported).toEqual([])
    expect(tokenExchangeAudience).toBe('api://AzureADTokenExchange')
  })

  test('without a token fails as it did, without a verdict about the registration', async () => {
    await expect(firstOf('managedIdentity', {}, '')).rejects.toBe(noIdentity)
  })

  test.each([
    ['managedIdentity', 'microsoft', true],
    ['managedIdentity', 'google', false],
    ['secret', 'microsoft', false],
    ['certificate', 'microsoft', false],
  ] as const)('by %s for %s needs the identity: %s', async (method, identityProvider, isNeeded) => {
    const { assertAvailable } = credentialsOf(method, {}, '')
    const failed = await assertAvailable?.({ environment: 'production', identityProvider }).catch(
      (error: unknown) => error,
    )
    expect(failed).toBe(isNeeded ? noIdentity : undefined)
  })
})
