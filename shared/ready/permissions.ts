import {
  type IdentityReason,
  IdentityUnavailableError,
  identityResolution,
} from '../domain/identityUnavailable.ts'
import { isTableMissing, StorageUnavailableError } from '../domain/storageUnavailable.ts'
import { Secret } from '../secret.ts'
import { expiryOf } from '../secrets/sealingKeys.ts'
import { type TableName, tableNames } from '../storage/clients.ts'
import { onRow } from '../storage/unavailable.ts'
import { codeAndStatus, type Finding, type ReadinessCheck, runCheck } from './checks.ts'
import type { ReadyDependencies } from './dependencies.ts'
import { checkHostStorage } from './hostStorage.ts'
import { resolutionsOf, resourceName } from './resolutions.ts'

/** No row has this name: reading and deleting it needs the rights and changes nothing. */
const probeName = 'readiness-probe'

const vaultScope = 'https://vault.azure.net/.default'

/** Checks identity, tables, vaults, and the host's storage, by accessing names that don't exist. */
export async function checkPermissions(broker: ReadyDependencies): Promise<ReadinessCheck[]> {
  const [checks, hostStorage] = await Promise.all([
    Promise.all([
      checkIdentity(broker),
      ...tableNames.map((name) => checkTable(broker, name)),
      ...broker.vaults.grants.map((vault, index) => checkGrantVault(broker, vault, index)),
    ]),
    checkHostStorage(broker),
  ])
  return [...checks, ...hostStorage]
}

function checkIdentity({ clock, config, credential }: ReadyDependencies): Promise<ReadinessCheck> {
  const fix = (reason?: IdentityReason) =>
    identityResolution(reason, config.host.app, config.host.resourceGroup)
  const resolutions = { refused: fix(), disallowed: fix(), unreachable: fix('identity_silent') }
  const fault = (why: string, reason?: IdentityReason): Finding => {
    return { ok: false, detail: `gives no token: ${why}`, resolution: fix(reason) }
  }
  return runCheck({ name: 'identity', clock, resolutions }, () =>
    credential.getToken(vaultScope).then(
      (token): Finding => (token ? { ok: true, detail: 'gives tokens' } : fault('nothing came')),
      (error: unknown) => {
        if (error instanceof IdentityUnavailableError) return fault(codeAndStatus(error), error.reason)
        return fault(error instanceof StorageUnavailableError ? codeAndStatus(error) : 'unknown')
      },
    ),
  )
}

function checkTable({ clock, config, tables }: ReadyDependencies, name: TableName): Promise<ReadinessCheck> {
  const resolutions = resolutionsOf(config, config.tables.endpoint, 'Storage Table Data Contributor')
  return runCheck({ name: `table ${name}`, clock, resolutions }, async () => {
    try {
      await onRow(() => tables[name].getEntity(probeName, probeName), { absent: undefined })
      await onRow(() => tables[name].deleteEntity(probeName, probeName), { absent: undefined })
      return { ok: true, detail: 'can be read and written' }
    } catch (error) {
      if (!isTableMissing(error)) throw error
      return { ok: false, detail: 'does not exist', resolution: makeTable(config, name) }
    }
  })
}

/** Tables that the vaults can restore. While `Tenants` is new and empty, sweeps take due rows for leftovers. */
const rebuilt: readonly TableName[] = ['Tenants', 'TenantsByWorkspace', 'RefreshDue']

function makeTable({ tables: { endpoint, prefix } }: ReadyDependencies['config'], name: TableName): string {
  if (!endpoint) return 'npm run stack'
  const make = `az storage table create --auth-mode login --account-name ${resourceName(endpoint)} --name ${prefix}${name}`
  return rebuilt.includes(name)
    ? `docs/runbooks/rebuild-tables.md; only if the broker never had a tenant: ${make}`
    : `${make} (docs/runbooks/table-missing.md)`
}

/**
 * Writing the probe's secret proves the right to write. The first time, it's created and deleted immediately; after
 * that, while Key Vault keeps the deleted secret (90 days), the name is taken and the answer is 409: allowed, but
 * nothing written (rights are checked first, or the answer would reveal which names are taken). So a vault has at most
 * one deleted probe, and versions don't accumulate.
 */
function checkGrantVault(
  { clock, config }: ReadyDependencies,
  vault: ReadyDependencies['vaults']['main'],
  index: number,
): Promise<ReadinessCheck> {
  const { grantUrls, readOnlyGrantUrls } = config.vault
  const url = [...grantUrls, ...readOnlyGrantUrls][index]
  const resolutions = resolutionsOf(config, url, 'Key Vault Secrets Officer')
  return runCheck({ name: `vault ${vault.host}`, clock, resolutions }, async (): Promise<Finding> => {
    await vault.read(probeName)
    if (vault.isReadOnly) return { ok: true, detail: 'can be read (READ_ONLY_GRANT_VAULT_URLS)' }
    await vault
      .write(probeName, new Secret('nothing'), { expiresOn: expiryOf(config, clock) })
      .catch((error: unknown) => {
        if (!(error instanceof StorageUnavailableError) || error.status !== 409) throw error
      })
    await vault.remove(probeName)
    return { ok: true, detail: 'can be read and written' }
  })
}
