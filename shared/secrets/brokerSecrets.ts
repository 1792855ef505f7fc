import { type Clock, within } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import type { Vault } from '../domain/vault.ts'
import type { Environment, IdentityProvider } from '../environment.ts'

/** One of the broker's own secrets, as last read. */
export interface BrokerSecret {
  readonly value: string
  readonly version: string
  readonly expiresOn?: Date
}

/** The broker's own secrets, remembered for a while. */
export interface BrokerSecrets {
  /** @param options.fresh asks the vault, whatever is remembered; still at most once a second. */
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

/** Secrets are read again after five minutes: the vault's advice is to cache (overview-throttling.md). */
const rememberedMilliseconds = 300_000
/** Within its last minutes a secret is renewed in the background. */
const renewedMilliseconds = 240_000
/** A vault that just failed is asked in the background, so callers don't wait for it again. */
const outMilliseconds = 10_000
/** A caller who has something to go on with waits no longer for the vault; one who doubts it, a little longer. */
const patienceSeconds = { usual: 2, fresh: 5 }
const freshMilliseconds = 1000

/**
 * Reads the broker's own secrets from its vault. While the vault does not answer, or not soon, what was read before is
 * used on, also that there was none: a vault outage alone stops no vend.
 */
export function createBrokerSecrets(vault: Vault, clock: Clock): BrokerSecrets {
  const remembered = new Map<string, { secret: BrokerSecret | undefined; readAt: number }>()
  const failedAt = new Map<string, number>()
  const coalesce = createCoalesce<BrokerSecret | undefined>()
  const noteFailure = (name: string) => failedAt.set(name, clock.now().getTime())
  const readNow = async (name: string): Promise<BrokerSecret | undefined> => {
    const known = remembered.get(name)
    try {
      const secret = await vault.read(name)
      remembered.set(name, { secret, readAt: clock.now().getTime() })
      failedAt.delete(name)
      return secret
    } catch (error) {
      noteFailure(name)
      if (!known) throw error
      return known.secret
    }
  }
  return {
    async read(name, options = {}) {
      const known = remembered.get(name)
      const renewed = () => coalesce(name, () => readNow(name))
      if (!known) return renewed()
      const now = clock.now().getTime()
      const age = now - known.readAt
      // A missing secret is looked for again soon: someone is just setting it.
      const limit = options.fresh || !known.secret ? freshMilliseconds : rememberedMilliseconds
      const isOut = !options.fresh && now - (failedAt.get(name) ?? Number.NEGATIVE_INFINITY) < outMilliseconds
      if (age < limit || isOut) {
        if (age >= renewedMilliseconds || isOut) renewed().catch(() => undefined)
        return known.secret
      }
      const seconds = options.fresh ? patienceSeconds.fresh : patienceSeconds.usual
      return within(clock, seconds, 'reading a secret again', renewed).catch(() => {
        noteFailure(name)
        return known.secret
      })
    },
  }
}
