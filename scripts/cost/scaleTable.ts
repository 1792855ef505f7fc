import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { number, rate } from './figures.ts'
import { assumed, limits } from './inputs.ts'
import { activeSeconds, idleDays, refreshesPerSecond, refreshSeconds } from './model.ts'

const tenants = [100, 10_000, 100_000, 1_000_000]
const { activeShare } = assumed
const { vaultWritesPerSecond } = limits
const idleSeconds = idleDays * 86_400

/** Refreshes a second, of tenants of whom this share is active. */
export function perSecond(count: number, share: number = activeShare): number {
  return (share * count) / activeSeconds + ((1 - share) * count) / idleSeconds
}

const small = (value: number) =>
  value < 0.005 ? '0' : value < 1 ? rate(value) : number(value, value < 10 ? 1 : 0)
const up = (value: number) => number(Math.max(1, Math.ceil(value)))
const vaultsFor = (refreshes: number) => (2 * refreshes) / vaultWritesPerSecond

/** What brokers of several sizes need from the services, next to the services' limits. */
export function scaleArithmetic(): string {
  const row = (name: string, cell: (each: number, all: number) => string) => [
    name,
    ...tenants.map((count) => cell(perSecond(count), perSecond(count, 1))),
  ]
  const largest = (count: number) => count === perSecond(tenants.at(-1) ?? 0)
  const withAll = (each: number, text: string, all: string) =>
    largest(each) ? `${text} (all active: ${all})` : text
  return table(
    ['tenants, a quarter active', ...tenants.map((count) => number(count))],
    [
      row(
        `refreshes a second = ${activeShare} T ÷ ${number(activeSeconds)} + ${1 - activeShare} T ÷ ${number(idleSeconds)}`,
        (each) => small(each),
      ),
      row('the same, if all are active', (_each, all) => small(all)),
      row(
        `table transactions a second, ${counted.tablePerRefresh} per refresh; an account takes ${number(limits.accountTransactionsPerSecond)}`,
        (each, all) =>
          withAll(each, small(each * counted.tablePerRefresh), number(all * counted.tablePerRefresh)),
      ),
      row(
        `due rows a second per shard, ${counted.shards} shards, 2 per refresh; a partition takes ${number(limits.partitionEntitiesPerSecond)}`,
        (each, all) => withAll(each, small((each * 2) / counted.shards), number((all * 2) / counted.shards)),
      ),
      row('new versions a second, vault store', (each, all) => withAll(each, small(each), number(all))),
      row(
        `vaults, filled to half of ${vaultWritesPerSecond} a second; a subscription takes ${vaultWritesPerSecond * limits.vaultsPerSubscription} a second`,
        (each, all) => {
          const isPossible = all < vaultWritesPerSecond * limits.vaultsPerSubscription
          return `${up(vaultsFor(each))} (all active: ${isPossible ? up(vaultsFor(all)) : 'not possible'})`
        },
      ),
      row(`calls in progress, ${number(refreshSeconds, 2)} s each`, (each, all) =>
        withAll(each, up(each * refreshSeconds), number(all * refreshSeconds)),
      ),
      row(`due per sweep, every ${counted.sweepSeconds / 60} minutes`, (each, all) =>
        withAll(each, up(each * counted.sweepSeconds), number(all * counted.sweepSeconds)),
      ),
      row(
        `instances with ${counted.sweepConcurrency} in parallel, ${number(refreshesPerSecond)} a second each`,
        (each, all) => withAll(each, up(each / refreshesPerSecond), up(all / refreshesPerSecond)),
      ),
    ],
  )
}
