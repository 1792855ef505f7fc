import type { SecretClient } from '@azure/keyvault-secrets'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type RunningIdentityEndpoint,
  startIdentityEndpoint,
  storageAudience,
} from '../../local/identity-endpoint.ts'
import type { RunningVault } from '../../local/vault/vault.ts'
import { deleteSecret, getToken, namesOf, openVaultBench, refusalOf, type VaultBench } from './vault-bench.ts'

let bench: VaultBench
let vault: RunningVault
let client: SecretClient

beforeAll(async () => {
  bench = await openVaultBench()
})

afterAll(() => bench.close())

beforeEach(async () => {
  vault = await bench.startVault()
  client = bench.connect(vault.origin)
})

afterEach(() => vault.stop())

async function setMany(count: number, nameOf: (index: number) => string): Promise<void> {
  for (let index = 0; index < count; index += 1) await client.setSecret(nameOf(index), `${index}`)
}

describe('access', () => {
  test('a request without a token gets the challenge that names the resource', async () => {
    const { status, headers, body } = await bench.send(vault, 'GET', '/secrets?api-version=7.5')
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(
      /^Bearer authorization="https:.*", resource="https:\/\/vault\.azure\.net"$/,
    )
    expect(body?.error).toMatchObject({ code: 'Unauthorized', message: expect.stringContaining('AKV10000') })
  })

  test('a token for another resource is refused', async () => {
    const { status, body } = await bench.send(vault, 'GET', '/secrets?api-version=7.5', {
      token: await getToken(storageAudience),
    })
    expect(status).toBe(401)
    expect(body?.error?.code).toBe('Unauthorized')
  })

  test('a token that another issuer signed, an expired one, and an invented one are refused', async () => {
    const other = await startIdentityEndpoint({ port: 0, header: 'other', issuer: bench.identity.issuer })
    const expired = await startIdentityEndpoint({ port: 0, header: 'other', lifetimeSeconds: -60 })
    const tokens = await Promise.all([other, expired].map(getTokenOf))
    for (const token of [...tokens, 'made.up.token']) {
      expect((await bench.send(vault, 'GET', '/secrets?api-version=7.5', { token })).status).toBe(401)
    }
    await Promise.all([other.stop(), expired.stop()])
  })

  test('the api-version is required', async () => {
    const { status, body } = await bench.send(vault, 'GET', '/secrets', { token: await getToken() })
    expect({ status, code: body?.error?.code }).toEqual({ status: 400, code: 'BadParameter' })
  })
})

async function getTokenOf({ endpoint }: RunningIdentityEndpoint): Promise<string> {
  const url = `${endpoint}?api-version=2019-08-01&resource=https://vault.azure.net`
  const answer = await fetch(url, { headers: { 'X-IDENTITY-HEADER': 'other' } })
  return ((await answer.json()) as { access_token: string }).access_token
}

