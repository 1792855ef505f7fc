import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBrokerSender } from '../../scripts/callBroker.ts'
import { chooseAuthority } from '../../scripts/login/authority.ts'
import { requestAppToken } from '../../scripts/login/requestAppToken.ts'
import { createCertified } from './certified.ts'

const directory = 'aaaabbbb-4444-4444-8444-000000000001'
const api = '66666666-6666-4666-8666-000000000001'

let server: Server
let origin: string
let folder: string
/** What came in: each path, with its form. */
let seen: { path: string; form: URLSearchParams; authorization: string | undefined }[]
let expiresInSeconds: number
let tokenOrigin: string
let issuer: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'login-'))
  server = createServer(async (request, response) => {
    const path = request.url ?? ''
    seen.push({
      path,
      form: new URLSearchParams(await text(request)),
      authorization: request.headers.authorization,
    })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answerTo(path)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

beforeEach(() => {
  seen = []
  expiresInSeconds = 3600
  tokenOrigin = origin
  issuer = `${origin}/${directory}/v2.0`
  for (const name of Object.keys(process.env)) if (/^(AZURE_|BROKER_)/.test(name)) vi.stubEnv(name, undefined)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

/** The broker, its issuer, and another authority, all at one address. */
function answerTo(path: string): object {
  if (path === '/.well-known/oauth-protected-resource')
    return {
      authorization_servers: [issuer],
      scopes_supported: [`${api}/.default`],
      caller_issuers: [{ issuer, audiences: [`api://${api}`, api] }],
    }
  const [, authority] = /^\/(.+)\/\.well-known\/openid-configuration$/.exec(path) ?? []
  if (authority) return { token_endpoint: `${tokenOrigin}/${authority}/token` }
  if (path.endsWith('/token'))
    return { access_token: `token-${seen.length}`, token_type: 'Bearer', expires_in: expiresInSeconds }
  return { tenants: [] }
}

const login = (variables: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries({ AZURE_CLIENT_ID: 'app', ...variables }))
    vi.stubEnv(name, value)
}
const send = (sender = createBrokerSender({ url: origin })) => sender('/v1/tenants', { method: 'GET' })
const tokenRequests = () => seen.filter(({ path }) => path.endsWith('/token'))

describe('a command logs in as the app of the environment', () => {
  test('with a client secret, for the scope and at the issuer that the broker names', async () => {
    login({ AZURE_CLIENT_SECRET: 'a secret', AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere' })
    expect((await send()).status).toBe(200)
    const [asked] = tokenRequests()
    expect(asked?.path).toBe(`/${directory}/v2.0/token`)
    expect(Object.fromEntries(asked?.form ?? [])).toEqual({
      ...{ grant_type: 'client_credentials', client_id: 'app', client_secret: 'a secret' },
      scope: `${api}/.default`,
    })
    expect(seen.at(-1)).toMatchObject({ path: '/v1/tenants', authorization: 'Bearer token-3' })
  })

  test('with a certificate', async () => {
    const file = join(folder, 'certificate.pem')
    const { certificate, pem } = await createCertified()
    await writeFile(file, pem)
    const hash = new X509Certificate(certificate).fingerprint256.replaceAll(':', '')
    const thumbprint = Buffer.from(hash, 'hex').toString('base64url')
    login({ AZURE_CLIENT_CERTIFICATE_PATH: file })
    await send()
    const assertion = tokenRequests()[0]?.form.get('client_assertion') ?? ''
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'PS256', 'x5t#S256': thumbprint })
    expect(decodeJwt(assertion)).toMatchObject({ iss: 'app', aud: `${origin}/${directory}/v2.0/token` })
  })

  test('with a federated token', async () => {
    const file = join(folder, 'federated')
    await writeFile(file, 'of.the.platform\n')
    login({ AZURE_FEDERATED_TOKEN_FILE: file })
    await send()
    expect(Object.fromEntries(tokenRequests()[0]?.form ?? [])).toMatchObject({
      client_assertion: 'of.the.platform',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    login({ AZURE_FEDERATED_TOKEN_FILE: join(folder, 'missing') })
    await expect(send()).rejects.toThrow('AZURE_FEDERATED_TOKEN_FILE')
  })

  test.each([
    ['adfs', '/adfs/token'],
    [directory, `/${directory}/v2.0/token`],
  ])('at AZURE_AUTHORITY_HOST, if it is set, as Azure’s libraries do (%s)', async (tenant, path) => {
    issuer = `https://elsewhere.example/${directory}/v2.0`
    login({ AZURE_AUTHORITY_HOST: `${origin}/`, AZURE_TENANT_ID: tenant, AZURE_CLIENT_SECRET: 'a secret' })
    await send()
    expect(tokenRequests().map((request) => request.path)).toEqual([path])
  })

  test('for an audience, where the issuer has no scope', async () => {
    const authority = { issuer: origin, directory: undefined, scope: undefined, audience: 'api://broker' }
    const environment = { AZURE_CLIENT_ID: 'app', AZURE_CLIENT_SECRET: 'a secret' }
    await requestAppToken({ ...authority, issuer }, environment)
    expect(tokenRequests()[0]?.form.get('audience')).toBe('api://broker')
    expect(tokenRequests()[0]?.form.has('scope')).toBe(false)
  })

  test('at Entra’s version 2 endpoint, where the broker takes version 1 tokens', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new Error('no network')))
    const own = {
      issuer: `https://sts.windows.net/${directory}`,
      directory,
      scope: 'x/.default',
      audience: 'x',
    }
    const environment = { AZURE_CLIENT_ID: 'app', AZURE_CLIENT_SECRET: 'a secret' }
    await expect(requestAppToken(own, environment)).rejects.toThrow(
      `https://login.microsoftonline.com/${directory}/v2.0 has no token endpoint`,
    )
  })

  test('once for many calls, until a minute before the token ends', async () => {
    login({ AZURE_CLIENT_SECRET: 'a secret' })
    const sender = createBrokerSender({ url: origin })
    await send(sender)
    await send(sender)
    expect(tokenRequests()).toHaveLength(1)
    expiresInSeconds = 59
    const short = createBrokerSender({ url: origin })
    await send(short)
    await send(short)
    expect(tokenRequests()).toHaveLength(3)
  })

  test('unless it has a token already', async () => {
    login({ AZURE_CLIENT_SECRET: 'a secret', BROKER_TOKEN: 'given\n' })
    await send()
    const file = join(folder, 'bearer')
    await writeFile(file, 'of the file\n')
    await createBrokerSender({ url: origin, 'token-file': file })('/v1/tenants', { method: 'GET' })
    expect(seen.map(({ authorization }) => authorization)).toEqual(['Bearer given', 'Bearer of the file'])
    await writeFile(file, '')
    const empty = createBrokerSender({ url: origin, 'token-file': file })
    await expect(send(empty)).rejects.toThrow('There is no token in the file')
  })
})

describe('a credential is never sent', () => {
  test.each([
    ['an issuer that isn’t Entra’s', 'https://sign-in.example/v2.0', 'isn’t Entra’s'],
    ['Entra’s name without TLS', `http://login.microsoftonline.com/${directory}/v2.0`, 'isn’t Entra’s'],
    ['a name that ends like Entra’s', 'https://not-login.microsoftonline.com/v2.0', 'isn’t Entra’s'],
  ])('to %s', async (_title, named, reason) => {
    issuer = named
    login({ AZURE_CLIENT_SECRET: 'a secret' })
    await expect(send()).rejects.toThrow(reason)
    expect(seen.map(({ path }) => path)).toEqual(['/.well-known/oauth-protected-resource'])
  })

  test('to a token endpoint of another origin', async () => {
    tokenOrigin = 'http://127.0.0.1:1'
    login({ AZURE_CLIENT_SECRET: 'a secret' })
    await expect(send()).rejects.toThrow('no token endpoint of its own')
  })

  test('for a broker without TLS, because its answer could be anyone’s', async () => {
    login({ AZURE_CLIENT_SECRET: 'a secret' })
    const remote = createBrokerSender({ url: 'http://broker.example' })
    await expect(remote('/v1/tenants', { method: 'GET' })).rejects.toThrow('https:')
  })
})

describe('the authority', () => {
  const issuers = [`https://sts.windows.net/${directory}/`, 'https://acme.eu.auth0.com/']
  const metadata = {
    authorization_servers: issuers,
    scopes_supported: [`${api}/.default`],
    caller_issuers: [
      { issuer: issuers[0]!, audiences: [api] },
      { issuer: issuers[1]!, audiences: ['api://broker'] },
    ],
  }

  test('is the first issuer, or the one of AZURE_TENANT_ID', () => {
    const entra = { directory, issuer: issuers[0]!.slice(0, -1), scope: `${api}/.default`, audience: api }
    expect(chooseAuthority(metadata)).toEqual(entra)
    const others = { ...metadata, authorization_servers: issuers.toReversed() }
    expect(chooseAuthority(others, directory.toUpperCase())).toEqual(entra)
    expect(() => chooseAuthority(metadata, api)).toThrow(`trusts no issuer of the directory ${api}`)
    expect(() => chooseAuthority({ ...metadata, authorization_servers: [] })).toThrow('trusts no issuer')
  })

  test('that isn’t Entra has an audience instead of a scope', () => {
    const others = { ...metadata, authorization_servers: issuers.toReversed() }
    expect(chooseAuthority(others)).toEqual({
      ...{
        directory: undefined,
        issuer: 'https://acme.eu.auth0.com',
        scope: undefined,
        audience: 'api://broker',
      },
    })
  })
})

test('an address that isn’t a broker’s is named', async () => {
  login({ AZURE_CLIENT_SECRET: 'a secret' })
  issuer = 'no URL'
  await expect(send()).rejects.toThrow('Is this the broker’s URL?')
  const silent = createBrokerSender({ url: 'http://127.0.0.1:1' })
  await expect(send(silent)).rejects.toThrow('Can’t reach the broker')
})
