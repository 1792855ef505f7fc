import type { Broken } from '../test/years/checks.ts'
import type { GrantStoreName } from '../test/years/ground.ts'
import { findSlowRecovery, measureRecovery, outageHours, type Recovery } from '../test/years/recovery.ts'
import { growthTable, kindsTable, recoveryTable } from '../test/years/report.ts'
import type { WorldOptions } from '../test/years/world.ts'
import { liveYears } from '../test/years/years.ts'
import { parseOptions, runOffline, UsageError } from './commandLine.ts'

/** `npm run years -- --days 730 --store vault|sealed|both --seed 1 --tenants 800`: see docs/simulator.md. */
async function command(): Promise<number> {
  const options = parseOptions('years')
  const [days, seed, tenants] = [Number(options.days), Number(options.seed), Number(options.tenants)]
  let found = 0
  for (const store of storesOf(options.store)) found += await live({ store, seed, days, tenants })
  return found > 0 ? 1 : 0
}

/** In the table of kinds, each quarter has a column. */
const shownMonths = 3

function storesOf(text: string): readonly GrantStoreName[] {
  if (text === 'both') return ['vault', 'sealed']
  if (text === 'vault' || text === 'sealed') return [text]
  throw new UsageError('--store must be vault, sealed, or both.')
}

/** @returns the number of broken rules. */
async function live(life: WorldOptions): Promise<number> {
  const { days, seed, store } = life
  const startedAt = performance.now()
  const { broken, months } = await liveYears(life, (month) =>
    console.error(`${store}, ${seconds(startedAt)} s\n${growthTable([month])}`),
  )
  const recoveries: Recovery[] = []
  for (const hours of outageHours) recoveries.push(await measureRecovery({ store, seed }, hours))
  const shown = months.filter(({ month }) => month === 1 || month % shownMonths === 0)
  console.log(`\n## ${store}, ${days} days, seed ${seed}, ${seconds(startedAt)} s\n`)
  console.log(`${growthTable(months)}\n\n${kindsTable(shown)}\n\n${recoveryTable(recoveries)}\n`)
  return report([...broken, ...recoveries.flatMap(findSlowRecovery)], `seed ${seed}, ${store}`)
}

function report(broken: readonly Broken[], life: string): number {
  if (broken.length === 0) console.log('No rule was broken.')
  for (const { day, detail, rule } of broken) console.log(`${life}, day ${day}: ${rule}: ${detail}`)
  return broken.length
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000)
}

await runOffline(command)
