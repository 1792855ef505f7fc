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
   * Reads exactly the secret of that name, without surrounding whitespace.
   * @param options.fresh asks the vault even if the secret is remembered, but at most once a second.
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

/** The vault secret of the JWK set that seals values in tables. */
export const sealingKeysName = 'sealing-keys'

/** The vault secret that holds the next value of `name` during a rotation. */
export function nextSecretName(name: string): string {
  return `${name}-next`
}

/** Secrets are read again after five minutes: Key Vault's documentation advises caching (overview-throttling.md). */
const rememberedMilliseconds = 300_000
/** After this time, a secret is renewed in the background. */
const renewedMilliseconds = 240_000
/** After a failure, the vault is called in the background, so callers don't wait for it again. */
const outMilliseconds = 10_000
/** A caller with a remembered value waits this long for the vault; one who doubts the value, a little longer. */
const patienceSeconds = { usual: 2, fresh: 5 }
/** A caller without a value waits for an attempt that hangs, and for the next one. */
const unreadSeconds = 6
const freshMilliseconds = 1000

/**
 * Reads the broker's own secrets from its vault. If the vault doesn't answer, or not soon enough, the last result
 * remains in use, even that a secret was missing: a vault outage alone stops no vend. A process that has read nothing
 * yet fails after six seconds, then immediately for ten seconds, and asks again in the background.
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
      // A missing secret is read again soon, because someone may be storing it.
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
 * Starts to read the secrets that every vend needs, so the first vend doesn't wait for them. A failure is left to the
 * caller that needs the secret.
 */
export function preloadSecrets(secrets: BrokerSecrets, environments: Iterable<Environment>): void {
  for (const name of [sealingKeysName, ...[...environments].map(developerTokenName)])
    secrets.read(name).catch(() => undefined)
}

/**
 * Files end with a line break, and pasted text may begin with a space. Sealing keys are JSON and are read unchanged.
 */
function cutBlanks(secret: SecretVersion | undefined): SecretVersion | undefined {
  if (!secret || secret.name === sealingKeysName) return secret
  return { ...secret, value: new Secret(secret.value.expose().trim()) }
}