describe('secrets and their versions', () => {
  test('a set secret is read back with its properties', async () => {
    const [notBefore, expiresOn] = [new Date('2026-01-01T00:00:00Z'), new Date('2027-01-01T00:00:00Z')]
    const tags = { tenant: 'acme' }
    await client.setSecret('grant', 'one', { contentType: 'text/plain', tags, notBefore, expiresOn })
    const { value, properties } = await client.getSecret('grant')
    expect(value).toBe('one')
    expect(properties).toMatchObject({ name: 'grant', contentType: 'text/plain', tags, notBefore, expiresOn })
    expect(properties).toMatchObject({
      enabled: true,
      recoveryLevel: 'Recoverable',
      recoverableDays: 90,
    })
    expect(properties.version).toMatch(/^[0-9a-f]{32}$/)
    expect(properties.createdOn).toBeInstanceOf(Date)
  })

  test('every set adds a version; older ones stay readable by their id', async () => {
    const first = await client.setSecret('grant', 'one')
    const second = await client.setSecret('grant', 'two')
    expect((await client.getSecret('grant')).value).toBe('two')
    expect((await client.getSecret('grant', { version: first.properties.version! })).value).toBe('one')
    const versions = []
    for await (const { version } of client.listPropertiesOfSecretVersions('grant')) versions.push(version)
    expect(versions.sort()).toEqual([first.properties.version, second.properties.version].sort())
  })

  test('names that differ only in case are one name', async () => {
    await client.setSecret('Grant', 'one')
    expect((await client.getSecret('grant')).value).toBe('one')
  })

  test('an update changes only the given properties', async () => {
    const { properties } = await client.setSecret('grant', 'one', {
      contentType: 'text/plain',
      tags: { a: '1' },
    })
    await client.updateSecretProperties('grant', properties.version!, { tags: { b: '2' } })
    const updated = await client.getSecret('grant')
    expect(updated).toMatchObject({
      value: 'one',
      properties: { contentType: 'text/plain', tags: { b: '2' } },
    })
  })

  test('a disabled version is forbidden until it is enabled again', async () => {
    const { properties } = await client.setSecret('grant', 'one', { enabled: false })
    const forbidden = { status: 403, code: 'Forbidden', inner: 'SecretDisabled' }
    expect(await refusalOf(client.getSecret('grant'))).toEqual(forbidden)
    await client.updateSecretProperties('grant', properties.version!, { enabled: true })
    expect((await client.getSecret('grant')).value).toBe('one')
  })

  test('an unknown name and an unknown version are not found', async () => {
    await client.setSecret('grant', 'one')
    const notFound = { status: 404, code: 'SecretNotFound' }
    expect(await refusalOf(client.getSecret('other'))).toEqual(notFound)
    expect(await refusalOf(client.getSecret('grant', { version: '0'.repeat(32) }))).toEqual(notFound)
  })

  test('a value can have up to exactly 25 KB', async () => {
    await client.setSecret('largest', 'x'.repeat(25_600))
    const refused = { status: 400, code: 'BadParameter' }
    expect(await refusalOf(client.setSecret('larger', 'x'.repeat(25_601)))).toEqual(refused)
    expect(await refusalOf(client.setSecret('larger', 'ä'.repeat(12_801)))).toEqual(refused)
  })

  test('15 tags are accepted, 16 are not', async () => {
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, 'x']))
    await client.setSecret('grant', 'one', { tags: tags(15) })
    const refused = await refusalOf(client.setSecret('grant', 'one', { tags: tags(16) }))
    expect(refused).toEqual({ status: 400, code: 'BadParameter' })
  })

  test.each(['with_underscore', 'with.dot', 'x'.repeat(128)])(
    '%s is not a valid name for a secret',
    async (name) => {
      expect(await refusalOf(client.setSecret(name, 'one'))).toEqual({ status: 400, code: 'BadParameter' })
    },
  )

  test('a body that is not JSON and an unknown path are bad requests', async () => {
    const token = await getToken()
    expect(
      (await bench.send(vault, 'PUT', '/secrets/grant?api-version=7.5', { token, body: '{"value' })).status,
    ).toBe(400)
    expect(
      (await bench.send(vault, 'PUT', '/secrets/grant?api-version=7.5', { token, body: '{}' })).status,
    ).toBe(400)
    expect((await bench.send(vault, 'POST', '/keys?api-version=7.5', { token })).status).toBe(400)
    expect((await bench.send(vault, 'GET', '/secrets/%E0%A4%A?api-version=7.5', { token })).status).toBe(400)
  })
})

describe('lists', () => {
  test('secrets come in pages of 25, without duplicates', async () => {
    await setMany(60, (index) => `grant-${index}`)
    const pages = []
    for await (const page of client.listPropertiesOfSecrets().byPage()) pages.push(page.length)
    expect(pages).toEqual([25, 25, 10])
    expect(new Set(await namesOf(client.listPropertiesOfSecrets())).size).toBe(60)
  })

  test('versions come in pages of the requested size, not ordered by age', async () => {
    await setMany(12, () => 'grant')
    const pages = []
    for await (const page of client.listPropertiesOfSecretVersions('grant').byPage({ maxPageSize: 5 }))
      pages.push(page)
    expect(pages.map((page) => page.length)).toEqual([5, 5, 2])
    const ids = pages.flat().map(({ version }) => version)
    expect(ids).toEqual([...ids].sort())
  })

  test('a page has at most 25 and at least 1', async () => {
    const token = await getToken()
    for (const size of ['0', '26', 'many']) {
      expect(
        (await bench.send(vault, 'GET', `/secrets?api-version=7.5&maxresults=${size}`, { token })).status,
      ).toBe(400)
    }
  })

  test('a secret deleted between two pages hides no other', async () => {
    await setMany(30, (index) => `grant-${index + 10}`)
    const pages = client.listPropertiesOfSecrets().byPage()
    const first = (await pages.next()).value.map(({ name }: { name: string }) => name)
    await deleteSecret(client, first[3])
    const second = (await pages.next()).value.map(({ name }: { name: string }) => name)
    expect([...first, ...second]).toHaveLength(30)
  })
})

