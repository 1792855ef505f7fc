import { type BrokerSecret, type BrokerSecrets, nextSecretName } from './brokerSecrets.ts'
import type { SecretHealth } from './secretHealth.ts'
import { findSecretFault } from './wellFormed.ts'

/** What choosing among a secret and its next one needs. */
export interface InUseDependencies {
  readonly secrets: BrokerSecrets
  readonly secretHealth: Pick<SecretHealth, 'order'>
}

/** A secret as it is used: the current one and, while it is rotated, the next one. */
export interface SecretsInUse {
  /** Best first; empty when the vault has none that can be used. */
  readonly usable: readonly BrokerSecret[]
  /** A sentence that names the secret and never its value; only where nothing is usable because of what it says. */
  readonly malformed?: string
}

/** Reads a secret and the next one. What is malformed is left out, so that it does not stand in the way of the other. */
export async function readSecretsInUse(
  { secrets, secretHealth }: InUseDependencies,
  name: string,
  options?: { fresh: boolean },
): Promise<SecretsInUse> {
  const names = [name, nextSecretName(name)]
  const read = await Promise.all(
    names.map(async (each) => ({ each, secret: await secrets.read(each, options) })),
  )
  const present = read.flatMap(({ each, secret }) =>
    secret ? [{ each, secret, fault: findSecretFault(each, secret.value) }] : [],
  )
  const sound = present.filter(({ fault }) => !fault).map(({ secret }) => secret)
  if (sound.length > 0) return { usable: await secretHealth.order(name, sound) }
  const [first] = present
  return { usable: [], ...(first && { malformed: `The vault secret ${first.each} ${first.fault}.` }) }
}
