import { RestError } from '@azure/data-tables'
import { type Config, parseConfig } from '../../shared/config.ts'
import { StorageUnavailableError } from '../../shared/domain/storageUnavailable.ts'
import type { ListableVault, ListedSecret } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { clientSecretName, developerTokenName } from '../../shared/secrets/brokerSecrets.ts'
import { addSealingKey } from '../../shared/secrets/sealingKeys.ts'
import { allSettings } from '../../shared/settings.ts'
import { type TableName, tableNames } from '../../shared/storage/clients.ts'
import { createModelVault, type ModelVault } from '../simulation/models/vault.ts'
import { createRandom, type Random } from '../simulation/random.ts'
import { createMemoryRows, type MemoryRows } from '../unit/memoryTable.ts'
import { createVirtualClock, type VirtualClock } from '../unit/virtualClock.ts'
import { Provider } from './provider.ts'

/** Where grants are stored. */
export type GrantStoreName = Config['grantStore']

/** A log line and its time. */
export interface Line {
  readonly at: Date
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What can fail for everyone. */
export type Part = 'tables' | 'vault' | 'provider'

/** What outlives every process: time, storage, and the outside world. */
export interface Ground {
  readonly config: Config
  readonly clock: VirtualClock
  readonly random: Random
  readonly tables: Readonly<Record<TableName, MemoryRows>>
  readonly vaults: ReadonlyMap<string, ModelVault>
  readonly provider: Provider
  readonly developerTokens: Set<string>
  /** What is down at the moment. */
  readonly down: Set<Part>
  /** Receives each line that a broker logs. */
  onLine: (line: Line) => void
}

/** The workspace of every tenant. */
export const workspace = 'agency'
/** Its one return URL. */
export const returnUrl = 'https://app.example/back'

const grantVaultUrl = 'https://grants.vault.azure.net'
const vaultUrl = 'https://broker.vault.azure.net'

/** The start: midnight, long after the lifetimes in fixed data. */
const start = new Date('2027-01-01T00:00:00Z')

/** Creates tables and vaults with the broker's own secrets, and no tenants. */
export async function createGround(grantStore: GrantStoreName, seed: number): Promise<Ground> {
  const clock = createVirtualClock(start)
  const random = createRandom(seed)
  const table = () => createMemoryRows({ now: clock.now })
  const ground: Ground = {
    config: settingsFor(grantStore),
    clock,
    random,
    tables: Object.fromEntries(tableNames.map((name) => [name, table()])) as Record<TableName, MemoryRows>,
    vaults: new Map([vaultUrl, grantVaultUrl].map((url) => [url, createModelVault(new URL(url).host)])),
    provider: new Provider(() => clock.now().getTime()),
    developerTokens: new Set(),
    down: new Set(),
    onLine: () => undefined,
  }
  const vault = mainVault(ground)
  const randomness = { fraction: random.fraction, identifier: () => identifier(random) }
  await addSealingKey({ vault, clock, randomness, config: ground.config })
  await writeClientSecret(ground, 'microsoft', 3650)
  await writeClientSecret(ground, 'google', 3650)
  await writeDeveloperToken(ground)
  return ground
}

function settingsFor(grantStore: GrantStoreName): Config {
  return parseConfig({
    PUBLIC_URL: 'https://broker.example.com',
    TABLES_ENDPOINT: 'https://account.table.core.windows.net',
    KEY_VAULT_URL: vaultUrl,
    GRANT_VAULT_URLS: grantVaultUrl,
    GRANT_STORE: grantStore,
    CALLER_ISSUERS: allSettings().find(({ name }) => name === 'CALLER_ISSUERS')?.example,
    WORKSPACES: JSON.stringify([
      { workspace, displayName: 'Agency', apps: ['app'], returnUrls: [returnUrl] },
    ]),
    REFRESH_SCHEDULE: '0 */5 * * * *',
    PRODUCTION_MICROSOFT_CLIENT_ID: '00001111-aaaa-2222-bbbb-3333cccc4444',
    PRODUCTION_GOOGLE_CLIENT_ID: '1234.apps.googleusercontent.com',
    // Work that is done in turns is repeated by a seed.
    SWEEP_CONCURRENCY: '1',
  })
}

/** The vault of the broker's own secrets. */
export function mainVault({ vaults }: Pick<Ground, 'vaults'>): ModelVault {
  return vaults.get(vaultUrl)!
}

/** The vault of the grants, and of the marks. */
export function grantVault({ vaults }: Pick<Ground, 'vaults'>): ModelVault {
  return vaults.get(grantVaultUrl)!
}

/** The operator writes a client secret that lives for these days, and the provider knows it. */
export async function writeClientSecret(
  ground: Ground,
  provider: 'microsoft' | 'google',
  days: number,
): Promise<void> {
  const expiresOn = new Date(ground.clock.now().getTime() + days * 86_400_000)
  const text = `secret~${identifier(ground.random)}`
  ground.provider.secrets.set(text, expiresOn.getTime())
  await mainVault(ground).write(clientSecretName('production', provider), new Secret(text), { expiresOn })
}

/** The operator writes a new developer token; Microsoft accepts the older ones, too. */
export async function writeDeveloperToken(ground: Ground): Promise<void> {
  const text = identifier(ground.random).toUpperCase()
  ground.developerTokens.add(text)
  const expiresOn = new Date(ground.clock.now().getTime() + 3650 * 86_400_000)
  await mainVault(ground).write(developerTokenName('production'), new Secret(text), { expiresOn })
}

/** 128 bits in hexadecimal. */
export function identifier(random: Random): string {
  const word = () => random.below(0x1_0000_0000).toString(16).padStart(8, '0')
  return word() + word() + word() + word()
}

/** The failure of an operation on a part that is down. */
export function failureOf(part: Part): Error {
  if (part === 'vault') return new StorageUnavailableError('vault', 503, 'ServiceUnavailable')
  return new RestError('down', { statusCode: 503, code: 'ServerBusy' })
}

/** A vault whose operations go through `perform`. */
export function vaultThrough(vault: ModelVault, perform: <T>(work: () => T) => Promise<T>): ListableVault {
  const now = new Date(0)
  return {
    host: vault.host,
    read: async (...asked) => await perform(() => vault.read(...asked)),
    write: async (...asked) => await perform(() => vault.write(...asked)),
    setExpiry: async (...asked) => await perform(() => vault.setExpiry(...asked)),
    remove: async (...asked) => await perform(() => vault.remove(...asked)),
    whyAbsent: async () => 'missing',
    async *list() {
      const newest = new Map([...vault.live()].map((each) => [each.name, each]))
      for (const { name, tags } of newest.values()) yield { name, tags, writtenOn: now } as ListedSecret
    },
  }
}
