import type { SecretClient, SecretProperties } from '@azure/keyvault-secrets'
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel'
import { type Clock, systemClock } from '../clock.ts'
import type { Log } from '../domain/logEvents.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { ListableVault, ListedSecret, SecretVersion } from '../domain/vault.ts'
import { createMemory } from '../memory.ts'
import { Secret } from '../secret.ts'
import { runStorageOperation } from './unavailable.ts'

/**
 * Wraps a vault's client. The SDK doesn't retry a 429 without `Retry-After`, which is how Key Vault throttles, and
 * doesn't keep the body of a first write that runs concurrently with other first requests. So throttling is retried
 * here, and each client's first write waits for a read. No matter how often one request is repeated, it's logged once.
 * @param clock default is the machine's.
 */
export function createVault(client: SecretClient, log: Log, clock: Clock = systemClock): ListableVault {
  const { host } = new URL(client.vaultUrl)
  const logged = createMemory<true>(clock)
  let challenged: Promise<unknown> | undefined
  const run = async <T>(
    { operation, name }: Request,
    work: () => Promise<T>,
    gone: (code: string) => T,
  ): Promise<T> => {
    if (operation !== 'get' && operation !== 'list') {
      challenged ??= client.getSecret('first-request').catch(() => undefined)
      await challenged
    }
    const key = `${operation} ${name}`
    const onThrottled = () => {
      if (logged.recent(key, loggedMilliseconds)) return
      logged.remember(key, true)
      log('vault.throttled', { vault: host, operation })
    }
    const done = await throttleRetry(onThrottled).execute(() =>
      runStorageOperation('vault', work, (_status, code) =>
        goneCodes.has(code) ? { value: gone(code) } : undefined,
      ),
    )
    challenged ??= Promise.resolve()
    return done
  }
  return {
    host,
    read: (name, version) =>
      run<SecretVersion | undefined>(
        { operation: 'get', name },
        async () => toSecretVersion(await client.getSecret(name, version ? { version } : {})),
        () => undefined,
      ),
    write: (name, value, { tags, expiresOn }) =>
      run(
        { operation: 'set', name },
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
        { operation: 'update', name },
        async () => {
          await client.updateSecretProperties(name, version, { expiresOn })
        },
        () => undefined,
      ),
    remove: (name) =>
      run<void>(
        { operation: 'delete', name },
        async () => {
          await client.beginDeleteSecret(name)
        },
        () => undefined,
      ),
    whyAbsent: async (name) => {
      const request = { operation: 'get', name } as const
      const code = await run(request, () => client.getSecret(name).then(() => ''), String)
      if (code === 'SecretDisabled') return 'disabled'
      return run<'missing' | 'deleted'>(
        request,
        async () => {
          await client.getDeletedSecret(name)
          return 'deleted'
        },
        () => 'missing',
      )
    },
    async *list() {
      const pages = client.listPropertiesOfSecrets().byPage()
      for (;;) {
        const { done, value } = await run({ operation: 'list', name: '' }, () => pages.next(), nothingListed)
        if (done) return
        for (const secret of value) if (secret.enabled !== false) yield toListed(secret)
      }
    },
  }
}

/** A request to a vault; a list has no name. */
interface Request {
  readonly operation: 'get' | 'set' | 'update' | 'delete' | 'list'
  readonly name: string
}

/** A refresh that must store its token repeats a write for up to a minute: it's one request that is throttled. */
const loggedMilliseconds = 60_000

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
function throttleRetry(onThrottled: () => void) {
  const throttled = handleWhen((error) => error instanceof StorageUnavailableError && error.status === 429)
  const policy = retry(throttled, {
    maxAttempts: 3,
    backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 2000 }),
  })
  policy.onRetry(onThrottled)
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
