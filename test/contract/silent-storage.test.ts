import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../shared/config.ts'
import { type IdentityFault, IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { createSecretClient, createTables } from '../../shared/storage/clients.ts'
import { createIdentityTokens } from '../../shared/storage/identityTokens.ts'
import { createTenantTable } from '../../shared/storage/tenantTable.ts'
import { createVault } from '../../shared/storage/vault.ts'
import { createVirtualClock } from '../unit/virtualClock.ts'

/** Accepts every connection and never answers. */
let silent: Server
let origin: string

beforeAll(async () => {
  silent = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const address = silent.address()
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})

afterAll(() => silent.close())

const trySeconds = { point: 0.1, list: 300 }
const silence = { name: 'StorageUnavailableError', status: 0, code: 'ETIMEDOUT' }

describe('storage that accepts a connection and never answers', () => {
  test('is given up by the tables', async () => {
    const key = Buffer.alloc(64, 1).toString('base64')
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};TableEndpoint=${origin}/a`
    const config = { allowInsecureLoopback: true, tables: { prefix: '', connectionString } } as Config
    const tables = createTables(config, { getToken: async () => null }, { trySeconds })
    const reading = createTenantTable(tables).read({ workspace: 'w', tenant: 't' })
    await expect(reading).rejects.toMatchObject(silence)
  })

  test('is given up by the vault', async () => {
    const config = { vault: { verifyChallengeResource: true } } as Config
    const credential = { getToken: async () => null }
    const client = createSecretClient(config, credential, origin.replace('http:', 'https:'), trySeconds)
    await expect(createVault(client, () => {}).read('a')).rejects.toMatchObject(silence)
  })

  test('is given up at a page of a list after a time of its own', async () => {
    const key = Buffer.alloc(64, 1).toString('base64')
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${key};TableEndpoint=${origin}/a`
    const config = { allowInsecureLoopback: true, tables: { prefix: '', connectionString } } as Config
    const limits = { point: 300, list: 0.1 }
    const tables = createTables(config, { getToken: async () => null }, { trySeconds: limits })
    await expect(createTenantTable(tables).list('w', 10)).rejects.toMatchObject(silence)
  })

  test('is given up by the vault at a page of a list after a time of its own', async () => {
    const config = { vault: { verifyChallengeResource: true } } as Config
    const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) }
    const limits = { point: 300, list: 0.1 }
    const client = createSecretClient(config, credential, origin.replace('http:', 'https:'), limits)
    await expect(client.listPropertiesOfSecrets().next()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })

  test('is not blamed when it is the identity that hangs', async () => {
    const config = {
      allowInsecureLoopback: true,
      tables: { prefix: '', endpoint: 'https://a.table.core.windows.net' },
    } as Config
    const hanging = { getToken: () => new Promise<never>(() => {}) }
    const clock = createVirtualClock()
    const judge = (fault: IdentityFault) => new IdentityUnavailableError(fault, 'nobody')
    const tables = createTables(config, createIdentityTokens(hanging, clock, judge))
    const reading = createTenantTable(tables).read({ workspace: 'w', tenant: 't' })
    await expect(clock.run(reading)).rejects.toMatchObject({ reason: 'identity_silent' })
  })
})
