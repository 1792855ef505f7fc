import { code, table } from '../markdown.ts'
import { counted } from './counted.ts'
import { number } from './figures.ts'
import { limits } from './inputs.ts'
import { paceOf, refreshesPerSecond } from './model.ts'

/** Settings for a number of tenants, a quarter of whom are active, or all with the policy `always`. */
export interface RecommendedSettings {
  readonly tenants: number
  readonly keepAliveDays: number
  readonly store: 'vault' | 'sealed'
  readonly vaults: number
  readonly concurrency: number
  readonly handoverCount: number
  readonly sweepMinutes: number
  readonly policy: 'always' | 'active'
}

const usual = {
  keepAliveDays: counted.keepAliveDays,
  store: 'vault',
  vaults: 1,
  concurrency: counted.sweepConcurrency,
  handoverCount: counted.handoverCount,
  sweepMinutes: counted.sweepSeconds / 60,
  policy: 'active',
} as const

/** What the page recommends. `test/unit/scale-settings.test.ts` holds each against the limits of a vault. */
export const recommended: readonly RecommendedSettings[] = [
  { ...usual, tenants: 100, policy: 'always' },
  { ...usual, tenants: 10_000 },
  { ...usual, tenants: 100_000, keepAliveDays: 14, vaults: 2, concurrency: 16, handoverCount: 20_000 },
  {
    ...{ ...usual, tenants: 100_000, keepAliveDays: 14, policy: 'always' },
    ...{ vaults: 3, concurrency: 32, handoverCount: 20_000 },
  },
  {
    ...{ ...usual, tenants: 1_000_000, keepAliveDays: 30, store: 'sealed', vaults: 0 },
    ...{ concurrency: 32, handoverCount: 20_000, sweepMinutes: 2 },
  },
]

/** The recommended settings, as a table. */
export function settingsTable(): string {
  const row = (name: string, cell: (each: RecommendedSettings) => string) => [name, ...recommended.map(cell)]
  return table(
    ['tenants', ...recommended.map(({ tenants }) => number(tenants))],
    [
      row('`REFRESH_POLICY`', ({ policy }) => code(policy)),
      row('`KEEP_ALIVE_DAYS`', ({ keepAliveDays }) => String(keepAliveDays)),
      row('`GRANT_STORE`', ({ store }) => code(store)),
      row('vaults in `GRANT_VAULT_URLS`', ({ vaults }) => String(vaults || 'none')),
      row('`SWEEP_CONCURRENCY`', ({ concurrency }) => String(concurrency)),
      row('`SWEEP_HANDOVER_COUNT`', ({ handoverCount }) => String(handoverCount)),
      row('`REFRESH_SCHEDULE`', ({ sweepMinutes }) => code(`0 */${sweepMinutes} * * * *`)),
    ],
  )
}

/** What follows from the settings. */
export function settingsNotes(): string {
  const most = Math.max(...recommended.map(({ keepAliveDays }) => keepAliveDays))
  const largest = recommended.at(-1)
  const pace = paceOf(largest?.concurrency ?? 0)
  const { shards, aheadSeconds, grantDays } = counted
  return [
    '`active` is for a quarter of active tenants, and `always` for any number. With these settings, one instance finishes a sweep in time, without a handover, and below what its vaults take. <!-- test: unit/scale-settings: let one sweep refresh what is due before it stops starting --><!-- test: unit/scale-settings: keep a sweep’s burst below what the vaults take -->',
    `A million active tenants need a handover. Its instances can then read more than ${limits.vaultOperationsPerSecond} marks a second, which the vault throttles, and [refreshes go on without them](#arithmetic-to-a-million).`,
    `A handed-over shard is one message. Each instance takes one at a time (\`batchSize\` 1 in host.json), so at most ${shards} instances refresh in parallel: ${shards} × ${refreshesPerSecond} = ${number(shards * refreshesPerSecond)} refreshes a second with the default, and ${shards} × ${pace} = ${number(shards * pace)} with ${largest?.concurrency} in parallel. With \`vault\`, ${limits.vaultWritesPerSecond} a second for each vault are the limit before that. <!-- test: unit/scale-settings: an instance takes one handed-over shard at a time -->`,
    `A grant expires after ${grantDays} days without use. With ${most} days between refreshes, ${Math.ceil(grantDays / most) - 1} can be missed. <!-- test: unit/scale-settings: a grant outlives a missed refresh -->`,
    'You can change from `vault` to `sealed` while the broker serves: `npm run migrate-grants -- --to sealed`. <!-- test: end-to-end/migrate: there and back, every grant still refreshes --><!-- test: end-to-end/migrate: a concurrent reconnect wins -->',
    `If all tenants were connected in the same minute, jitter in the due time (up to \`REFRESH_AHEAD_SECONDS\`) spreads them over ${aheadSeconds / 60} minutes after the first refresh, and further with each one. <!-- test: unit/schedule: an active one with an hour’s token ten to twenty minutes ahead -->`,
  ]
    .map((line) => `- ${line}`)
    .join('\n')
}
