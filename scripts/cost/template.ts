import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

/** A resource of a snapshot of the template, as far as it's counted. */
interface Predicted {
  readonly type: string
  readonly name: string
  readonly properties: {
    readonly evaluationFrequency?: string
    /** Of an availability test: where it runs, and how many seconds apart. */
    readonly Locations?: readonly object[]
    readonly Frequency?: number
    /** Of a workspace. */
    readonly retentionInDays?: number
    /** Of a vault. */
    readonly softDeleteRetentionInDays?: number
    /** Of blobs that can be undeleted. */
    readonly deleteRetentionPolicy?: { readonly days?: number }
    /** Of a lifecycle rule. */
    readonly policy?: {
      readonly rules: readonly {
        readonly definition: {
          readonly actions: {
            readonly baseBlob: { readonly delete: { readonly daysAfterCreationGreaterThan: number } }
          }
        }
      }[]
    }
  }
}

const parse = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const snapshotOf = (parameters: string) =>
  parse(`infra/snapshots/${parameters}.snapshot.json`).predictedResources as readonly Predicted[]
const compiled: {
  readonly variables: { readonly carriedRequests: Readonly<Record<'512' | '2048' | '4096', number>> }
} = parse('infra/main.json')
const plain = snapshotOf('main')
/** With everything switched on: private networking, backups, and several grant vaults. */
const full = snapshotOf('private')
const vaultType = 'Microsoft.KeyVault/vaults'
const ofType = (resources: readonly Predicted[], type: string) =>
  resources.filter((resource) => resource.type === type)

/** What the template creates and sets, counted from its snapshots. */
export const template = {
  alerts: countAlerts(),
  /** Runs a second of the availability test of `/health`, from all its places. */
  availabilityRunsPerSecond: countAvailabilityRuns(),
  vaults: ofType(plain, vaultType).length,
  /** Days for which a deleted secret, or a deleted vault, can be recovered. */
  recoverableDays: Math.min(
    ...ofType(plain, vaultType).map(({ properties }) => properties.softDeleteRetentionInDays ?? 0),
  ),
  diagnosticSettings: ofType(plain, 'Microsoft.Insights/diagnosticSettings').length,
  /** Days for which application logs and vault audit are kept. */
  keptLogDays: ofType(plain, 'Microsoft.OperationalInsights/workspaces')[0]?.properties.retentionInDays ?? 0,
  backups: countBackupDays(),
  privateNetworking: countEndpoints(),
  /** HTTP requests that one instance takes at once unless `httpConcurrency` is set, by its memory in MB. */
  httpConcurrency: compiled.variables.carriedRequests,
} as const

/** Log alerts by how often they're evaluated: every 5 minutes, or every 15 minutes or less often. */
function countAlerts(): { readonly slow: number; readonly fast: number } {
  const rules = ofType(plain, 'Microsoft.Insights/scheduledQueryRules')
  const fast = rules.filter(({ properties }) => properties.evaluationFrequency === 'PT5M').length
  return { slow: rules.length - fast, fast }
}

function countAvailabilityRuns(): number {
  const { Locations = [], Frequency = 1 } = ofType(plain, 'Microsoft.Insights/webtests')[0]?.properties ?? {}
  return Locations.length / Frequency
}

/** Days until the lifecycle rule deletes a backup, and then until it can no longer be undeleted. */
function countBackupDays(): { readonly kept: number; readonly undeletable: number } {
  const [rule] = ofType(full, 'Microsoft.Storage/storageAccounts/managementPolicies')
  const blobs = ofType(full, 'Microsoft.Storage/storageAccounts/blobServices').find(
    ({ name }) => name === rule?.name,
  )
  const actions = rule?.properties.policy?.rules[0]?.definition.actions
  return {
    kept: actions?.baseBlob.delete.daysAfterCreationGreaterThan ?? Number.NaN,
    undeletable: blobs?.properties.deleteRetentionPolicy?.days ?? Number.NaN,
  }
}

/** Private endpoints and zones with one grant vault and without backups; a further vault adds one, and so do backups. */
function countEndpoints(): { readonly endpoints: number; readonly zones: number } {
  const furtherVaults = ofType(full, vaultType).length - 2
  const backupAccounts = ofType(full, 'Microsoft.Storage/storageAccounts').length - 1
  const all = ofType(full, 'Microsoft.Network/privateEndpoints').length
  return {
    endpoints: all - furtherVaults - backupAccounts,
    zones: ofType(full, 'Microsoft.Network/privateDnsZones').length,
  }
}
