import { pMapIterable } from 'p-map'
import type { Broker } from '../shared/broker.ts'
import { isDamaged } from '../shared/domain/damagedRow.ts'
import { isEndedBy } from '../shared/domain/disconnectMarks.ts'
import { isTableMissing } from '../shared/domain/storageUnavailable.ts'
import type { TenantName } from '../shared/domain/tenant.ts'
import { tenantKey } from '../shared/domain/tenantKey.ts'
import {
  endMarkedTenant,
  type RebuildOutcome,
  rebuildTenant,
  repairTenant,
} from '../shared/operations/rebuild.ts'
import { planRebuild } from '../shared/operations/rebuildPlan.ts'
import { repairListing } from '../shared/operations/repairListing.ts'
import { findTagged, type TaggedGrant, type TaggedSecrets } from '../shared/operations/taggedSecrets.ts'
import { walkTenants } from '../shared/operations/tenantWalk.ts'
import type { MarkFromTags } from '../shared/storage/disconnectMarks.ts'
import { disconnectAgain } from '../shared/tenants/disconnect.ts'
import { createProgress, openBroker, parseOptions, run, toText } from './commandLine.ts'
import { createMissingTables } from './createMissingTables.ts'
import { asSoleWriter } from './soleWriter.ts'
import { tenantsAtOnce } from './tenantsAtOnce.ts'

/** The result of a rebuild, or the tenants that a dry run would check. */
export interface RebuildReport {
  readonly counts: Readonly<
    Partial<
      Record<RebuildOutcome | 'failed' | 'missing' | 'damaged' | 'repaired' | 'listed' | 'no_row', number>
    >
  >
  /** Tenants with results other than `present` or `connected`. */
  readonly attention: readonly {
    readonly workspace: string
    readonly tenant: string
    readonly outcome: string
  }[]
}

/**
 * Rebuilds every tenant that the vaults' tags name, and ends every other one that was disconnected after its consent;
 * {@link tenantsAtOnce} of them at once, and a tenant that fails is counted and named while the others go on. Then
 * makes the listing match the rows: a tenant that it lacked is `listed`, one that it names without a row `no_row`. It
 * can be interrupted and run again at any time. A dry run writes nothing.
 */
export async function rebuildTables(
  broker: Broker,
  { grants: tagged, marks }: TaggedSecrets,
  dryRun: 'dryRun' | 'write',
  onTenant: (counts: Readonly<Record<string, number>>) => void = () => {},
): Promise<RebuildReport> {
  const counts: Record<string, number> = {}
  const attention: { workspace: string; tenant: string; outcome: string }[] = []
  const tell = ({ workspace, tenant }: TenantName, outcome: string) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome !== 'present' && outcome !== 'connected') attention.push({ workspace, tenant, outcome })
  }
  const rebuild = dryRun === 'dryRun' ? lookAt : rebuildTenant
  const rebuilt = eachAtOnce(tagged, ([newest, ...older]) => ({
    name: newest!.owner,
    outcome: rebuild(broker, [newest!, ...older], marks.get(tenantKey(newest!.owner))),
  }))
  for await (const { name, outcome } of rebuilt) {
    tell(name, outcome)
    onTenant(counts)
  }
  const isTagged = new Set(tagged.flatMap(([newest]) => (newest ? tenantKey(newest.owner) : [])))
  const settled = eachAtOnce(walkRows(broker, dryRun, isTagged), (name) => ({
    name,
    outcome: settleRow(broker, {
      name,
      disconnectedAt: endMarkedTenant(broker, marks.get(tenantKey(name))),
      dryRun,
    }),
  }))
  for await (const { name, outcome } of settled) if (outcome) tell(name, outcome)
  await repairListing(broker.tables, dryRun, {
    isSpared: (key) => isTagged.has(key),
    onListed: (name) => tell(name, 'listed'),
    // The listing has only a hash of the workspace.
    onStranger: ({ partitionKey, tenant }) => tell({ workspace: partitionKey, tenant }, 'no_row'),
  }).catch((error: unknown) => {
    if (dryRun === 'write') throw error
    undefinedIfTableMissing(error)
  })
  return { counts, attention }
}

