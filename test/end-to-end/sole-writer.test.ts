import { afterAll, beforeAll, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { claimTables, OtherWriterError, quietSecondsOf } from '../../shared/operations/soleWriter.ts'
import { type OperatorWorld, openOperatorWorld } from './operator.ts'

let world: OperatorWorld

beforeAll(async () => {
  world = await openOperatorWorld()
})

afterAll(() => world.stack.stop())

const silent: typeof fetch = async () => {
  throw new TypeError('fetch failed')
}

/** Claims the tables this many seconds from now. */
function claim(seconds: number, fetch = silent) {
  const { clock, config, tables } = world.broker
  const now = () => addSeconds(new Date(), seconds)
  return claimTables({
    tables,
    config,
    fetch,
    createBrokerState: async () => {},
    clock: { ...clock, now, storageNow: now },
  })
}

const write = (partitionKey: string, rowKey = 'last') =>
  world.broker.tables.BrokerState.upsertEntity({ partitionKey, rowKey, value: '{}' })

test('a restore is refused while a broker answers at its address', async () => {
  const asked: string[] = []
  const answering = (async (url: string) => {
    asked.push(url)
    return new Response('{}')
  }) as typeof fetch
  await expect(claim(0, answering)).rejects.toThrow('The broker is running')
  expect(asked).toEqual([`${world.broker.config.publicUrl}/health`])
})

test('tables that no broker has swept are watched first', async () => {
  const refused = await claim(0).catch((error) => error)
  expect(refused.message).toContain('they are watched for 600 s first')
  await expect(claim(590)).rejects.toThrow('watched')
  const end = await claim(602)
  await end()
})

test('a restore is refused until no row has been written for ten minutes', async () => {
  await write('sweep')
  await write('note:audit')
  const refused = await claim(0).catch((error) => error)
  expect(refused).toBeInstanceOf(OtherWriterError)
  expect(refused.message).toContain('note:audit')
  expect(refused.againAt.getTime()).toBeGreaterThan(Date.now() + 590_000)
  await expect(claim(560)).rejects.toThrow('wait until no one has written')
  const end = await claim(700)
  await expect(claim(701)).rejects.toThrow('A command was written')
  await end()
})

test('a schedule with longer pauses needs a longer silence', () => {
  const now = new Date('2026-11-30T00:00:00Z')
  const { publicUrl } = world.broker.config
  expect(quietSecondsOf({ publicUrl, sweepSchedule: '0 */5 * * * *' }, now)).toBe(600)
  expect(quietSecondsOf({ publicUrl, sweepSchedule: '0 0 * * * *' }, now)).toBe(3660)
})
