import type { Broker } from '../shared/broker.ts'
import { DamagedRowError } from '../shared/domain/damagedRow.ts'
import { StorageUnavailableError } from '../shared/domain/storageUnavailable.ts'
import type { TenantName } from '../shared/domain/tenant.ts'
import { assertListed } from '../shared/operations/assertListed.ts'
import { type MigrationOutcome, migrateGrant } from '../shared/operations/migrate.ts'
import type { GrantStoreName } from '../shared/operations/migration.ts'
import { walkTenants } from '../shared/operations/tenantWalk.ts'
import { createProgress, openBroker, parseOptions, run, toText, UsageError } from './commandLine.ts'
import { countOutcomes } from './countOutcomes.ts'
import { migrateOptions } from './options.ts'

const defaultConcurrency = Number(migrateOptions.concurrency.default)

type Outcome = MigrationOutcome | 'failed'

/** Results that a later run can still improve. */
const forAnotherRound: readonly Outcome[] = ['leased', 'changed', 'failed']

/** Called while the command runs. */
interface MigrationProgress {
  readonly onStart?: (tenants: number) => void
  readonly onOutcome?: (counts: Readonly<Record<string, number>>) => void
}

/**
 * Moves every tenant's grant to one store, and out of read-only vaults, while the broker is running. Walks the tenants' rows, not the listing.
 * @throws ListingDiffersError if the two differ: grants can be missing that come back.
 * @returns the number of tenants by result; run it again until nothing is `leased`, `changed`, or `failed`.
 */
export async function migrateGrants(
  broker: Broker,
  to: GrantStoreName,
  concurrency = defaultConcurrency,
  { onStart, onOutcome = () => {} }: MigrationProgress = {},
): Promise<Partial<Record<Outcome, number>>> {
  const tenants = await assertListed(broker.tables)
  onStart?.(tenants)
  const dependencies = { ...broker.grantServices, stores: broker.grantStores }
  const work = (name: TenantName): Promise<Outcome> =>
    migrateGrant(dependencies, name, to, broker.grantStores.vault.mustMove).catch((error) => {
      if (error instanceof DamagedRowError) return 'failed'
      if (error instanceof StorageUnavailableError || error?.name === 'TimeLimitError') return 'failed'
      throw error
    })
  return countOutcomes(walkTenants(broker.tables), { work, concurrency, onCounts: onOutcome })
}

async function command(): Promise<number> {
  const options = parseOptions('migrate-grants')
  const { to } = options
  if (to !== 'sealed' && to !== 'vault') throw new UsageError('Pass the target: --to sealed or --to vault.')
  const concurrency = Number(options.concurrency)
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 64)
    throw new UsageError('--concurrency must be a whole number from 1 to 64.')
  const broker = await openBroker(options.settings)
  if (broker.config.grantStore !== to)
    console.error(
      `New grants still go to ${broker.config.grantStore}. Set GRANT_STORE=${to} on the broker first.`,
    )
  let progress: ReturnType<typeof createProgress> | undefined
  const counts = await migrateGrants(broker, to, concurrency, {
    onStart: (tenants) => {
      progress = createProgress(`Moving grants to ${to}`, tenants)
    },
    onOutcome: (found) => progress?.step(found),
  }).finally(() => progress?.stop())
  console.log(toText(counts) || 'There are no tenants.')
  const again = forAnotherRound.some((outcome) => counts[outcome])
  if (again) console.log('Some were busy or failed. Run the same command again.')
  return again ? 1 : 0
}

if (import.meta.main) await run(command)
