import { pMapIterable } from 'p-map'
import type { Broker } from '../shared/broker.ts'
import { systemClock, systemRandomness } from '../shared/clock.ts'
import type { Vault } from '../shared/domain/vault.ts'
import { type ResealOutcome, resealTenant } from '../shared/operations/reseal.ts'
import { countTenants, walkTenants } from '../shared/operations/tenantWalk.ts'
import {
  addSealingKey,
  dropOlderSealingKeys,
  propagationSeconds,
  readSealingKeyIds,
  SealingKeySetError,
  type SecretExpiryConfig,
} from '../shared/secrets/sealingKeys.ts'
import { secretExpiryDays } from '../shared/settings.ts'
import {
  createProgress,
  openBroker,
  openVault,
  parseOptions,
  readSettings,
  run,
  toText,
  UsageError,
} from './commandLine.ts'
import { sealingKeyOptions } from './options.ts'

const concurrency = 8

/** The result of a prune; older keys are dropped only if every row uses the sealing key. */
export type PruneOutcome =
  | {
      readonly pruned: true
      readonly counts: Readonly<Record<string, number>>
      readonly dropped: readonly string[]
    }
  | {
      readonly pruned: false
      readonly because: 'missing' | 'nothing_older' | 'not_settled' | 'rows_left'
      readonly counts: Readonly<Record<string, number>>
    }

/**
 * Reseals every row with the newest key, then drops the older ones. Leaves the set unchanged while a process may still
 * seal with an older key, or if a row was busy or couldn't be opened: run it again.
 */
export async function pruneSealingKeys(
  {
    clock,
    config,
    grantServices,
    tables,
    vaults,
  }: Pick<Broker, 'clock' | 'config' | 'grantServices' | 'tables' | 'vaults'>,
  onRow: (counts: Readonly<Record<string, number>>) => void = () => {},
): Promise<PruneOutcome> {
  const keys = await readSealingKeyIds({ vault: vaults.main, clock })
  if (!keys) return { pruned: false, because: 'missing', counts: {} }
  if (keys.older.length === 0) return { pruned: false, because: 'nothing_older', counts: {} }
  if (!keys.settled) return { pruned: false, because: 'not_settled', counts: {} }
  const counts: Partial<Record<ResealOutcome, number>> = {}
  const rows = pMapIterable(walkTenants(tables), (name) => resealTenant(grantServices, name, keys.sealing), {
    concurrency,
    backpressure: concurrency * 4,
  })
  for await (const outcome of rows) {
    counts[outcome] = (counts[outcome] ?? 0) + 1
    onRow(counts)
  }
  if (counts.leased || counts.changed || counts.unreadable)
    return { pruned: false, because: 'rows_left', counts }
  await dropOlderSealingKeys({ vault: vaults.main, clock, config }, keys.sealing)
  return { pruned: true, counts, dropped: keys.older }
}

const advice: Readonly<Record<string, string>> = {
  missing: 'The vault has no sealing keys. Create the first one with: npm run rotate-sealing-key',
  nothing_older: 'There is only one key, so nothing was removed.',
  not_settled: `The newest key is less than ${propagationSeconds / 60} minutes old, and a process may still seal with an older one. Wait and try again.`,
  rows_left: 'Some rows were busy or couldn’t be opened, so no key was removed. Run the same command again.',
}

async function command(): Promise<number> {
  const options = parseOptions(sealingKeyOptions)
  if (options.vault === undefined) {
    const broker = await openBroker(options.settings)
    return options.prune ? prune(broker) : add(broker.vaults.main, broker.config)
  }
  if (options.prune)
    throw new UsageError('--prune seals rows again and needs all settings. Don’t pass --vault.')
  const days = secretExpiryDays.schema.safeParse((await readSettings(options.settings)).SECRET_EXPIRY_DAYS)
  if (!days.success) throw new UsageError('SECRET_EXPIRY_DAYS must be a whole number from 1 to 3650.')
  return add(await openVault(options.vault, options.settings), { secretExpiryDays: days.data })
}

async function add(vault: Vault, config: SecretExpiryConfig): Promise<number> {
  const now = { clock: systemClock, randomness: systemRandomness }
  const { sealing, older } = await addSealingKey({ vault, config, ...now })
  console.log(`Key ${sealing} now seals. ${older.length} older key(s) can still open what they sealed.`)
  console.log(`Running processes start using it within ${propagationSeconds / 120} minutes.`)
  return 0
}

async function prune(broker: Broker): Promise<number> {
  const progress = createProgress('Sealing rows again', await countTenants(broker.tables))
  const outcome = await pruneSealingKeys(broker, progress.step).finally(progress.stop)
  if (outcome.pruned) {
    console.log(`${toText(outcome.counts) || 'no rows'}; dropped: ${outcome.dropped.join(', ')}`)
    return 0
  }
  console.log([toText(outcome.counts), advice[outcome.because]].filter(Boolean).join('\n'))
  return outcome.because === 'nothing_older' ? 0 : 1
}

if (import.meta.main) {
  await run(() =>
    command().catch((error) => {
      if (!(error instanceof SealingKeySetError)) throw error
      console.error(error.message)
      return 1
    }),
  )
}
