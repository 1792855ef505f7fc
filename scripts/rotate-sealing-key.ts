import type { Broker } from '../shared/broker.ts'
import { systemClock, systemRandomness } from '../shared/clock.ts'
import type { Vault } from '../shared/domain/vault.ts'
import { toList } from '../shared/operations/named.ts'
import { type PruneReport, pruneSealingKeys } from '../shared/operations/pruneSealingKeys.ts'
import {
  addSealingKey,
  propagationSeconds,
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

const advice: Readonly<Record<string, string>> = {
  missing: 'The vault has no sealing keys. Create the first one with: npm run rotate-sealing-key',
  nothing_older: 'There is only one key, so nothing was removed.',
  not_settled: `The newest key is less than ${propagationSeconds / 60} minutes old, and a process may still seal with an older one. Wait and try again.`,
  rows_left:
    'Rows that an older key sealed are left, so no key was removed. A busy row is free in a minute: run the same command again. A damaged row needs docs/runbooks/tenant-damaged.md. A row of SignIns expires by itself.',
}

async function command(): Promise<number> {
  const options = parseOptions('rotate-sealing-key')
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
  let progress: ReturnType<typeof createProgress> | undefined
  const outcome = await pruneSealingKeys(broker, {
    onStart: (tenants) => {
      progress = createProgress('Sealing rows again', tenants)
    },
    onRow: (counts) => progress?.step(counts),
  }).finally(() => progress?.stop())
  if ('counts' in outcome) for (const line of linesOf(outcome)) console.log(line)
  if (outcome.pruned) {
    console.log(`Dropped: ${outcome.dropped.join(', ')}`)
    return 0
  }
  console.log(advice[outcome.because])
  return outcome.because === 'nothing_older' ? 0 : 1
}

function linesOf({ counts, left, lost }: PruneReport): string[] {
  return [
    toText(counts) || 'no rows',
    lost.count > 0 &&
      `Lost, because no key opens them: ${toList(lost)}. They hold up nothing. Each of these advertisers must sign in again.`,
    left.count > 0 && `Still sealed with an older key: ${toList(left)}.`,
  ].filter((line) => line !== false)
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
