import { describe, expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { toProtectedResource } from '../../shared/access/protectedResource.ts'
import type { Broker } from '../../shared/broker.ts'
import { parseConfig } from '../../shared/config.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import { checkRequest } from '../../shared/http/checkRequest.ts'
import type { ReceivedRequest } from '../../shared/http/receiveRequest.ts'
import type { Problem } from '../../shared/problems.ts'
import { minimalSettings } from './settingRefusals.ts'
import { createKeyAddress, createSigner } from './signedTokens.ts'

const directory = 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee'
const api = '00001111-aaaa-2222-bbbb-3333cccc4444'
const entra = { authority: directory, audiences: [`api://${api}`, api] }
const github = {
  issuer: 'https://token.actions.githubusercontent.com',
  jwksUrl: 'https://token.actions.githubusercontent.com/.well-known/jwks',
  audiences: ['api://broker'],
  namespace: 'github',
  subjects: [{ subject: 'repo:acme/ads:ref:refs/heads/main' }],
}
const PUBLIC_URL = 'https://broker.example'
const configOf = (...issuers: object[]) =>
  parseConfig({ ...minimalSettings, PUBLIC_URL, CALLER_ISSUERS: JSON.stringify(issuers) })

const signer = await createSigner('one')
const now = new Date('2026-11-29T08:00:00Z')
const token = (claims: object) =>
  signer
    .sign({ iss: `${directory}/v2.0`, aud: api, azp: 'app', exp: now.getTime() / 1000 + 60, ...claims })
    .then((signed) => `Bearer ${signed}`)

/** The challenge of a refused call; it needs `Tokens.Vend`. */
async function challengeOf(authorization: string | null, config = configOf(entra), isRefused = false) {
  const clock = { now: () => now, sleep: async () => undefined }
  const callers = createCallers(config, { clock, fetch: createKeyAddress(signer).fetch })
  const refusedApps = { isRefused: async () => isRefused }
  const broker = { callers, refusedApps, config } as unknown as Broker
  const headers = { get: (name: string) => (name === 'authorization' ? authorization : null) }
  const request = { method: 'GET', headers, query: new URLSearchParams() } as unknown as ReceivedRequest
  const problem = await checkRequest({ broker, path: 'v1/x' }, { role: 'Tokens.Vend' }, request).catch(
    (error: Problem) => error,
  )
  return (problem as Problem).extras.headers?.['WWW-Authenticate']
}

const metadata = 'resource_metadata="https://broker.example/.well-known/oauth-protected-resource"'
const needed = `scope="${api}/.default", role="Tokens.Vend"`

describe('a refused call learns where to get a token', () => {
  test.each([
    ['without a token, and no error', null, `Bearer ${metadata}, ${needed}`],
    ['with another scheme, and no error', 'Basic eA==', `Bearer ${metadata}, ${needed}`],
    ['with a bad token', 'Bearer x', `Bearer ${metadata}, error="invalid_token", ${needed}`],
  ])('%s', async (_what, authorization, challenge) => {
    expect(await challengeOf(authorization)).toBe(challenge)
  })

  test('without the role', async () => {
    const challenge = `Bearer ${metadata}, error="insufficient_scope", ${needed}`
    expect(await challengeOf(await token({ roles: ['Tenants.Manage'] }))).toBe(challenge)
  })

  test('but not if the app is refused, whatever its token', async () => {
    const authorization = await token({ roles: ['Tokens.Vend'] })
    expect(await challengeOf(authorization, configOf(entra), true)).toBeUndefined()
  })

  test('nor if its workspace belongs to other apps', async () => {
    const WORKSPACES = JSON.stringify([{ workspace: 'app', apps: ['other'] }])
    const CALLER_ISSUERS = JSON.stringify([entra])
    const config = parseConfig({ ...minimalSettings, PUBLIC_URL, CALLER_ISSUERS, WORKSPACES })
    expect(await challengeOf(await token({ roles: [] }), config)).toBeUndefined()
  })

  test('and no scope, if its issuer has none or several are possible', async () => {
    const other = { ...entra, authority: directory.replace('aaaa', 'bbbb'), namespace: 'other' }
    const otherApi = [api.replace('0000', '9999')]
    const several = configOf({ ...entra, namespace: '' }, { ...other, audiences: otherApi })
    for (const config of [configOf(github), several])
      expect(await challengeOf(null, config)).toBe(`Bearer ${metadata}, role="Tokens.Vend"`)
  })

  test('and other failures stay as they are', async () => {
    const failure = new StorageUnavailableError('tables', 503, 'ServerBusy')
    const callers = { authenticate: () => Promise.reject(failure) }
    const broker = { callers, config: configOf(entra) } as unknown as Broker
    const request = { headers: { get: () => null } } as unknown as ReceivedRequest
    await expect(checkRequest({ broker, path: 'v1/x' }, { role: 'Tokens.Vend' }, request)).rejects.toBe(
      failure,
    )
  })
})

describe('the metadata', () => {
  test('names issuers, audiences, and scopes', () => {
    const issuers = [`${directory}/v2.0`, 'https://sts.windows.net/aaaabbbb-0000-cccc-1111-dddd2222eeee/']
    expect(toProtectedResource(configOf({ ...entra, namespace: '' }, github))).toEqual({
      resource: 'https://broker.example',
      resource_name: 'Microsoft Advertising token broker',
      resource_documentation: 'https://broker.example/docs',
      authorization_servers: [...issuers, github.issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: [`${api}/.default`],
      caller_issuers: [
        ...issuers.map((issuer) => ({ issuer, audiences: entra.audiences })),
        { issuer: github.issuer, audiences: github.audiences },
      ],
    })
  })

  test('has no list of scopes if there are none', () => {
    expect(toProtectedResource(configOf(github))).not.toHaveProperty('scopes_supported')
  })
})
