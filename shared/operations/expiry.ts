import { type Clock, secondsUntil } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { SecretVersion, Vault } from '../domain/vault.ts'
import { nextSecretName, sealingKeysName } from '../secrets/brokerSecrets.ts'
import { requiredSecretNames } from '../secrets/names.ts'
import { endOfSecret } from '../secrets/secretEnd.ts'

/** Days before expiry at which an event is recorded, once each. */
export const expiryThresholdDays = [1, 7, 30] as const

/** Dependencies of watching expiry. */
export interface ExpiryDependencies {
  readonly config: Config
  readonly vaults: { readonly main: Vault }
  readonly notes: BrokerNotes
  readonly clock: Clock
  readonly log: Log
}

/** Whole days until a secret ends; negative afterwards. */
export function daysUntil(end: Date, now: Date): number {
  return Math.floor(secondsUntil(end, now) / 86_400)
}

/**
 * Checks once a day (UTC) when the broker's own secrets end ({@link endOfSecret}). Logs each one with 30 days or less
 * every day, and records an event at 30, 7, and 1 days, once for each expiry date. All other calls are cheap: they read
 * one row.
 */
export async function watchExpiry(dependencies: ExpiryDependencies): Promise<void> {
  const { clock, config, notes, vaults } = dependencies
  const day = clock.now().toISOString().slice(0, 10)
  const last = await notes.read<{ day: string }>('expiry', 'last')
  if (last?.day === day) return
  // The sealing keys have an expiry date only for the sake of policies: they work beyond it.
  const expiring = requiredSecretNames(config).filter((name) => name !== sealingKeysName)
  for (const name of expiring.flatMap((n) => [n, nextSecretName(n)])) {
    const secret = await vaults.main.read(name)
    if (secret) await watchOne(dependencies, secret)
  }
  // Last, so the next run retries a day on which the vault failed.
  await notes.write('expiry', 'last', { day })
}

async function watchOne({ clock, log, notes }: ExpiryDependencies, secret: SecretVersion): Promise<void> {
  const now = clock.now()
  const end = endOfSecret(secret)
  if (!end) return
  const daysLeft = daysUntil(end.at, now)
  const thresholdDays = expiryThresholdDays.find((days) => daysLeft <= days)
  if (thresholdDays === undefined) return
  log('secret.expiring', { secret: secret.name, daysLeft, of: end.of })
  const expiresOn = end.at.toISOString()
  const at = now.toISOString()
  const key = `${secret.name}:${expiresOn.slice(0, 10)}:${thresholdDays}`
  if (await notes.createOnce('expiring', key, { at })) {
    await notes.addEvent({ type: 'secret.expiring', at, secret: secret.name, thresholdDays, expiresOn })
  }
}
