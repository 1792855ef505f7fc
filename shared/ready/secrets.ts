import { TimeLimitError, withTimeLimit } from '../clock.ts'
import type { SecretVersion } from '../domain/vault.ts'
import { daysUntil } from '../operations/expiry.ts'
import { nextSecretName, sealingKeysName } from '../secrets/brokerSecrets.ts'
import { requiredSecretNames } from '../secrets/names.ts'
import { readSealingKeyIds, SealingKeySetError } from '../secrets/sealingKeys.ts'
import { endOfSecret } from '../secrets/secretEnd.ts'
import { findSecretFault } from '../secrets/wellFormed.ts'
import { checkSeconds, type Finding, type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { resolutionsOf, resourceName } from './resolutions.ts'

/** Checks every secret that the settings require, and the `…-next` secret of those being rotated. */
export async function checkSecrets(broker: ReadyDependencies): Promise<ReadinessCheck[]> {
  const names = requiredSecretNames(broker.config)
  const checks = await Promise.all(names.map((name) => checkWithNext(broker, name)))
  return checks.flat()
}

async function checkWithNext(broker: ReadyDependencies, name: string): Promise<ReadinessCheck[]> {
  const { clock, config, vaults } = broker
  const resolutions = resolutionsOf(config, config.vault.url, 'Key Vault Secrets User')
  const subject = (secret: string) => ({
    ...{ name: `secret ${secret}`, clock, resolutions },
    host: vaults.main.host,
  })
  const nextName = nextSecretName(name)
  let present: boolean | undefined
  const [current, next] = await Promise.all([
    runCheck(subject(name), () => lookAt(broker, name)),
    runCheck(subject(nextName), async () => {
      const secret = await vaults.main.read(nextName)
      present = secret !== undefined
      return secret ? judge(broker, name, secret) : { ok: true, detail: 'is not there' }
    }),
  ])
  // Whatever keeps both from being read is told once.
  return (present ?? current.ok) ? [current, next] : [current]
}

async function lookAt(broker: ReadyDependencies, name: string): Promise<Finding> {
  const { vaults } = broker
  if (name === sealingKeysName) return lookAtSealingKeys(broker)
  const [secret, refused] = await Promise.all([vaults.main.read(name), readRefused(broker, name)])
  if (!secret) return explainAbsence(broker, name, setSecret(broker, name))
  if (refused?.version === secret.version) {
    const detail = `has been refused since ${refused.since}; the next one is in use`
    return { ok: false, detail, resolution: `Make the next one the current one: ${setSecret(broker, name)}` }
  }
  return judge(broker, name, secret)
}

/** Which version is refused is in the tables. If they hang, their own checks say so, and the vault isn't blamed. */
function readRefused({ clock, secretHealth }: ReadyDependencies, name: string) {
  return withTimeLimit(clock, checkSeconds / 2, name, () => secretHealth.refused(name)).catch(
    (error: unknown) => {
      if (error instanceof TimeLimitError) return undefined
      throw error
    },
  )
}

/** A deleted or disabled secret keeps its name and takes no new version, so each has its own fix. */
async function explainAbsence(
  { config, vaults }: ReadyDependencies,
  name: string,
  create: string,
): Promise<Finding> {
  // Without the right to see deleted secrets, it counts as missing, and the fix includes both ways.
  const absence = await vaults.main.whyAbsent(name).catch(() => undefined)
  const of = `--vault-name ${resourceName(config.vault.url)} --name ${name}`
  const recover = `az keyvault secret recover ${of}`
  if (absence === 'deleted') return { ok: false, detail: 'is deleted', resolution: recover }
  if (absence === 'disabled')
    return {
      ok: false,
      detail: 'is disabled',
      resolution: `az keyvault secret set-attributes ${of} --enabled true`,
    }
  const resolution = absence ? create : `${create}; if it was deleted: ${recover}`
  return { ok: false, detail: 'is missing', resolution }
}

async function lookAtSealingKeys(broker: ReadyDependencies): Promise<Finding> {
  const { clock, config, vaults } = broker
  const resolution = `npm run rotate-sealing-key -- --vault ${config.vault.url}`
  try {
    const keys = await readSealingKeyIds({ vault: vaults.main, clock })
    if (!keys) return explainAbsence(broker, sealingKeysName, resolution)
    // Its expiry date isn't judged: a policy asked for it, and the keys work beyond it.
    return { ok: true, detail: `is present; ${keys.older.length} older key(s) beside the one that seals` }
  } catch (error) {
    if (!(error instanceof SealingKeySetError)) throw error
    return {
      ok: false,
      detail: 'isn’t a JWK set',
      resolution: `az keyvault secret list-versions --vault-name ${resourceName(config.vault.url)} --name ${sealingKeysName} --output table (docs/runbooks/sealing-key-rotation.md)`,
    }
  }
}

/** @param name of the current secret; the checked one may be the next one. */
function judge(broker: ReadyDependencies, name: string, secret: SecretVersion): Finding {
  const fault = findSecretFault(secret.name, secret.value)
  if (fault) return { ok: false, detail: fault, resolution: setSecret(broker, secret.name) }
  const end = endOfSecret(secret)
  if (!end) return { ok: true, detail: 'is present; it has no expiry date' }
  const what = end.of === 'certificate' ? 'its certificate' : 'it'
  const daysLeft = daysUntil(end.at, broker.clock.now())
  if (daysLeft >= 0) return { ok: true, detail: `is present; ${what} expires in ${daysLeft} days` }
  const day = end.at.toISOString().slice(0, 10)
  const detail = end.of === 'certificate' ? `its certificate expired on ${day}` : `expired on ${day}`
  return { ok: false, detail, resolution: setSecret(broker, nextSecretName(name)) }
}

function setSecret({ config }: ReadyDependencies, name: string): string {
  return `az keyvault secret set --vault-name ${resourceName(config.vault.url)} --name ${name} --file <file> --expires <date> --output none`
}
