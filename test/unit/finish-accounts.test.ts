import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { dueRowOf } from '../../shared/domain/due.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { areAccountsUnfinished } from '../../shared/domain/unfinishedAccounts.ts'
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
  await clock.run(sweep({ ...dependencies, refresher, finishAccounts }, order))
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

test('only a connected tenant has accounts to finish', () => {
  const row = { ...connected('vault:x'), ...outstanding }
  expect(areAccountsUnfinished(row)).toBe(true)
  expect(areAccountsUnfinished({ ...row, status: 'disconnected' })).toBe(false)
  expect(areAccountsUnfinished(connected('vault:x'))).toBe(false)
})
