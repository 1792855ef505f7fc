import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { addSeconds, type Clock, type Randomness, secondsUntil } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Vault } from '../domain/vault.ts'
import { Secret } from '../secret.ts'
import { sealingKeysName } from './brokerSecrets.ts'

/**
 * The vault secret `sealing-keys`: the first key seals, all keys open. `iat` is when a key was made, in epoch seconds.
 */
const keySet = z.object({
  keys: z.array(
    z.looseObject({ kty: z.literal('oct'), kid: z.string(), k: z.string(), iat: z.number().optional() }),
  ),
})

/** Dependencies of changing the key set. */
export interface SealingKeyDependencies {
  readonly vault: Vault
  readonly clock: Clock
  readonly randomness: Randomness
  readonly config: SecretExpiryConfig
}

/** When the secrets that the broker makes for itself expire. */
export type SecretExpiryConfig = Pick<Config, 'secretExpiryDays'>

/** The key ids of the set, the sealing key first. */
export interface SealingKeyIds {
  readonly sealing: string
  readonly older: readonly string[]
}

/** The secret exists but isn't a JWK set; it's never overwritten. */
export class SealingKeySetError extends Error {}

/** Processes remember the key set for five minutes; after twice that time, no process seals with an older key. */
export const propagationSeconds = 600

/**
 * Puts a new 256-bit key first in the set, and creates the secret if it's missing. Text that older keys sealed can
 * still be opened. For one operator at a time: if two run this in the same second, one key is lost unused.
 */
export async function addSealingKey(dependencies: SealingKeyDependencies): Promise<SealingKeyIds> {
  const { vault, clock, randomness, config } = dependencies
  const older = (await readKeys(vault)) ?? []
  const kid = randomness.identifier()
  const iat = Math.floor(clock.now().getTime() / 1000)
  const key = { kty: 'oct' as const, kid, k: randomBytes(32).toString('base64url'), iat }
  await vault.write(sealingKeysName, toSecret([key, ...older]), { expiresOn: expiryOf(config, clock) })
  return { sealing: kid, older: older.map((each) => each.kid) }
}

/**
 * The current keys, and whether older ones can be dropped.
 * @returns undefined when the secret is missing; `settled` is false while a process may still seal with an older key.
 */
export async function readSealingKeyIds({
  vault,
  clock,
}: Pick<SealingKeyDependencies, 'vault' | 'clock'>): Promise<
  (SealingKeyIds & { settled: boolean }) | undefined
> {
  const keys = await readKeys(vault)
  const [first, ...older] = keys ?? []
  if (!first) return undefined
  const madeAt = new Date((first.iat ?? 0) * 1000)
  const settled = secondsUntil(clock.now(), madeAt) >= propagationSeconds
  return { sealing: first.kid, older: older.map(({ kid }) => kid), settled }
}

/** Drops every key except the sealing one. Text that an older key sealed is lost, so it must be resealed first. */
export async function dropOlderSealingKeys(
  { vault, clock, config }: Omit<SealingKeyDependencies, 'randomness'>,
  sealing: string,
): Promise<void> {
  const [first] = (await readKeys(vault)) ?? []
  if (first?.kid !== sealing)
    throw new SealingKeySetError('The key set changed in the meantime, so nothing was removed.')
  await vault.write(sealingKeysName, toSecret([first]), { expiresOn: expiryOf(config, clock) })
}

/** The expiry date of a secret that is written now. */
export function expiryOf({ secretExpiryDays }: SecretExpiryConfig, clock: Pick<Clock, 'now'>): Date {
  return addSeconds(clock.now(), secretExpiryDays * 86_400)
}

function toSecret(keys: readonly object[]): Secret {
  return new Secret(JSON.stringify({ keys }))
}

async function readKeys(vault: Vault) {
  const secret = await vault.read(sealingKeysName)
  if (!secret) return undefined
  const parsed = keySet.safeParse(parseJson(secret.value.expose()))
  if (!parsed.success)
    throw new SealingKeySetError(
      `The vault secret ${sealingKeysName} isn’t a JWK set. Recover an older version.`,
    )
  return parsed.data.keys
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
