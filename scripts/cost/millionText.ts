import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { number } from './figures.ts'
import { assumed, limits } from './inputs.ts'
import { type Played, played, playedBesides } from './measuredMillion.ts'
import { activeSecondsAt, refreshSeconds } from './model.ts'

const rows: readonly Played[] = Object.values(played)
const bold = (count: number) => (count > 0 ? `**${number(count)}**` : '0')
const spaced = (seconds: number) => number(seconds, 2)

/** How the simulation was made. */
export function millionGround(): string {
  const { signIn, table: tableCall, vaultRead, vaultWrite } = assumed.latency
  const { oneVaultBefore: before } = playedBesides
  const ms = (seconds: number) => `${number(seconds * 1000)} ms`
  return `\`npm run bench -- million\` (with \`--quick\`, only the first, second, and fifth rows) runs the real sweep, handover, refresh, and vault client with its retries for 55 minutes on a virtual clock. The models throttle as the services do (429, and 503 without \`Retry-After\`; every row that a query reads counts as an entity). A sign-in takes ${signIn} s on average, a table call ${ms(tableCall)}, a vault read ${ms(vaultRead)}, and a vault write ${ms(vaultWrite)}: together ${spaced(refreshSeconds)} s. Processor limits aren't modeled, nor are reads of marks. Each row is from one run, of November 2026. Waits between retries at a throttled vault are random, so rows with throttling vary: an earlier run with one vault had ${before.refreshesPerSecond} refreshes a second, and ${number(before.withoutToken)} tenants without a valid token.`
}

/** What the simulation found. */
export function millionTable(): string {
  return table(
    [
      'tenants, active, grants',
      "sweep: in parallel, interval, instances besides the timer's",
      'refreshes a second',
      'longest delay after the due time',
      'throttled',
      'without a valid token',
    ],
    rows.map((row) => [
      nameOf(row),
      `${row.concurrency}, ${row.everyMinutes} minutes, ${row.instances || 'none'}${row.atOnce ? ` (${row.atOnce} at once)` : ''}`,
      `${number(row.refreshesPerSecond, 1)}${row.failures ? `; ${row.failures} failed and were retried` : ''}`,
      `${number(row.longestDelaySeconds)} s`,
      bold(row.throttled),
      row.withoutToken > 0
        ? `${bold(row.withoutToken)}, up to ${number(row.longestWithoutSeconds ?? 0)} s`
        : '0',
    ]),
  )
}

function nameOf({ tenants, isAllActive, isHandedOver, note, vaults }: Played): string {
  const grants = vaults === 0 ? 'sealed' : `${vaults} ${vaults === 1 ? 'vault' : 'vaults'}`
  const ends = [isHandedOver ? ', handed over' : '', note ? ` (${note})` : '']
  return `${number(tenants)}, ${isAllActive ? 'all' : 'a quarter'}, ${grants}${ends.join('')}`
}

/** Refreshes a second of active tenants, as the arithmetic has them for a row's own sweeps. */
export function expectedOf({ everyMinutes, isAllActive, tenants }: Played): number {
  const active = isAllActive ? tenants : assumed.activeShare * tenants
  return active / activeSecondsAt(everyMinutes * 60)
}

/** What the simulation says about the arithmetic, and what to do. */
export function millionNotes(): string {
  return [arithmeticHolds(), bursts(), tables(), itself()].map((line) => `- ${line}`).join('\n')
}

function arithmeticHolds(): string {
  const { oneVault, twelveVaults } = played
  const enough = rows.filter(({ withoutToken }) => withoutToken === 0)
  const shares = enough.map((row) => (100 * row.refreshesPerSecond) / expectedOf(row))
  const longest = Math.max(...enough.map(({ longestDelaySeconds }) => longestDelaySeconds))
  const { vaultWritesPerSecond: most, vaultsPerSubscription } = limits
  return `Where the vaults are enough, the rate is ${number(Math.min(...shares))} to ${number(Math.max(...shares))} % of that which the arithmetic gives for the same interval. One vault stops at ${playedBesides.oneVaultBefore.refreshesPerSecond} to ${oneVault.refreshesPerSecond}, where the limit for new versions is ${most}; a subscription stops at ${twelveVaults.refreshesPerSecond}, where it is ${most * vaultsPerSubscription}. A token is due at least ${counted.aheadSeconds} s before it expires, so a due tenant can wait that long. With enough vaults, none waited longer than ${longest} s.`
}

function bursts(): string {
  const { handedOver } = played
  const most = limits.vaultWritesPerSecond
  const own = `${counted.sweepConcurrency} ÷ ${spaced(refreshSeconds)} = ${Math.floor(counted.sweepConcurrency / refreshSeconds)}`
  return `The arithmetic misses one thing: a sweep is a burst. Each instance writes \`SWEEP_CONCURRENCY\` ÷ ${spaced(refreshSeconds)} s versions a second regardless of the average, and a handed-over sweep runs on as many instances as its shards and \`maximumInstanceCount\` allow. In the run with a handover, no token expired because of it, but the vaults answered 429 ${number(handedOver.throttled)} times, for which [vault-throttled](runbooks/vault-throttled.md) rings. With \`vault\`, keep \`SWEEP_CONCURRENCY\` ÷ ${spaced(refreshSeconds)} × instances below ${most} × vaults, and keep \`SWEEP_HANDOVER_COUNT\` above what one sweep finds due. The defaults do, with one vault: ${own}. <!-- test: unit/config-spans: a sweep with the default settings stays below --> With 16 in parallel instead of 12, the first row is throttled some ${playedBesides.smallWith16} times. With 32 in parallel and a handover at 2,000, the second row is throttled ${number(playedBesides.quarterWith32)} times.`
}

function tables(): string {
  const { accountTransactionsPerSecond, partitionEntitiesPerSecond } = limits
  return `Tables weren't throttled in these runs: the busiest second had ${number(playedBesides.mostTransactionsPerSecond)} of ${number(accountTransactionsPerSecond)} transactions. With one vault, which isn't enough, other runs throttled tables when a sweep read a shard's backlog of more than ${number(partitionEntitiesPerSecond)} rows.`
}

function itself(): string {
  const { mebibytes, minutes, quickMebibytes, quickSeconds } = playedBesides
  return `The whole benchmark took ${minutes} minutes and ${mebibytes} MiB on a busy 2-core machine; \`--quick\` took ${quickSeconds} s and ${quickMebibytes} MiB.`
}
