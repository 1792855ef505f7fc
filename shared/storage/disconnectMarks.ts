import { addSeconds, type Clock, withTimeLimit } from '../clock.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { Vault } from '../domain/vault.ts'
import { type Environment, environments } from '../environment.ts'
import { Secret } from '../secret.ts'

/** The contents of a mark's tags. */
export interface MarkFromTags extends TenantName {
  readonly environment: Environment
  readonly disconnectedAt: Date
}

const prefix = 'disconnected-'
/** A vault of a lost region hangs; a refresh waits for marks for 2 seconds. */
const readOnlySeconds = 1.5

/**
 * Stores each tenant's mark in its own vault secret. The name of a deleted secret can't be used again for 90 days, so
 * a mark is never deleted: a later disconnect writes a new version, and an expired mark has no effect.
 * @param vaults the first one gets the marks; the others are only read, and hide no mark of the first if they fail.
 */
export function createDisconnectMarks(
  [own, ...readOnly]: readonly [Vault, ...Vault[]],
  clock: Clock,
  retentionSeconds: number,
): DisconnectMarks {
  const readFrom = async (vault: Vault, name: TenantName): Promise<Date | undefined> => {
    const secret = await vault.read(nameOf(name))
    const mark = secret && parseMark(secret)
    return mark && isInForce(mark, retentionSeconds, clock.now()) ? mark.disconnectedAt : undefined
  }
  return {
    async read(name) {
      const old = readOnly.map((vault) =>
        withTimeLimit(clock, readOnlySeconds, 'reading an old mark', () => readFrom(vault, name)),
      )
      const read = await Promise.allSettled([readFrom(own, name), ...old])
      const times = read.flatMap((each) => (each.status === 'fulfilled' ? (each.value?.getTime() ?? []) : []))
      if (times.length > 0) return new Date(Math.max(...times))
      const failed = read.find((each) => each.status === 'rejected')
      if (failed) throw failed.reason
      return undefined
    },
    async write({ workspace, tenant, environment }, disconnectedAt) {
      const marked = await readFrom(own, { workspace, tenant })
      if (marked && marked >= disconnectedAt) return
      const tags = { workspace, tenant, environment, disconnectedAt: disconnectedAt.toISOString() }
      const expiresOn = addSeconds(disconnectedAt, retentionSeconds)
      await own.write(nameOf({ workspace, tenant }), new Secret('disconnected'), { tags, expiresOn })
    },
  }
}

/** Reads a mark from a secret's name and tags; undefined for every other secret. */
export function parseMark({
  name,
  tags,
}: {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
}): MarkFromTags | undefined {
  const { workspace, tenant } = tags
  const environment = environments.find((each) => each === tags.environment)
  const disconnectedAt = new Date(tags.disconnectedAt ?? '')
  const isMark = name.startsWith(prefix) && !Number.isNaN(disconnectedAt.getTime())
  return isMark && workspace && tenant && environment
    ? { workspace, tenant, environment, disconnectedAt }
    : undefined
}

/** Whether a backup from before the disconnect can still exist. */
export function isInForce(
  { disconnectedAt }: Pick<MarkFromTags, 'disconnectedAt'>,
  retentionSeconds: number,
  now: Date,
): boolean {
  return now < addSeconds(disconnectedAt, retentionSeconds)
}

function nameOf(name: TenantName): string {
  return prefix + tenantKey(name)
}
