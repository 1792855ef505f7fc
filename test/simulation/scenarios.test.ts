import { expect, test } from 'vitest'
import { reconnectAfterDisconnect, restoredAfterDisconnect } from './markScenarios.ts'
import {
  clocksApart,
  lostLease,
  migrateBesideRefresh,
  reconnectBesideRefresh,
  refusalBesideSweep,
  refusedWrites,
  slowKeeping,
  wakeBesideSweep,
} from './scenarios.ts'
import * as production from './useCases.ts'

const seeds = Array.from({ length: 150 }, (_, index) => index + 1)

test.each([
  ['a sweep beside the vend that wakes an idle tenant does not forget it', wakeBesideSweep],
  ['a sweep beside a refusal that is committed slowly does not forget its tenant', refusalBesideSweep],
  ['a refresh that stores slowly commits within its lease, or not at all', slowKeeping],
  ['a sign-in beside a refresh of the old grant is what stays', reconnectBesideRefresh],
  ['a migration beside a refresh, or after its death, moves the newest token', migrateBesideRefresh],
  [
    'a token is kept within its lease, by the clock of the process that waits for its end as well',
    clocksApart,
  ],
  ['a row that is restored from before a disconnect is not vended', restoredAfterDisconnect],
  ['a sign-in after a disconnect stays, although a clock is behind', reconnectAfterDisconnect],
  ['a vault that takes no new refresh token does not stop a vend', refusedWrites],
  ['a lease whose answer is an error is its taker’s all the same', lostLease],
])('%s', async (_title, scenario) => {
  const broken: string[] = []
  for (const seed of seeds) {
    const violation = await scenario(seed, production)
    if (violation) broken.push(`${seed}: ${violation.message}`)
  }
  expect(broken).toEqual([])
})
