import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { TableServiceClient } from '@azure/data-tables'
import { startAzurite } from '../../local/azurite.ts'
import { createLocalCertificate } from '../../local/certificate.ts'
import { startIdentityEndpoint, storageAudience } from '../../local/identity-endpoint.ts'
import { type Ports, storageConnection } from '../../local/settings.ts'
import { startStorage } from '../../local/storage.ts'
import type { Config } from '../../shared/config.ts'
import { createTables, type Tables, tableNames } from '../../shared/storage/clients.ts'

/** The broker's tables in a separate Azurite. */
export interface TablesBench {
  readonly tables: Tables
  close(): Promise<void>
}

type OpenBench = () => Promise<TablesBench>

let open: OpenBench = openPlainBench

/**
 * Lets {@link openTablesBench} of this process go another way to the tables. One suite a process: the SDK keeps the
 * first identity endpoint, and its tokens, for all of it.
 */
export function reachTables(way: OpenBench): void {
  open = way
}

/** Starts Azurite in memory and makes every table. */
export function openTablesBench(): Promise<TablesBench> {
  return open()
}

async function openPlainBench(): Promise<TablesBench> {
  const azurite = await startAzurite({ blob: 0, queue: 0, table: 0 })
  return { tables: await makeTables(storageConnection(azurite.ports as Ports)), close: azurite.stop }
}

/**
 * The same behind a front that does what the service does on any day: pages that are empty or short, and a partition
 * that is busy for a moment.
 */
export async function openFrontBench(): Promise<TablesBench> {
  const storage = await startStorage({ blob: 0, queue: 0, table: 0 })
  const tables = await makeTables(storageConnection(storage.ports as Ports))
  const { faults } = storage.control
  faults.add({ kind: 'emptyPage', every: 3, rows: 1 })
  faults.add({ kind: 'shortPage', every: 2, rows: 7 })
  // The SDK repeats a request twice: of several hundred, none may meet three of these.
  faults.add({ kind: 'serverBusy', every: 97, rows: 1 })
  return { tables, close: storage.stop }
}

/** The same behind the front over TLS with the managed identity's bearer token, as in production. */
export async function openTlsBench(): Promise<TablesBench> {
  const folder = await mkdtemp(join(tmpdir(), 'tables-'))
  const certificate = await createLocalCertificate(folder)
  const identity = await startIdentityEndpoint({ port: 0, header: 'let me in' })
  const trusted = getCACertificates('default')
  setDefaultCACertificates([...trusted, certificate.caCert])
  const storage = await startStorage({ blob: 0, queue: 0, table: 0, certificate })
  const endpoint = `${storage.origin}/devstoreaccount1`
  const credential = { getToken: () => getToken(`${identity.endpoint}?resource=${storageAudience}`) }
  const service = new TableServiceClient(endpoint, credential)
  for (const name of tableNames) await service.createTable(name)
  const config = { allowInsecureLoopback: false, tables: { endpoint, prefix: '' } } as Config
  return {
    tables: createTables(config, credential),
    close: async () => {
      setDefaultCACertificates(trusted)
      await Promise.all([storage.stop(), identity.stop()])
      await rm(folder, { recursive: true })
    },
  }
}

async function makeTables(connectionString: string): Promise<Tables> {
  const service = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true })
  for (const name of tableNames) await service.createTable(name)
  const config = { allowInsecureLoopback: true, tables: { connectionString, prefix: '' } } as Config
  return createTables(config, { getToken: async () => null })
}

/** Around the SDK, which keeps the first identity endpoint of the process: the vault's. */
async function getToken(url: string) {
  const answer = await fetch(`${url}&api-version=2019-08-01`, {
    headers: { 'X-IDENTITY-HEADER': 'let me in' },
  })
  const { access_token, expires_on } = (await answer.json()) as { access_token: string; expires_on: string }
  return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 }
}
