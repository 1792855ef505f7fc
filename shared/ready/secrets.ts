import type { Broker } from '../broker.ts'
import { daysLeftOf } from '../secrets/expiry.ts'
import { requiredSecretNames } from '../secrets/names.ts'
import { readSealingKeyIds, SealingKeySetError } from '../secrets/sealingKeys.ts'
import { sealingKeysName } from '../storage/brokerSecrets.ts'
import type { SecretVersion } from '../storage/vault.ts'
import { explained, type Finding, type ReadinessCheck } from './checks.ts'

/** Looks at every secret that the settings call for, and at the `…-next` of those that are being rotated. */
export async function checkSecrets(broker: Broker): Promise<ReadinessCheck[]> {
  const names = requiredSecretNames(broker.config)
  const checks = await Promise.all(names.map((name) => checkWithNext(broker, name)))
  return checks.flat()
}

async function checkWithNext(broker: Broker, name: string): Promise<ReadinessCheck[]> {
  const { vaults } = broker
  const current = await explained(`secret ${name}`, () => lookAt(broker, name))
  const next = await vaults.main.read(`${name}-next`).catch(() => undefined)
  if (!next) return [current]
  return [current, { name: `secret ${name}-next`, ...judgeExpiry(next, broker.clock.now()) }]
}

async function lookAt(broker: Broker, name: string): Promise<Finding> {
  const { clock, standings, vaults } = broker
  if (name === sealingKeysName) return lookAtSealingKeys(broker)
  const secret = await vaults.main.read(name)
  if (!secret) return { ok: false, detail: 'is missing', mend: setSecret(broker, name) }
  const refused = await standings.refused(name)
  if (refused?.version === secret.version) {
    const detail = `is refused since ${refused.since}; the next one is in use`
    return { ok: false, detail, mend: `Make the next one the current one: ${setSecret(broker, name)}` }
  }
  return judgeExpiry(secret, clock.now())
}

async function lookAtSealingKeys({ clock, vaults }: Broker): Promise<Finding> {
  const mend = 'npm run rotate-sealing-key'
  try {
    const keys = await readSealingKeyIds({ vault: vaults.main, clock })
    if (!keys) return { ok: false, detail: 'is missing', mend }
    return { ok: true, detail: `is present; ${keys.older.length} older key(s) beside the one that seals` }
  } catch (error) {
    if (!(error instanceof SealingKeySetError)) throw error
    return {
      ok: false,
      detail: 'is not a JWK set',
      mend: 'Recover an older version of it, then: npm run doctor',
    }
  }
}

function judgeExpiry(secret: SecretVersion, now: Date): Finding {
  const daysLeft = daysLeftOf(secret, now)
  if (daysLeft === undefined) return { ok: true, detail: 'is present; it has no expiry date' }
  if (daysLeft >= 0) return { ok: true, detail: `is present; it expires in ${daysLeft} days` }
  const mend = `Put a new one into the vault as ${secret.name.replace(/-next$/, '')}-next (docs/runbooks).`
  return { ok: false, detail: `expired on ${secret.expiresOn?.toISOString().slice(0, 10)}`, mend }
}

function setSecret({ config }: Broker, name: string): string {
  const vault = new URL(config.vault.url).hostname.split('.')[0]
  return `az keyvault secret set --vault-name ${vault} --name ${name} --file <file> --expires <date>`
}