/** Works on items as they are read, some at once; the results are in the order of the items. */
function eachAtOnce<Item, Outcome>(
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => { readonly name: TenantName; readonly outcome: Promise<Outcome> },
): AsyncIterable<{ readonly name: TenantName; readonly outcome: Outcome | 'failed' }> {
  const settle = async (item: Item) => {
    const { name, outcome } = work(item)
    return { name, outcome: await outcome.catch(() => 'failed' as const) }
  }
  return pMapIterable(items, settle, { concurrency: tenantsAtOnce, backpressure: tenantsAtOnce * 4 })
}

/** The tenants without a tagged secret. A dry run creates no tables, so a missing one has no rows. */
async function* walkRows(
  { tables }: Pick<Broker, 'tables'>,
  dryRun: 'dryRun' | 'write',
  isTagged: ReadonlySet<string>,
) {
  try {
    for await (const name of walkTenants(tables)) if (!isTagged.has(tenantKey(name))) yield name
  } catch (error) {
    if (dryRun === 'write') throw error
    undefinedIfTableMissing(error)
  }
}

/** @throws the error, unless it says that a table is missing. */
function undefinedIfTableMissing(error: unknown): undefined {
  if (!isTableMissing(error)) throw error
}

interface Untagged {
  readonly name: TenantName
  readonly disconnectedAt: Date | undefined
  readonly dryRun: 'dryRun' | 'write'
}

/**
 * Handles a row without a tagged vault secret. A damaged one is repaired; without a valid grant, its advertiser must
 * sign in again. A row restored from before a disconnect is disconnected again.
 */
async function settleRow(
  broker: Broker,
  { name, disconnectedAt, dryRun }: Untagged,
): Promise<'damaged' | 'repaired' | 'disconnected' | undefined> {
  const found = await broker.tenants.inspect(name)
  if (!found) return undefined
  if (!isDamaged(found)) {
    if (!disconnectedAt || !isEndedBy(disconnectedAt, found.tenant.grant)) return undefined
    if (dryRun === 'write') await disconnectAgain(broker.grantServices, found, disconnectedAt)
    return 'disconnected'
  }
  if (dryRun === 'dryRun') return 'damaged'
  const repaired = await repairTenant(broker, found)
  if (!disconnectedAt || !isEndedBy(disconnectedAt, repaired.grant)) return 'repaired'
  return settleRow(broker, { name, disconnectedAt, dryRun })
}

async function lookAt(
  broker: Broker,
  grants: readonly TaggedGrant[],
  mark: MarkFromTags | undefined,
): Promise<'present' | 'missing' | 'damaged' | 'disconnected'> {
  const found = await broker.grantServices.tenants.inspect(grants[0]!.owner).catch(undefinedIfTableMissing)
  if (found && isDamaged(found)) return 'damaged'
  const { plan } = planRebuild({ row: found?.tenant, grants, disconnectedAt: endMarkedTenant(broker, mark) })
  return ({ keep: 'present', prove: 'missing', end: 'disconnected' } as const)[plan]
}

async function command(): Promise<number> {
  const options = parseOptions('rebuild-tables')
  const broker = await openBroker(options.settings)
  const dryRun = options['dry-run'] ? 'dryRun' : 'write'
  const rebuild = async () => {
    if (dryRun === 'write') await createMissingTables(broker)
    const tagged = await findTagged(broker.vaults.grants)
    const title = dryRun === 'dryRun' ? 'Looking at tenants' : 'Rebuilding tenants'
    const progress = createProgress(title, tagged.grants.length)
    return rebuildTables(broker, tagged, dryRun, progress.step).finally(progress.stop)
  }
  const report = dryRun === 'dryRun' ? await rebuild() : await asSoleWriter(broker, options.wait, rebuild)
  console.log(toText(report.counts) || 'The vaults hold no grants.')
  for (const { workspace, tenant, outcome } of report.attention)
    console.log(`${outcome}\t${workspace}\t${tenant}`)
  return report.counts.failed || report.counts.unclear ? 1 : 0
}

if (import.meta.main) await run(command)
