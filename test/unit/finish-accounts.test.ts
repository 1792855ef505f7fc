import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { areAccountsUnfinished } from '../../shared/domain/unfinishedAccounts.ts'
import { runShard, runSweep } from '../../shared/operations/runSweep.ts'
import { type SweepOptions, sweep } from '../../shared/refresh/sweep.ts'
import { connected } from '../simulation/ground.ts'
import { createModelDueIndex } from '../simulation/models/dueIndex.ts'
import { refreshGround } from './refreshGround.ts'

/** A sweep over the hint of a tenant that isn't due otherwise; `isFinished` is the discovery's result. */
async function sweepHint(change: Partial<Tenant>, order: SweepOptions = {}, isFinished = true, hints = 1) {
  const own = refreshGround({ with: () => ({ due: createModelDueIndex({ shardCount: 1 }) }) })
  const { clock, dependencies, refresher } = own
  const row = await own.add({ dueAt: addSeconds(clock.now(), 3000), ...change })
  const { due } = dependencies
  for (let hint = 0; hint < hints; hint++)
    if (row.grant) await due.insert(dueRowOf(row, row.grant, addSeconds(clock.now(), -hint)))
  const finished: string[] = []
  const finishAccounts = async ({ tenant }: { tenant: string }) => {
    finished.push(tenant)
    return isFinished
  }
  const swept = sweep({ ...dependencies, refresher, finishAccounts }, order)
  await clock.run(swept.then((result) => result.finishAccounts()))
  const left: number[] = []
  for await (const page of due.due(0, addSeconds(clock.now(), 4000)))
    left.push(...page.map(({ dueAt }) => (dueAt.getTime() - clock.now().getTime()) / 1000))
  return { finished, left }
}

const outstanding = { accountsOutstanding: true } as const

describe('a sweep that meets the hint of a sign-in', () => {
  test('finishes accounts that aren’t written, once', async () => {
    expect(await sweepHint(outstanding)).toEqual({ finished: ['t'], left: [3000] })
  })

  test('finishes a discovery that ended early', async () => {
    const { finished } = await sweepHint({ accountsGeneration: 'g.unfinished-12' })
    expect(finished).toEqual(['t'])
  })

  test('tries again at a full hour if that fails', async () => {
    const { left } = await sweepHint(outstanding, {}, false)
    expect(left).toEqual([3000, 3600])
  })

  test('tries once for several hints, which become one', async () => {
    expect(await sweepHint(outstanding, {}, false, 3)).toEqual({ finished: ['t'], left: [3000, 3600] })
  })

  test('leaves it to the timer if it runs within an HTTP call', async () => {
    expect(await sweepHint(outstanding, { maxSeconds: 150 })).toEqual({ finished: [], left: [0] })
  })

  test('has nothing to do if everything is written', async () => {
    expect(await sweepHint({})).toEqual({ finished: [], left: [3000] })
  })
})

/** Two shards: in the first one, the hint of `t`, whose accounts are outstanding; in the second, `others`. */
async function twoShards(others: Partial<Tenant>, settings: object = {}) {
  const due = createModelDueIndex({ shardCount: 2 })
  const own = refreshGround({ with: () => ({ due }) })
  const { clock, refresher } = own
  const later = addSeconds(clock.now(), 3000)
  const hint = async (tenant: string, change: Partial<Tenant>) => {
    const row = await own.add({ dueAt: later, ...change }, { workspace: 'w', tenant })
    await due.insert(dueRowOf(row, row.grant!, clock.now()))
  }
  await hint('t', outstanding)
  const [first, second] = (await due.page(0, clock.now())).length > 0 ? [0, 1] : [1, 0]
  await hint('u', others)
  expect(await due.page(second, clock.now())).toHaveLength(1)
  const config = { ...own.dependencies.config, ...settings }
  const randomness = { ...own.dependencies.randomness, fraction: () => 0 }
  const finished: string[] = []
  const finishAccounts = async ({ tenant }: { tenant: string }) => {
    finished.push(tenant)
    await clock.sleep((config.sweepSeconds / 2) * 1000)
    return true
  }
  const dependencies = { ...own.dependencies, config, finishAccounts, randomness, refresher }
  const run = (order: SweepOptions = {}) => sweep(dependencies, { shards: [first, second], ...order })
  return { ...own, due, dependencies, finished, first, run, second }
}

test('a timer’s sweep and a shard’s finish accounts after their report is stored', async () => {
  const { clock, dependencies, finished, first } = await twoShards(outstanding)
  const reported: number[] = []
  const sweeps = { write: async () => void reported.push(finished.length) }
  const records = { removeExpired: async () => undefined }
  const all = { ...{ clock, records, sweeping: dependencies, sweeps }, notes: {}, tenantPages: {} } as never
  await clock.run(runSweep(all))
  expect([finished.length, reported]).toEqual([1, [0]])
  await clock.run(runShard(all, { shard: first }))
  expect([finished.length, reported]).toEqual([2, [0, 1]])
})

test('a sweep that hands over leaves the discoveries to the process that takes the shards', async () => {
  const { clock, finished, first, run, second } = await twoShards({}, { sweepHandoverCount: 2 })
  const { finishAccounts, handOver } = await clock.run(run({ mayHandOver: true }))
  expect([...handOver].sort()).toEqual([first, second].sort())
  await clock.run(finishAccounts())
  expect(finished).toEqual([])
})

test('a sweep finishes accounts after its report, and starts no discovery after half of its time', async () => {
  const { clock, finished, logged, run } = await twoShards(outstanding)
  const { finishAccounts } = await clock.run(run())
  expect(logged.map(({ event }) => event)).toEqual(['sweep.ended'])
  expect(finished).toEqual([])
  await clock.run(finishAccounts())
  expect(finished).toEqual(['t'])
})

test('a tenant whose accounts can’t be finished now keeps its hint, and stops no other', async () => {
  const { clock, dependencies, due, finished, first, second } = await twoShards(outstanding)
  const finishAccounts = async ({ tenant }: { tenant: string }) => {
    if (tenant === 't') throw new Error('leased')
    finished.push(tenant)
    return true
  }
  const swept = await clock.run(sweep({ ...dependencies, finishAccounts }, { shards: [first, second] }))
  await clock.run(swept.finishAccounts())
  expect(finished).toEqual(['u'])
  const left = [...due.rows()].filter(({ dueAt }) => dueAt <= clock.now())
  expect(left.map(({ tenant }) => tenant)).toEqual(['t'])
})

test('a failing storage ends the discoveries, and not the sweep', async () => {
  const { clock, run } = await twoShards(outstanding)
  const { finishAccounts } = await clock.run(run())
  clock.sleep = () => Promise.reject(new Error('out'))
  await finishAccounts()
})

test('only a connected tenant has accounts to finish', () => {
  const row = { ...connected('vault:x'), ...outstanding }
  expect(areAccountsUnfinished(row)).toBe(true)
  expect(areAccountsUnfinished({ ...row, status: 'disconnected' })).toBe(false)
  expect(areAccountsUnfinished(connected('vault:x'))).toBe(false)
})
