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

/** Creates the broker's tables and queues where they are not there yet, as the infrastructure does on Azure. */
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

/** Where secrets are seeded, and with whose token. */
export interface SeedVaultOptions {
  readonly vaultUrl: string
  readonly identityEndpoint: string
  /** PEM of the authority that the vault's certificate is from. */
  readonly ca: string
}

/** Puts into the vault what the broker needs of its own and does not find there; what is there stays. */
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

/** The registrations that advertisers consent to, as the two sign-ins know them. */
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
