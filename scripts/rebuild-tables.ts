import { pMapIterable } from 'p-map'
import type { Broker } from '../shared/broker.ts'
import { isDamaged } from '../shared/domain/damagedRow.ts'
import type { TenantName } from '../shared/domain/tenant.ts'
import { tenantKey } from '../shared/domain/tenantKey.ts'
import {
  findTaggedGrants,
  type RebuildOutcome,
  rebuildTenant,
  repair,
  type TaggedGrant,
} from '../shared/operations/rebuild.ts'
import { walkTenants } from '../shared/operations/tenantWalk.ts'
import { tableNames } from '../shared/storage/clients.ts'
import { guarded } from '../shared/storage/unavailable.ts'
import { createProgress, openBroker, parseOptions, run, toText } from './commandLine.ts'
import { rebuildOptions } from './options.ts'

/** Concurrent refreshes. Each tenant costs a refresh and a discovery. */
const concurrency = 4

/** What a rebuild did, or with a dry run would look at. */
export interface RebuildReport {
  readonly counts: Readonly<
    Partial<Record<RebuildOutcome | 'failed' | 'missing' | 'damaged' | 'repaired', number>>
  >
  /** Tenants that did not end as `present` or `connected`. */
  readonly attention: readonly {
    readonly workspace: string
    readonly tenant: string
    readonly outcome: string
  }[]
}

/** Makes the tables that are missing; those that are there are left alone. */
export async function createMissingTables({ tables }: Pick<Broker, 'tables'>): Promise<void> {
  for (const name of tableNames) {
    await guarded('tables', () => tables[name].createTable())
  }
}

/** Rebuilds every tenant that the vaults' tags name; nothing is written in a dry run. */
export async function rebuildTables(
  broker: Broker,
  tagged: readonly TaggedGrant[][],
  dryRun: 'dryRun' | 'write',
  onTenant: (counts: Readonly<Record<string, number>>) => void = () => {},
): Promise<RebuildReport> {
  const counts: Record<string, number> = {}
  const attention: { workspace: string; tenant: string; outcome: string }[] = []
  const work = async (grants: readonly TaggedGrant[]) => ({
    owner: grants[0]!.owner,
    outcome: await (dryRun === 'dryRun' ? lookAt(broker, grants) : rebuildTenant(broker, grants)).catch(
      () => 'failed' as const,
    ),
  })
  const outcomes = pMapIterable(tagged, work, { concurrency, backpressure: concurrency * 4 })
  for await (const { owner, outcome } of outcomes) {
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome !== 'present' && outcome !== 'connected')
      attention.push({ workspace: owner.workspace, tenant: owner.tenant, outcome })
    onTenant(counts)
  }
  const isTagged = new Set(tagged.flatMap(([newest]) => (newest ? tenantKey(newest.owner) : [])))
  for await (const name of walkTenants(broker.tables)) {
    if (isTagged.has(tenantKey(name))) continue
    const outcome = await repairIfDamaged(broker, name, dryRun).catch(() => 'failed' as const)
    if (!outcome) continue
    counts[outcome] = (counts[outcome] ?? 0) + 1
    attention.push({ ...name, outcome })
  }
  return { counts, attention }
}

/** Repairs a damaged row that no vault secret is tagged with. Without a sound grant, its advertiser must sign in again. */
async function repairIfDamaged(
  broker: Broker,
  name: TenantName,
  dryRun: 'dryRun' | 'write',
): Promise<'damaged' | 'repaired' | undefined> {
  const row = await broker.tenants.inspect(name)
  if (!row || !isDamaged(row)) return undefined
  if (dryRun === 'dryRun') return 'damaged'
  await repair(broker, row)
  return 'repaired'
}

async function lookAt(
  { grantServices }: Broker,
  [newest]: readonly TaggedGrant[],
): Promise<'present' | 'missing' | 'damaged'> {
  const stored = newest && (await grantServices.tenants.inspect(newest.owner))
  if (stored && isDamaged(stored)) return 'damaged'
  return stored?.tenant.grant ? 'present' : 'missing'
}

async function command(): Promise<number> {
  const options = parseOptions(rebuildOptions)
  const broker = await openBroker(options.settings)
  const dryRun = options['dry-run'] ? 'dryRun' : 'write'
  if (dryRun === 'write') await createMissingTables(broker)
  const tagged = await findTaggedGrants(broker.vaults.grants)
  const progress = createProgress(
    dryRun === 'dryRun' ? 'Looking at tenants' : 'Rebuilding tenants',
    tagged.length,
  )
  const report = await rebuildTables(broker, tagged, dryRun, progress.step).finally(progress.stop)
  console.log(toText(report.counts) || 'The vaults hold no grants.')
  for (const { workspace, tenant, outcome } of report.attention)
    console.log(`${outcome}\t${workspace}\t${tenant}`)
  return report.counts.failed || report.counts.unclear ? 1 : 0
}

if (import.meta.main) await run(command)
