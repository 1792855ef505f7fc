import type { SecretClient, SecretProperties } from '@azure/keyvault-secrets'
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import type { Log } from '../domain/logEvents.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { ListableVault, ListedSecret, SecretVersion } from '../domain/vault.ts'
import { Secret } from '../secret.ts'
import { runStorageOperation } from './unavailable.ts'

/**
 * Wraps a vault's client. The SDK doesn't retry a 429 without `Retry-After`, which is how Key Vault throttles, and
 * doesn't keep the body of a first write that runs concurrently with other first requests. So throttling is retried
 * here, and each client's first request is a read that is awaited alone.
 */
export function createVault(client: SecretClient, log: Log): ListableVault {
  let challenged: Promise<unknown> | undefined
  const run = async <T>(operation: string, work: () => Promise<T>, gone: () => T): Promise<T> => {
    challenged ??= client.getSecret('first-request').catch(() => undefined)
    await challenged
    return throttleRetry(log, operation).execute(() =>
      runStorageOperation('vault', work, (_status, code) =>
        goneCodes.has(code) ? { value: gone() } : undefined,
      ),
    )
  }
  return {
    host: new URL(client.vaultUrl).host,
    read: (name, version) =>
      run<SecretVersion | undefined>(
        'get',
        async () => toSecretVersion(await client.getSecret(name, version ? { version } : {})),
        () => undefined,
      ),
    write: (name, value, { tags, expiresOn }) =>
      run(
        'set',
        async () =>
          toSecretVersion(
            await client.setSecret(name, value.expose(), {
              tags: { ...tags },
              // Another policy demands a content type (Azure/azure-policy, Secrets_ContentTypeSet.json).
              contentType: 'text/plain',
              expiresOn,
            }),
          ),
        () => {
          throw new StorageUnavailableError('vault', 409, 'SecretDeleted')
        },
      ),
    setExpiry: (name, version, expiresOn) =>
      run<void>(
        'update',
        async () => {
          await client.updateSecretProperties(name, version, { expiresOn })
        },
        () => undefined,
      ),
    remove: (name) =>
      run<void>(
        'delete',
        async () => {
          await client.beginDeleteSecret(name)
        },
        () => undefined,
      ),
    async *list() {
      const pages = client.listPropertiesOfSecrets().byPage()
      for (;;) {
        const { done, value } = await run('list', () => pages.next(), nothingListed)
        if (done) return
        for (const secret of value) if (secret.enabled !== false) yield toListed(secret)
      }
    },
  }
}

/**
 * Key Vault's codes for a secret that is missing, disabled, or deleted (its name then takes no new version). Any other
 * 403, 404, or 409 says nothing about the secret.
 */
const goneCodes: ReadonlySet<string> = new Set([
  'SecretNotFound',
  'SecretDisabled',
  'ObjectIsDeletedButRecoverable',
  'ObjectIsBeingDeleted',
])

/**
 * Key Vault recommends 1, 2, 4, 8, 16 s (overview-throttling.md); a caller is waiting here, so there are fewer and
 * shorter waits.
 */
function throttleRetry(log: Log, operation: string) {
  const throttled = handleWhen((error) => error instanceof StorageUnavailableError && error.status === 429)
  const policy = retry(throttled, {
    maxAttempts: 3,
    backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 2000 }),
  })
  policy.onRetry(() => log('vault.throttled', { operation }))
  return policy
}

function nothingListed(): never {
  throw new StorageUnavailableError('vault', 404, 'VaultNotFound')
}

function toListed({ name, tags, createdOn }: SecretProperties): ListedSecret {
  return { name, tags: tags ?? {}, writtenOn: createdOn ?? new Date(0) }
}

function toSecretVersion(secret: Awaited<ReturnType<SecretClient['getSecret']>>): SecretVersion {
  const { name, value = '', properties } = secret
  return {
    name,
    value: new Secret(value),
    version: properties.version ?? '',
    tags: properties.tags ?? {},
    ...(properties.expiresOn && { expiresOn: properties.expiresOn }),
  }
}
