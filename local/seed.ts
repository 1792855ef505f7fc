import { randomBytes, randomUUID } from 'node:crypto'
import { TableServiceClient } from '@azure/data-tables'
import { QueueServiceClient } from '@azure/storage-queue'
import { environments, identityProviders } from '../shared/environment.ts'
import { refreshChunksQueue } from '../shared/operations/runSweep.ts'
import { clientSecretName, developerTokenName, sealingKeysName } from '../shared/secrets/brokerSecrets.ts'
import { tableNames } from '../shared/storage/clients.ts'
import { sealingKeySet } from '../shared/storage/sealer.ts'
import { localDeveloperTokens } from './advertising/caller.ts'
import type { NeededSecret } from './seedVault.ts'
import { webClients } from './settings.ts'
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

/** The sealing keys: those of an earlier start open what it has sealed, so they stay if they are keys. */
export function neededSealingKeys(): Record<string, NeededSecret> {
  const key = { kty: 'oct', kid: randomUUID(), k: randomBytes(32).toString('base64url') }
  const accepts = (present: string) => sealingKeySet.safeParse(parseJson(present)).success
  return { [sealingKeysName]: { value: JSON.stringify({ keys: [key] }), accepts } }
}

/** The broker's own secrets, with the only values that the stand-ins accept. */
export function neededSecrets(): Record<string, NeededSecret> {
  const clientSecrets = environments.flatMap((environment) =>
    identityProviders.map((identityProvider) => clientSecretName(environment, identityProvider)),
  )
  return {
    ...neededSealingKeys(),
    ...Object.fromEntries(clientSecrets.map((name) => [name, { value: clientSecretOf(name) }])),
    ...Object.fromEntries(
      environments.map((environment) => [
        developerTokenName(environment),
        { value: localDeveloperTokens[environment][0] },
      ]),
    ),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const clientSecretOf = (secretName: string) => `local-value-of-${secretName}`
