import { parseArgs } from 'node:util'
import type { Broken } from '../test/years/checks.ts'
import type { GrantStoreName } from '../test/years/ground.ts'
import { findSlowRecovery, measureRecovery, outageHours, type Recovery } from '../test/years/recovery.ts'
import { growthTable, kindsTable, recoveryTable } from '../test/years/report.ts'
import { liveYears } from '../test/years/years.ts'
import { yearsOptions } from './options.ts'

/** `npm run years -- --days 730 --store vault|sealed|both --seed 1 --tenants 800`: see docs/simulator.md. */
const { values } = parseArgs({ options: yearsOptions })
const [days, seed, tenants] = [Number(values.days), Number(values.seed), Number(values.tenants)]
const stores: readonly GrantStoreName[] =
  values.store === 'both' ? ['vault', 'sealed'] : [storeOf(values.store)]
/** In the table of kinds, each quarter has a column. */
const shownMonths = 3

for (const store of stores) await run(store)

function storeOf(text: string): GrantStoreName {
  if (text === 'vault' || text === 'sealed') return text
  throw new Error('--store must be vault, sealed, or both')
}

async function run(store: GrantStoreName): Promise<void> {
  const startedAt = performance.now()
  const { broken, months } = await liveYears({ store, seed, days, tenants }, (month) =>
    console.error(`${store}, ${seconds(startedAt)} s\n${growthTable([month])}`),
  )
  const recoveries: Recovery[] = []
  for (const hours of outageHours) recoveries.push(await measureRecovery({ store, seed }, hours))
  const shown = months.filter(({ month }) => month === 1 || month % shownMonths === 0)
  console.log(`\n## ${store}, ${days} days, seed ${seed}, ${seconds(startedAt)} s\n`)
  console.log(`${growthTable(months)}\n\n${kindsTable(shown)}\n\n${recoveryTable(recoveries)}\n`)
  report([...broken, ...recoveries.flatMap(findSlowRecovery)], store)
}

function report(broken: readonly Broken[], store: GrantStoreName): void {
  if (broken.length === 0) console.log('No rule was broken.')
  for (const { day, detail, rule } of broken)
    console.log(`seed ${seed}, ${store}, day ${day}: ${rule}: ${detail}`)
  if (broken.length > 0) process.exitCode = 1
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000)
}
