import { expect, test } from 'vitest'
import { parseArguments } from '../../scripts/commandLine.ts'
import { parseImportFile } from '../../scripts/import/file.ts'
import { importGrants } from '../../scripts/import.ts'
import { createVirtualClock } from './virtualClock.ts'

/** Imports tenants that each take this long; returns the second of each start, and the most at once. */
async function paceOf(
  tenants: number,
  { ratePerSecond, seconds }: Record<'ratePerSecond' | 'seconds', number>,
) {
  const clock = createVirtualClock()
  const lines = Array.from({ length: tenants }, (_, index) => `t${index},production,M.C5abc`)
  const starts: number[] = []
  let [open, most] = [0, 0]
  const work = importGrants({
    rows: parseImportFile(['tenant,environment,refreshToken', ...lines].join('\n')).rows,
    journal: { add: async () => undefined },
    call: async () => {
      starts.push(clock.passed())
      most = Math.max(most, ++open)
      await clock.sleep(seconds * 1000)
      open--
      return { status: 200, body: {} }
    },
    ratePerSecond,
    clock,
  })
  await clock.run(work)
  return { starts, most }
}

test('an import starts five tenants per second unless told, with four in progress at a time', async () => {
  const ratePerSecond = Number(parseArguments('import', ['tenants.csv']).values.rate)
  expect((await paceOf(6, { ratePerSecond, seconds: 0 })).starts).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1])
  expect((await paceOf(9, { ratePerSecond: 100, seconds: 10 })).most).toBe(4)
})
