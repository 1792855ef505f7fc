import { randomBytes, randomUUID } from 'node:crypto'
import { TableServiceClient } from '@azure/data-tables'
import { SecretClient } from '@azure/keyvault-secrets'
import { QueueServiceClient } from '@azure/storage-queue'
import { environments, identityProviders } from '../shared/environment.ts'
import { refreshChunksQueue } from '../shared/operations/runSweep.ts'
import { clientSecretName, developerTokenName, sealingKeysName } from '../shared/secrets/brokerSecrets.ts'
import { tableNames } from '../shared/storage/clients.ts'
import { localDeveloperTokens } from './advertising/caller.ts'
import { vaultAudience } from './identity-endpoint.ts'
import { identityHeader, webClients } from './settings.ts'
import type { WebClient } from './sign-in/clients.ts'

/** Creates the broker's tables and queues if they don't exist, like the infrastructure on Azure. */
export async function seedStorage(connection: string, tablesPrefix: string): Promise<void> {
  const tables = TableServiceClient.fromConnectionString(connection, { allowInsecureConnection: true })
  const queues = QueueServiceClient.fromConnectionString(connection)
  await Promise.all([
    ...tableNames.map((name) => tables.createTable(tablesPrefix + name)),
    ...[refreshChunksQueue, `${refreshChunksQueue}-poison`].map((name) =>
      queues.getQueueClient(name).createIfNotExists(),
    ),
  ])
}

/** The vault to seed, and the source of the token. */
export interface SeedVaultOptions {
  readonly vaultUrl: string
  readonly identityEndpoint: string
  /** PEM of the authority that issued the vault's certificate. */
  readonly ca: string
}

/** Stores the broker's own missing secrets in the vault; existing ones stay unchanged. */
export async function seedVault({ vaultUrl, identityEndpoint, ca }: SeedVaultOptions): Promise<void> {
  const credential = { getToken: () => requestVaultToken(identityEndpoint) }
  const client = new SecretClient(vaultUrl, credential, {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca },
  })
  const present = new Set<string>()
  for await (const { name } of client.listPropertiesOfSecrets()) present.add(name)
  const missing = Object.entries(initialSecrets()).filter(([name]) => !present.has(name))
  await Promise.all(missing.map(([name, value]) => client.setSecret(name, value)))
}

/** The registrations to which advertisers consent, for the two sign-ins. */
export function webClientsOf(
  identityProvider: (typeof identityProviders)[number],
  redirectUris: readonly string[],
): WebClient[] {
  return environments.map((environment) => ({
    clientId: webClients[environment][identityProvider],
    clientSecrets: [clientSecretOf(clientSecretName(environment, identityProvider))],
    displayName: environment === 'sandbox' ? 'Demonstration (sandbox)' : 'Demonstration',
    redirectUris,
    environment,
  }))
}

function initialSecrets(): Record<string, string> {
  const clientSecrets = environments.flatMap((environment) =>
    identityProviders.map((identityProvider) => clientSecretName(environment, identityProvider)),
  )
  const key = { kty: 'oct', kid: randomUUID(), k: randomBytes(32).toString('base64url') }
  return {
    [sealingKeysName]: JSON.stringify({ keys: [key] }),
    ...Object.fromEntries(clientSecrets.map((name) => [name, clientSecretOf(name)])),
    ...Object.fromEntries(
      environments.map((environment) => [
        developerTokenName(environment),
        localDeveloperTokens[environment][0],
      ]),
    ),
  }
}

const clientSecretOf = (secretName: string) => `local-value-of-${secretName}`

async function requestVaultToken(identityEndpoint: string) {
  const query = new URLSearchParams({ 'api-version': '2019-08-01', resource: vaultAudience })
  const answer = await fetch(`${identityEndpoint}?${query}`, {
    headers: { 'X-IDENTITY-HEADER': identityHeader },
  })
  const { access_token, expires_on } = (await answer.json()) as { access_token: string; expires_on: string }
  return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 }
}
