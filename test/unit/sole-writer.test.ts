import { expect, test } from 'vitest'
import { asSoleWriter } from '../../scripts/soleWriter.ts'
import { quietSecondsOf } from '../../shared/operations/soleWriter.ts'
import { tableNames } from '../../shared/storage/clients.ts'
import { createMemoryTable } from './memoryTable.ts'
import { createVirtualClock } from './virtualClock.ts'

/** Tables that a broker swept an hour ago, and that no one has written since. */
async function quietTables() {
  const clock = createVirtualClock()
  const create = () =>
    Object.assign(createMemoryTable({ now: clock.now }).table, { createTable: async () => undefined })
  const tables = Object.fromEntries(tableNames.map((name) => [name, create()]))
  const write = async (partitionKey: string) => {
    await tables.BrokerState?.upsertEntity({ partitionKey, rowKey: 'last', value: '{}' }, 'Replace')
  }
  await write('sweep')
  clock.advance(3600)
  // Nothing listens on this port.
  const config = { publicUrl: 'http://127.0.0.1:1', sweepSchedule: '0 */5 * * * *' }
  const broker = { tables, config, clock } as never
  const during = (work: () => Promise<void>) =>
    asSoleWriter(broker, false, async () => {
      clock.advance(5)
      await work()
      clock.advance(5)
      return 'done'
    })
  return { clock, during, write }
}

test('a command during which a broker has swept the tables fails, although its work is done', async () => {
  const { clock, during, write } = await quietTables()
  await expect(during(() => write('sweep'))).rejects.toThrow('swept these tables in the meantime')
  clock.advance(3600)
  expect(await during(async () => undefined)).toBe('done')
})

test('what the command itself writes, and sweeps from before it, end nothing', async () => {
  const { during, write } = await quietTables()
  expect(await during(() => write('note:audit'))).toBe('done')
})

test.each([
  ['0 */5 * * * *', 600],
  ['0 */9 * * * *', 600],
  ['0 0 * * * *', 3660],
])(
  'tables are quiet after the longest pause of %s and a minute, or after ten minutes',
  (sweepSchedule, seconds) => {
    const config = { publicUrl: 'http://127.0.0.1:1', sweepSchedule }
    expect(quietSecondsOf(config, new Date('2026-11-23T16:00:00Z'))).toBe(seconds)
  },
)
