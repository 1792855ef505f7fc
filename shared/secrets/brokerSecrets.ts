import { type Clock, TimeLimitError, withTimeLimit } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { SecretVersion, Vault } from '../domain/vault.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import { createMemory } from '../memory.ts'
import { Secret } from '../secret.ts'

/** One of the broker's own secrets, as last read. */
export interface BrokerSecret {
  readonly value: Secret
  readonly version: string
  readonly expiresOn?: Date
}

/** The broker's own secrets, remembered for a while. */
export interface BrokerSecrets {
  /**
   * Reads the secret of that name and no other, without the blanks around it.
   * @param options.fresh asks the vault, whatever is remembered; still at most once a second.
   */
  read(name: string, options?: { fresh?: boolean }): Promise<BrokerSecret | undefined>
}

/** The vault secret of a registration's client secret. */
export function clientSecretName(environment: Environment, identityProvider: IdentityProvider): string {
  return `${environment}-${identityProvider}-client-secret`
}

/** The vault secret of a Microsoft registration's certificate with its private key, as PEM. */
export function clientCertificateName(environment: Environment): string {
  return `${environment}-microsoft-client-certificate`
}

/** The vault secret of an environment's developer token. */
export function developerTokenName(environment: Environment): string {
  return `${environment}-developer-token`
}

/** The vault secret of the JWK set that seals what rests in tables. */
export const sealingKeysName = 'sealing-keys'

/** The vault secret beside `name` that holds its next value while it is rotated. */
export function nextSecretName(name: string): string {
  return `${name}-next`
}

/** Secrets are read again after five minutes: the vault's advice is to cache (overview-throttling.md). */
const rememberedMilliseconds = 300_000
/** Within its last minutes a secret is renewed in the background. */
const renewedMilliseconds = 240_000
/** A vault that just failed is asked in the background, so callers don't wait for it again. */
const outMilliseconds = 10_000
/** A caller who has something to go on with waits no longer for the vault; one who doubts it, a little longer. */
const patienceSeconds = { usual: 2, fresh: 5 }
/** One who has nothing waits for a try that hangs, and for the next one. */
const unreadSeconds = 6
const freshMilliseconds = 1000

/**
 * Reads the broker's own secrets from its vault. While the vault does not answer, or not soon, what was read before is
 * used on, also that there was none: a vault outage alone stops no vend. A process that has read nothing yet fails
 * after six seconds, then for ten seconds at once, and asks again in the background.
 */
export function createBrokerSecrets(vault: Vault, clock: Clock): BrokerSecrets {
  const memory = createMemory<BrokerSecret | undefined>(clock)
  const failures = createMemory<unknown>(clock)
  const coalesce = createCoalesce<BrokerSecret | undefined>()
  const readNow = async (name: string): Promise<BrokerSecret | undefined> => {
    const known = memory.recall(name)
    try {
      const secret = cutBlanks(await vault.read(name))
      memory.remember(name, secret)
      failures.forget(name)
      return secret
    } catch (error) {
      failures.remember(name, error)
      if (!known) throw error
      return known.value
    }
  }
  return {
    async read(name, options = {}) {
      const known = memory.recall(name)
      const renewed = () => coalesce(name, () => readNow(name))
      const failure = options.fresh ? undefined : failures.recent(name, outMilliseconds)
      if (!known) {
        if (failure !== undefined) {
          renewed().catch(() => undefined)
          throw failure
        }
        return withTimeLimit(clock, unreadSeconds, 'reading a secret', renewed).catch((error) => {
          if (!(error instanceof TimeLimitError)) throw error
          const silence = new StorageUnavailableError('vault', 0, 'ETIMEDOUT')
          failures.remember(name, silence)
          throw silence
        })
      }
      const { value: secret, ageMilliseconds: age } = known
      // A missing secret is looked for again soon: someone is just setting it.
      const limit = options.fresh || !secret ? freshMilliseconds : rememberedMilliseconds
      const isOut = failure !== undefined
      if (age < limit || isOut) {
        if (age >= renewedMilliseconds || isOut) renewed().catch(() => undefined)
        return secret
      }
      const seconds = options.fresh ? patienceSeconds.fresh : patienceSeconds.usual
      return withTimeLimit(clock, seconds, 'reading a secret again', renewed).catch((error) => {
        failures.remember(name, error)
        return secret
      })
    },
  }
}

/**
 * Begins to read what every vend needs, so that the first one doesn't wait for it. A failure is left to the caller
 * that needs the secret.
 */
export function preloadSecrets(secrets: BrokerSecrets, environments: Iterable<Environment>): void {
  for (const name of [sealingKeysName, ...[...environments].map(developerTokenName)])
    secrets.read(name).catch(() => undefined)
}

/** A file ends with a line break, and a paste begins with a blank. Sealing keys are JSON, which is read as it is. */
function cutBlanks(secret: SecretVersion | undefined): SecretVersion | undefined {
  if (!secret || secret.name === sealingKeysName) return secret
  return { ...secret, value: new Secret(secret.value.expose().trim()) }
}