describe('soft delete', () => {
  test('a deleted secret is gone from the list and listed among the deleted', async () => {
    await client.setSecret('grant', 'one')
    await client.setSecret('other', 'one')
    const deleted = await deleteSecret(client, 'grant')
    expect(deleted).toMatchObject({ name: 'grant', recoveryId: `${vault.origin}/deletedsecrets/grant` })
    expect(deleted.value).toBeUndefined()
    expect(await refusalOf(client.getSecret('grant'))).toEqual({ status: 404, code: 'SecretNotFound' })
    expect(await namesOf(client.listPropertiesOfSecrets())).toEqual(['other'])
    expect(await namesOf(client.listDeletedSecrets())).toEqual(['grant'])
  })

  test('nobody can purge a deleted secret, as the template has it', async () => {
    await client.setSecret('grant', 'one')
    await deleteSecret(client, 'grant')
    expect(await refusalOf(client.purgeDeletedSecret('grant'))).toEqual({ status: 403, code: 'Forbidden' })
    expect(await refusalOf(client.purgeDeletedSecret('other'))).toEqual({
      status: 404,
      code: 'SecretNotFound',
    })
    expect(await namesOf(client.listDeletedSecrets())).toEqual(['grant'])
  })

  test('a deletion takes its time, in which the name is nowhere and taken', async () => {
    let now = Date.now()
    const slow = await bench.startVault({ now: () => new Date(now) })
    const patient = bench.connect(slow.origin)
    slow.control.settings.deletionMilliseconds = 5000
    await patient.setSecret('grant', 'one')
    await patient.beginDeleteSecret('grant')
    const underWay = { status: 409, code: 'Conflict', inner: 'ObjectIsBeingDeleted' }
    const notFound = { status: 404, code: 'SecretNotFound' }
    now += 4999
    expect(await refusalOf(patient.getSecret('grant'))).toEqual(notFound)
    expect(await refusalOf(patient.getDeletedSecret('grant'))).toEqual(notFound)
    expect(await namesOf(patient.listDeletedSecrets())).toEqual([])
    expect(await refusalOf(patient.setSecret('grant', 'two'))).toEqual(underWay)
    expect(await refusalOf(patient.beginRecoverDeletedSecret('grant'))).toEqual(underWay)
    now += 1
    expect((await patient.getDeletedSecret('grant')).name).toBe('grant')
    const deleted = { ...underWay, inner: 'ObjectIsDeletedButRecoverable' }
    expect(await refusalOf(patient.setSecret('grant', 'two'))).toEqual(deleted)
    await slow.stop()
  })

  test('a deleted name cannot be set until it is purged', async () => {
    vault.control.settings.purgeProtection = false
    await client.setSecret('grant', 'one')
    const { properties } = await client.getSecret('grant')
    expect(properties.recoveryLevel).toBe('Recoverable+Purgeable')
    await deleteSecret(client, 'grant')
    const conflict = { status: 409, code: 'Conflict', inner: 'ObjectIsDeletedButRecoverable' }
    expect(await refusalOf(client.setSecret('grant', 'two'))).toEqual(conflict)
    await client.purgeDeletedSecret('grant')
    expect(await refusalOf(client.getDeletedSecret('grant'))).toEqual({ status: 404, code: 'SecretNotFound' })
    expect((await client.setSecret('grant', 'two')).value).toBe('two')
  })

  test('a recovered secret has all its versions', async () => {
    const { properties } = await client.setSecret('grant', 'one')
    await client.setSecret('grant', 'two')
    await deleteSecret(client, 'grant')
    await (await client.beginRecoverDeletedSecret('grant', { intervalInMs: 1 })).pollUntilDone()
    expect((await client.getSecret('grant')).value).toBe('two')
    expect((await client.getSecret('grant', { version: properties.version! })).value).toBe('one')
  })
})
