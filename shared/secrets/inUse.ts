import type { SecretAge } from '../domain/vault.ts'
import { type BrokerSecret, type BrokerSecrets, nextSecretName } from './brokerSecrets.ts'
import type { SecretHealth } from './secretHealth.ts'
import { findSecretFault } from './wellFormed.ts'

/** Dependencies of choosing between a secret and its next one. */
export interface InUseDependencies {
  readonly secrets: BrokerSecrets
  readonly secretHealth: Pick<SecretHealth, 'order'>
}

/** A secret's usable values: the current one and, during a rotation, the next one. */
export interface SecretsInUse {
  /** Best first; empty if the vault has no usable one. */
  readonly usable: readonly BrokerSecret[]
  /**
   * A sentence that names the secret, never its value; set only if nothing is usable because the value is malformed.
   */
  readonly malformed?: string
}

/** Reads a secret and the next one. A malformed value is left out, so it doesn't block the other. */
export async function readSecretsInUse(
  { secrets, secretHealth }: InUseDependencies,
  name: string,
  age?: SecretAge,
): Promise<SecretsInUse> {
  const names = [name, nextSecretName(name)]
  const read = await Promise.all(names.map(async (each) => ({ each, secret: await secrets.read(each, age) })))
  const present = read.flatMap(({ each, secret }) =>
    secret ? [{ each, secret, fault: findSecretFault(each, secret.value) }] : [],
  )
  const sound = present.filter(({ fault }) => !fault).map(({ secret }) => secret)
  if (sound.length > 0) return { usable: await secretHealth.order(name, sound) }
  const [first] = present
  return { usable: [], ...(first && { malformed: `The vault secret ${first.each} ${first.fault}.` }) }
}
