import { expect, test } from 'vitest'
import { endDuringRefresh, vendWhileEnding } from './endingScenarios.ts'
import { refusedKind } from './kindScenarios.ts'
import { disconnectBesideSweep, reconnectAfterDisconnect, restoredAfterDisconnect } from './markScenarios.ts'
import {
  clocksApart,
  lostLease,
  migrateBesideRefresh,
  reconnectBesideRefresh,
  refusalBesideSweep,
  refusedWrites,
  slowKeeping,
  slowReading,
  wakeBesideSweep,
} from './scenarios.ts'
import {
  commitBesideSweep,
  consentTwice,
  migratePendingAndDie,
  slowWriteBesideSweep,
} from './uncommittedScenarios.ts'
import * as production from './useCases.ts'

const seeds = Array.from({ length: 150 }, (_, index) => index + 1)

test.each([
  ['a sweep during the vend that wakes an idle tenant does not lose the tenant', wakeBesideSweep],
  ['a sweep during a slow commit of a refusal does not lose the tenant', refusalBesideSweep],
  ['a refresh that stores slowly commits within its lease, or not at all', slowKeeping],
  ['a refresh that reads slowly makes no call that its lease has no time for', slowReading],
  ['a sign-in during a refresh of the old grant prevails', reconnectBesideRefresh],
  ['a migration during a refresh, or after its crash, moves the newest token', migrateBesideRefresh],
  [
    'a token is stored within its lease, even by the clock of the process that waits for the lease',
    clocksApart,
  ],
  ['a disconnect whose mark can’t be written is found by a later sweep', disconnectBesideSweep],
  ['a row that is restored from before a disconnect is not vended', restoredAfterDisconnect],
  ['a sign-in after a disconnect stays, although a clock is behind', reconnectAfterDisconnect],
  ['a commit next to the sweep that destroys its secret names a live secret, or nothing', commitBesideSweep],
  ['a secret that is written late by a process that dies is found by a sweep', slowWriteBesideSweep],
  ['a pending grant is migrated by a process that dies: a sweep finds the copy', migratePendingAndDie],
  ['a consent that replaces another one, which waits for its confirmation, leaves no secret', consentTwice],
  ['a vault that accepts no new refresh token does not stop a vend', refusedWrites],
  ['a provider that refuses every grant for a while ends none of them', refusedKind],
  ['an instance that is taken away commits its refresh, and leaves no lease', endDuringRefresh],
  ['an instance that is taken away begins no refresh', vendWhileEnding],
  ['a lease whose answer is an error still belongs to its taker', lostLease],
])('%s', async (_title, scenario) => {
  const broken: string[] = []
  for (const seed of seeds) {
    const violation = await scenario(seed, production)
    if (violation) broken.push(`${seed}: ${violation.message}`)
  }
  expect(broken).toEqual([])
})
