import { type Clock, TimeLimitError, withTimeLimit } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { SecretAge, SecretVersion, Vault } from '../domain/vault.ts'
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
   * @param age default is `any`. While the vault doesn't answer, a remembered secret is used at any age.
   */
  read(name: string, age?: SecretAge): Promise<BrokerSecret | undefined>
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

function isNextName(name: string): boolean {
  return name.endsWith(nextSecretName(''))
}

/** Secrets are read again after five minutes: Key Vault's documentation advises caching (overview-throttling.md). */
const recentMilliseconds = 300_000
/** After this time, a secret is renewed in the background. */
const renewedMilliseconds = 240_000
/** After a failure, the vault is called in the background, so callers don't wait for it again. */
const outMilliseconds = 10_000
/** How long a caller waits that needs a recent secret, or one that may be missing; after a refusal, a little longer. */
const patienceSeconds = { recent: 2, now: 5 }
/** A caller without a value waits for an attempt that hangs, and for the next one. */
const unreadSeconds = 6
/** The vault is asked for the same secret at most this often. */
const nowMilliseconds = 1000

/**
 * Reads the broker's own secrets from its vault. After the first read, a caller waits for the vault only if it asks for
 * a `recent` secret or for one `now`, or if the secret is missing and isn't a `…-next` one, which usually is. If the vault
 * doesn't answer, the last result remains in use: a vault outage alone stops no vend. A process that has read nothing yet
 * fails after six seconds, then immediately for ten seconds, and asks again in the background.
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
    async read(name, age = 'any') {
      const known = memory.recall(name)
      const renewed = () => coalesce(name, () => readNow(name))
      const failure = age === 'now' ? undefined : failures.recent(name, outMilliseconds)
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
      const { value: secret, ageMilliseconds } = known
      const isOut = failure !== undefined
      const waitsFrom = longestAge(name, secret, age)
      if (ageMilliseconds < waitsFrom || isOut) {
        if (ageMilliseconds >= renewedMilliseconds || isOut) renewed().catch(() => undefined)
        return secret
      }
      const seconds = age === 'now' ? patienceSeconds.now : patienceSeconds.recent
      return withTimeLimit(clock, seconds, 'reading a secret again', renewed).catch((error) => {
        failures.remember(name, error)
        return secret
      })
    },
  }
}

/** The age in milliseconds from which a reader waits for the vault. */
function longestAge(name: string, secret: BrokerSecret | undefined, age: SecretAge): number {
  if (age === 'now' || (!secret && !isNextName(name))) return nowMilliseconds
  return age === 'recent' ? recentMilliseconds : Number.POSITIVE_INFINITY
}

/**
 * Starts to read the secrets that every vend needs, so the first vend doesn't wait for them. A failure is left to the
 * caller that needs the secret.
 */
export function preloadSecrets(secrets: BrokerSecrets, environments: Iterable<Environment>): void {
  const developerTokens = [...environments].map(developerTokenName)
  for (const name of [sealingKeysName, ...developerTokens.flatMap((each) => [each, nextSecretName(each)])])
    secrets.read(name).catch(() => undefined)
}

/**
 * Files end with a line break, and pasted text may begin with a space. Sealing keys are JSON and are read unchanged.
 */
function cutBlanks(secret: SecretVersion | undefined): SecretVersion | undefined {
  if (!secret || secret.name === sealingKeysName) return secret
  return { ...secret, value: new Secret(secret.value.expose().trim()) }
}
