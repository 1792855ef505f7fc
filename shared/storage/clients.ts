import { TableClient } from '@azure/data-tables'
import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import type { Config } from '../config.ts'
import { isLoopbackUrl } from '../settings/urls.ts'
import { inTurn } from './inTurn.ts'
import { type Policy, storageTrySeconds, type TrySeconds, tryLimit } from './tryLimit.ts'

/** The broker's tables, by name; see `docs/storage.md`. */
export const tableNames = ['Tenants', 'TenantsByWorkspace', 'RefreshDue', 'SignIns', 'BrokerState'] as const

/** One of {@link tableNames}. */
export type TableName = (typeof tableNames)[number]

/** One client for each table. */
export type Tables = Readonly<Record<TableName, TableClient>>

/** Quick retries: the caller of a vend waits for them. */
const retryOptions = { maxRetries: 2, retryDelayInMs: 150, maxRetryDelayInMs: 1000 }

/** The identity that the broker runs as: the managed identity, user-assigned if the settings name one. */
export function createCredential({
  managedIdentityClientId: clientId,
}: Pick<Config, 'managedIdentityClientId'>): TokenCredential {
  return new ManagedIdentityCredential({ retryOptions, ...(clientId && { clientId }) })
}

/** Options of the table clients. */
export interface TableOptions {
  /** Time limits of one attempt. Default is {@link storageTrySeconds}. */
  readonly trySeconds?: TrySeconds
  /** Compares the machine's clock with storage's. Default is no comparison. */
  readonly storageClock?: { readonly policy: Policy }
}

/** Creates a client for each table: by connection string if the settings have one, otherwise by identity. */
export function createTables(
  config: Config,
  credential: TokenCredential,
  { trySeconds = storageTrySeconds, storageClock }: TableOptions = {},
): Tables {
  const { endpoint, connectionString, prefix } = config.tables
  const create = (name: string): TableClient => {
    const allowInsecureConnection = config.allowInsecureLoopback && isLoopback(endpoint, connectionString)
    const additionalPolicies = [
      inTurn,
      tryLimit(trySeconds, isTableQuery),
      ...(storageClock ? [storageClock.policy] : []),
    ]
    const options = { retryOptions, additionalPolicies, allowInsecureConnection }
    return connectionString
      ? TableClient.fromConnectionString(connectionString, prefix + name, options)
      : new TableClient(endpoint ?? '', prefix + name, credential, options)
  }
  return Object.fromEntries(tableNames.map((name) => [name, create(name)])) as Record<TableName, TableClient>
}

/**
 * Creates a client for one vault.
 * @param trySeconds time limits of one attempt. Default is {@link storageTrySeconds}.
 */
export function createSecretClient(
  { vault }: { readonly vault: Pick<Config['vault'], 'verifyChallengeResource'> },
  credential: TokenCredential,
  url: string,
  trySeconds = storageTrySeconds,
): SecretClient {
  return new SecretClient(url, credential, {
    retryOptions,
    additionalPolicies: [inTurn, tryLimit(trySeconds, isSecretList)],
    disableChallengeResourceVerification: !vault.verifyChallengeResource,
  })
}

/** `GET …/Table()` reads a page; with keys between the parentheses, one entity. */
function isTableQuery({ pathname }: URL): boolean {
  return pathname.endsWith('()')
}

function isSecretList({ pathname }: URL): boolean {
  return pathname === '/secrets' || pathname === '/secrets/'
}

function isLoopback(endpoint: string | undefined, connectionString: string | undefined): boolean {
  if (endpoint) return isLoopbackUrl(endpoint)
  const url = connectionString?.match(/(?:^|;)TableEndpoint=([^;]+)/i)?.[1]
  return url ? isLoopbackUrl(url) : connectionString?.includes('UseDevelopmentStorage=true') === true
}
