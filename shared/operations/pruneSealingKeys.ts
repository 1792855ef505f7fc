import { pMapIterable } from 'p-map'
import type { Clock } from '../clock.ts'
import { DamagedRowError } from '../domain/damagedRow.ts'
import type { Vault } from '../domain/vault.ts'
import { dropOlderSealingKeys, readSealingKeyIds, type SecretExpiryConfig } from '../secrets/sealingKeys.ts'
import type { Tables } from '../storage/clients.ts'
import { assertListed } from './assertListed.ts'
import { createNamed, type Named } from './named.ts'
import { type ResealDependencies, type ResealOutcome, resealTenant } from './reseal.ts'
import { readSealedRows, type SealedRow } from './sealedRows.ts'

const concurrency = 8

/** The result for one row. `held`: it can't be resealed, and an older key still opens it. */
type RowOutcome = ResealOutcome | 'held'

/** What a prune found in the tables. */
export interface PruneReport {
  /** Rows by outcome. */
  readonly counts: Readonly<Partial<Record<RowOutcome, number>>>
  /** Rows with a text that no key opens. They block nothing: no key of the set could still help them. */
  readonly lost: Named
  /** Rows that still need an older key. */
  readonly left: Named
}

/** The result of a prune; older keys are dropped only if no row is left that one of them sealed. */
export type PruneOutcome =
  | (PruneReport & { readonly pruned: true; readonly dropped: readonly string[] })
  | (PruneReport & { readonly pruned: false; readonly because: 'rows_left' })
  | { readonly pruned: false; readonly because: 'missing' | 'nothing_older' | 'not_settled' }

/** Dependencies of pruning. */
export interface PruneDependencies {
  readonly clock: Clock
  readonly config: SecretExpiryConfig
  readonly grantServices: ResealDependencies
  readonly tables: Tables
  readonly vaults: { readonly main: Vault }
}

/** Called while the command runs. */
export interface PruneProgress {
  readonly onStart?: (tenants: number) => void
  readonly onRow?: (counts: PruneReport['counts']) => void
}

/**
 * Reseals every tenant's row with the newest key, reads all rows again, and drops the older keys only if none is left
 * that one of them sealed. Leaves the set unchanged while a process may still seal with an older key, or if a row is
 * left: run it again.
 * @throws ListingDiffersError if the listing and the tenants' rows differ: rows can be missing that come back.
 */
export async function pruneSealingKeys(
  dependencies: PruneDependencies,
  { onStart, onRow = () => {} }: PruneProgress = {},
): Promise<PruneOutcome> {
  const { clock, config, tables, vaults } = dependencies
  const keys = await readSealingKeyIds({ vault: vaults.main, clock })
  if (!keys) return { pruned: false, because: 'missing' }
  if (keys.older.length === 0) return { pruned: false, because: 'nothing_older' }
  if (!keys.settled) return { pruned: false, because: 'not_settled' }
  const tenants = await assertListed(tables)
  onStart?.(tenants)
  const first = await resealRows(dependencies, keys, onRow)
  if (first.left.count > 0) return { pruned: false, because: 'rows_left', ...first }
  // What is destroyed is counted from the truth, directly before.
  const { left } = await resealRows(dependencies, keys)
  if (left.count > 0) return { pruned: false, because: 'rows_left', ...first, left }
  await dropOlderSealingKeys({ vault: vaults.main, clock, config }, keys.sealing)
  return { pruned: true, ...first, dropped: keys.older }
}

interface KeyIds {
  readonly sealing: string
  readonly older: readonly string[]
}

async function resealRows(
  { grantServices, tables }: PruneDependencies,
  keys: KeyIds,
  onRow: (counts: PruneReport['counts']) => void = () => {},
): Promise<PruneReport> {
  const counts: Partial<Record<RowOutcome, number>> = {}
  const [lost, left] = [createNamed(), createNamed()]
  const work = async (row: SealedRow) => ({ row, outcome: await resealOne(grantServices, row, keys) })
  const rows = pMapIterable(readSealedRows(tables), work, { concurrency, backpressure: concurrency * 4 })
  for await (const { row, outcome } of rows) {
    if (!row.tenant && outcome === 'already_there') continue
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (outcome === 'lost') lost.add(row.place)
    if (outcome === 'leased' || outcome === 'changed' || outcome === 'held') left.add(row.place)
    onRow(counts)
  }
  return { counts, lost, left }
}

/** A row that can't be resealed needs an older key if a text names one; no key of the set opens any other. */
async function resealOne(
  services: PruneDependencies['grantServices'],
  { keys: named, tenant }: SealedRow,
  { older, sealing }: KeyIds,
): Promise<RowOutcome> {
  const others = [...named].filter((key) => key !== sealing)
  if (others.length === 0) return 'already_there'
  const unopened = others.some((key) => key !== undefined && older.includes(key)) ? 'held' : 'lost'
  if (!tenant) return unopened
  const outcome = await resealTenant(services, tenant, sealing).catch((error: unknown) => {
    if (error instanceof DamagedRowError) return unopened
    throw error
  })
  // A column that this version doesn't know has the text.
  return outcome === 'already_there' ? unopened : outcome
}
