import type { Clock } from '../clock.ts'
import type { DueIndex, DueRow } from '../domain/due.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { removeHint } from './removeHint.ts'

/** A due row, and the shard that it was read from. */
export interface ShardRow {
  readonly row: DueRow
  readonly shard: number
}

/** Tenants that one sweep met and whose accounts a sign-in left unread or unwritten. */
export interface UnfinishedAccounts {
  /** Adds a tenant, with one of the due rows that led to it. */
  add(tenant: Tenant, hint: ShardRow): void
  /** Forgets them all. Returns the shards in which they stay due. */
  passOn(): number[]
  /** Finishes them until then, one after the other. The due rows of the rest stay for the next sweep. */
  finish(until: Date): Promise<void>
}

/** Dependencies of finishing accounts. */
export interface UnfinishedDependencies {
  readonly clock: Clock
  readonly due: Pick<DueIndex, 'insert' | 'move' | 'remove'>
  /** Discovers what a sign-in left unread or unwritten. Returns whether that is everything. */
  readonly finishAccounts: (name: TenantName) => Promise<boolean>
}

/** The time of the next try to finish a tenant's accounts: a full hour, so that several hints become one. */
const finishEverySeconds = 3600

/** Creates an empty set of such tenants, for one sweep. */
export function createUnfinishedAccounts(dependencies: UnfinishedDependencies): UnfinishedAccounts {
  const { clock } = dependencies
  const unfinished = new Map<string, Unfinished>()
  return {
    add(tenant, hint) {
      const hints = unfinished.get(tenantKey(tenant))?.hints ?? []
      unfinished.set(tenantKey(tenant), { tenant, hints: [...hints, hint] })
    },
    passOn() {
      const shards = [...unfinished.values()].flatMap(({ hints }) => hints.map(({ shard }) => shard))
      unfinished.clear()
      return shards
    },
    async finish(until) {
      for (const each of unfinished.values()) {
        if (clock.now() >= until) return
        await finishOne(dependencies, each)
      }
    },
  }
}

interface Unfinished {
  readonly tenant: Tenant
  readonly hints: readonly ShardRow[]
}

/** One tenant's failure is no other's. Its hints stay for the next sweep. */
async function finishOne(
  { clock, due, finishAccounts }: UnfinishedDependencies,
  { hints, tenant }: Unfinished,
): Promise<void> {
  const isFinished = await finishAccounts(tenant).catch(() => undefined)
  if (isFinished === undefined) return
  for (const { row } of hints) {
    if (!isFinished) await due.insert({ ...row, dueAt: nextFullHour(clock.now()) })
    await removeHint(due, row, tenant)
  }
}

/** The first full hour that is at least half an hour away. */
function nextFullHour(now: Date): Date {
  const hour = finishEverySeconds * 1000
  return new Date(Math.ceil((now.getTime() + hour / 2) / hour) * hour)
}
