import { RestError } from '@azure/data-tables'
import type { SecretClient } from '@azure/keyvault-secrets'
import type { Log } from '../../../shared/domain/logEvents.ts'
import type { Vault } from '../../../shared/domain/vault.ts'
import { createVault } from '../../../shared/storage/vault.ts'
import { callMilliseconds, createLimit, type Limit, latency, vaultLimits } from './limits.ts'
import { nameOf } from './tenantNumbers.ts'
import type { VirtualTime } from './virtualTime.ts'

/** Vaults that throttle, with their measurements. */
export interface LimitedVaults {
  /** The broker's own client for each, with its retries. */
  readonly vaults: readonly Vault[]
  /** The number of requests that got 429. */
  throttled(): number
  /** The most new versions in one vault in ten seconds. */
  maxWrites(): number
}

/** Options of the vaults. */
export interface VaultGround {
  readonly time: VirtualTime
  readonly fraction: () => number
  readonly log: Log
  /** Tenants are numbered; a grant's secret is named after its tenant's number ({@link secretNameOf}). */
  readonly tenants: number
}

const throttledMilliseconds = 5

/** The secret of a tenant's grant, by the tenant's number. */
export const secretNameOf = (number: number): string => `grant-${number}`

/** Creates the vaults of one subscription. Each secret starts with one version. */
export function createLimitedVaults(count: number, ground: VaultGround): LimitedVaults {
  const { time, log, tenants } = ground
  const limit = (most: number) => createLimit(most, vaultLimits.seconds, time.now)
  const subscription = {
    writes: limit(vaultLimits.writes * vaultLimits.subscriptionTimes),
    reads: limit(vaultLimits.reads * vaultLimits.subscriptionTimes),
  }
  const versions = new Uint32Array(tenants).fill(1)
  const limits = Array.from({ length: count }, () => ({
    writes: limit(vaultLimits.writes),
    reads: limit(vaultLimits.reads),
  }))
  const clients = limits.map(({ writes, reads }, index) =>
    createClient(`https://grants${index}.vault.example`, ground, versions, {
      writes: [writes, subscription.writes],
      reads: [reads, subscription.reads],
    }),
  )
  const all = [...limits.flatMap(({ writes, reads }) => [writes, reads]), ...Object.values(subscription)]
  return {
    vaults: clients.map((client) => createVault(client, log)),
    throttled: () => all.reduce((sum, one) => sum + one.refused(), 0),
    maxWrites: () => Math.max(0, ...limits.map(({ writes }) => writes.peak())),
  }
}

/** No expiry date is renewed in the hours that are simulated. */
const neverNear = new Date('9999-01-01T00:00:00Z')

interface Limits {
  readonly writes: readonly Limit[]
  readonly reads: readonly Limit[]
}

/** The part of the SDK's client that {@link createVault} calls for a grant. */
function createClient(
  vaultUrl: string,
  { time, fraction }: VaultGround,
  versions: Uint32Array,
  { writes, reads }: Limits,
): SecretClient {
  const pass = async (limits: readonly Limit[], [least, mean]: readonly [number, number]) => {
    if (!limits.every((limit) => limit.take())) {
      await time.wait(throttledMilliseconds)
      throw new RestError('Throttled', { statusCode: 429, code: 'Throttled' })
    }
    await time.wait(latency(least, mean, fraction()))
  }
  const numberOf = (name: string) => Number(name.slice(secretNameOf(0).length - 1))
  const secret = (name: string, version: number) => {
    const tags = { ...nameOf(numberOf(name)), environment: 'production', identityProvider: 'microsoft' }
    return { name, value: 'rt', properties: { version: String(version), tags, expiresOn: neverNear } }
  }
  const client: Pick<SecretClient, 'vaultUrl'> & Record<'getSecret' | 'setSecret', unknown> = {
    vaultUrl,
    async getSecret(name: string, { version }: { version?: string } = {}) {
      await pass(reads, callMilliseconds.vaultRead)
      return secret(name, version === undefined ? (versions[numberOf(name)] ?? 0) : Number(version))
    },
    async setSecret(name: string) {
      await pass(writes, callMilliseconds.vaultWrite)
      const version = (versions[numberOf(name)] ?? 0) + 1
      versions[numberOf(name)] = version
      return secret(name, version)
    },
  }
  return client as unknown as SecretClient
}
