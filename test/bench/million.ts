import { playScenario, type Scenario, type ScenarioResult } from './million/scenario.ts'
import { type Bench, exactly, type Measurement, near, reported } from './report.ts'

/** A scenario that must show either that its settings suffice or that its vaults don't. */
interface Case extends Scenario {
  readonly name: string
  /** The most new versions per second that the services allow, if more are needed. */
  readonly maxWritesASecond?: number
}

const usual = { instances: 1, everySeconds: 300, keepAliveDays: 14, vaults: 0, sweepConcurrency: 32 }
const large = { ...usual, everySeconds: 120, keepAliveDays: 30, instances: 3 }
const ownHands = { sweepHandoverCount: 20_000, instances: 0 }

const quickCases: readonly Case[] = [
  { ...usual, tenants: 10_000, vaults: 1, keepAliveDays: 7, sweepConcurrency: 12, name: '1 vault' },
  { ...usual, ...ownHands, tenants: 100_000, vaults: 2, sweepConcurrency: 16, name: '2 vaults' },
  {
    ...usual,
    tenants: 100_000,
    allActive: true,
    vaults: 1,
    name: '1 vault, too few',
    maxWritesASecond: 30,
  },
]

const furtherCases: readonly Case[] = [
  { ...usual, ...ownHands, tenants: 100_000, allActive: true, vaults: 3, name: '3 vaults' },
  {
    ...usual,
    tenants: 100_000,
    allActive: true,
    vaults: 3,
    instances: 32,
    name: '3 vaults, handed over to 32 instances',
  },
  { ...large, tenants: 1_000_000, name: 'sealed, 3 instances' },
  { ...large, tenants: 1_000_000, allActive: true, instances: 9, name: 'sealed, 9 instances' },
  { ...large, tenants: 1_000_000, vaults: 6, sweepConcurrency: 16, name: '6 vaults, 3 instances' },
  {
    ...large,
    tenants: 1_000_000,
    allActive: true,
    vaults: 12,
    instances: 9,
    seconds: 1800,
    name: '12 vaults, all that a subscription takes',
    maxWritesASecond: 150,
  },
]

/**
 * The real sweeps, handover, and refreshes of up to a million tenants on a virtual clock, against models that throttle
 * where Key Vault and Table Storage do. An instance's processor isn't modeled.
 */
export const million: Bench = async ({ quick }) => {
  const measurements: Measurement[] = []
  const startedAt = Date.now()
  for (const each of quick ? quickCases : [...quickCases, ...furtherCases]) {
    const begunAt = Date.now()
    const result = await playScenario(each)
    measurements.push(...toMeasurements(each, result), reported('  played in', secondsSince(begunAt)))
  }
  const mebibytes = process.resourceUsage().maxRSS / 1024
  measurements.push(reported('all in all', `${secondsSince(startedAt)}, ${mebibytes.toFixed(0)} MiB at most`))
  return {
    title: 'million: sweeps on a virtual clock, against the limits of the services',
    ground:
      'Real: sweep, hand-over by shards, refresh, vault client and its retries. Models: tables (10 ms a call), vaults (20 ms to read, 40 ms to write) and their limits, a sign-in of 0.33 s, the queue.',
    measurements,
  }
}

function toMeasurements(each: Case, result: ScenarioResult): Measurement[] {
  const { tenants, allActive, maxWritesASecond, seconds = 3300 } = each
  const who = `${tenants.toLocaleString('en')} tenants, ${allActive ? 'all' : 'a quarter'} active, ${each.name}`
  const { expired, refreshed, failed } = result
  const aim = maxWritesASecond
    ? near(`${who}: refreshes a second : limit`, refreshed / seconds / maxWritesASecond, 0.1)
    : exactly(`${who}: active tenants without a good token`, expired, 0)
  const failures = Object.entries(failed).map(([word, count]) => `, ${word} ${count}`)
  const tooLate =
    expired > 0 ? `; ${expired} without a good token, ${result.maxExpiredSeconds} s at most` : ''
  return [
    aim,
    reported(
      '  refreshed',
      `${refreshed} (${(refreshed / seconds).toFixed(1)} a second)${failures.join('')}`,
    ),
    reported('  latest after its due time', `${result.maxSeconds} s${tooLate}`),
    reported(
      '  throttled',
      `${result.vaultThrottled} by vaults, ${result.tableThrottled} by tables (sweeps that failed: ${result.failedSweeps})`,
    ),
    reported(
      '  most in a window',
      `${result.maxVaultWrites} of 300 new versions in 10 s, ${result.maxTransactions} of 20,000 table transactions in 1 s`,
    ),
    reported(
      '  longest run, shards handed over, instances that took them',
      `${result.longestRunSeconds.toFixed(0)} s, ${result.messages}, ${result.maxAtOnce}`,
    ),
  ]
}

function secondsSince(at: number): string {
  return `${((Date.now() - at) / 1000).toFixed(0)} s`
}
