import { ClientSecretPost } from 'oauth4webapi'
import type { ClientAuthentication } from '../config.ts'
import type { SecretAge } from '../domain/vault.ts'
import type { Registration } from '../environment.ts'
import type { Secret } from '../secret.ts'
import {
  type BrokerSecret,
  type BrokerSecrets,
  clientCertificateName,
  clientSecretName,
} from '../secrets/brokerSecrets.ts'
import { readSecretsInUse } from '../secrets/inUse.ts'
import type { SecretHealth } from '../secrets/secretHealth.ts'
import { ClientCredentialError, createCertificateAuth, createFederatedAuth } from './clientAssertion.ts'
import type { ClientCredential, ClientCredentials } from './tokenEndpoint.ts'

/** Dependencies of client authentication. */
export interface ClientCredentialDependencies {
  /** How the broker authenticates as its Microsoft registrations; Google supports only secrets. */
  readonly method: ClientAuthentication
  readonly secrets: BrokerSecrets
  readonly secretHealth: SecretHealth
  /**
   * The managed identity's token for `api://AzureADTokenExchange`; remembered by its giver until near expiry. It fails
   * with a StorageUnavailableError: that is this process's trouble, and says nothing about the registration.
   */
  readonly identityToken: () => Promise<Secret>
}

/**
 * The broker's client authentication: the current secret or certificate and, during a rotation, the next one
 * (`…-next`), starting with the one that isn't known as refused; or the managed identity's token.
 */
export function createClientCredentials(dependencies: ClientCredentialDependencies): ClientCredentials {
  const nameOf = ({ environment, identityProvider }: Registration) =>
    dependencies.method === 'certificate' && identityProvider === 'microsoft'
      ? clientCertificateName(environment)
      : clientSecretName(environment, identityProvider)
  const usesIdentity = ({ identityProvider }: Registration) =>
    dependencies.method === 'managedIdentity' && identityProvider === 'microsoft'
  return {
    async assertAvailable(registration) {
      if (usesIdentity(registration)) await dependencies.identityToken()
    },
    async list(registration, age) {
      if (usesIdentity(registration)) return [await identityCredential(dependencies)]
      const name = nameOf(registration)
      if (registration.identityProvider === 'google' || dependencies.method === 'secret') {
        const found = await inOrder(dependencies, name, age)
        return found.map(({ version, value }) => ({
          id: version,
          authenticate: ClientSecretPost(value.expose()),
        }))
      }
      return listCertificates(await inOrder(dependencies, name, age), name)
    },
    async report(registration, id, result) {
      if (id === identityCredentialId) return
      await dependencies.secretHealth.report(nameOf(registration), id, result)
    },
  }
}

const identityCredentialId = 'managed-identity'

/** @throws ClientCredentialError if the vault's value can't be a client secret. */
async function inOrder(dependencies: ClientCredentialDependencies, name: string, age: SecretAge) {
  const { usable, malformed } = await readSecretsInUse(dependencies, name, age)
  if (malformed) throw new ClientCredentialError('client_secret_malformed', malformed)
  return usable
}

/** One unusable certificate doesn't block the other. */
function listCertificates(found: readonly BrokerSecret[], name: string): ClientCredential[] {
  let fault = new ClientCredentialError('client_certificate_missing', `The vault has no secret ${name}.`)
  const usable = found.flatMap(({ version, value }): ClientCredential[] => {
    try {
      return [{ id: version, authenticate: createCertificateAuth(value) }]
    } catch (error) {
      if (!(error instanceof ClientCredentialError)) throw error
      fault = error
      return []
    }
  })
  if (usable.length === 0) throw fault
  return usable
}

async function identityCredential({
  identityToken,
}: ClientCredentialDependencies): Promise<ClientCredential> {
  return { id: identityCredentialId, authenticate: createFederatedAuth(await identityToken()) }
}
