import { expect, test } from 'vitest'
import type { DueRow } from '../../shared/domain/due.ts'
import { lateSince } from '../../shared/refresh/lateSince.ts'
import type { RefreshOutcome } from '../../shared/refresh/outcome.ts'

const [two, three] = [new Date('2026-11-23T14:00:00Z'), new Date('2026-11-23T15:00:00Z')]
const row = { workspace: 'w', tenant: 't', dueAt: two } as DueRow

test.each<[string, object, Date | undefined]>([
  ['a tenant that is gone', { outcome: 'not_found' }, undefined],
  ['a hint that led to nothing', { outcome: 'fresh' }, undefined],
  ['a dead grant', { outcome: 'passed_on', reason: 'grant_is_dead' }, undefined],
  ['a disconnected tenant', { outcome: 'passed_on', reason: 'not_connected' }, undefined],
  ['a tenant on hold', { outcome: 'passed_on', reason: 'environment_on_hold' }, two],
  ['a tenant leased elsewhere', { outcome: 'passed_on', reason: 'leased_elsewhere' }, two],
  ['its own due time', { outcome: 'refreshed', dueBefore: two }, two],
  ['an older hint than its due time', { outcome: 'refreshed', dueBefore: three }, three],
  ['an older hint than its refused refresh', { outcome: 'refused', dueBefore: three }, three],
])('the refresh is late since when it was due: %s', (_title, outcome, since) => {
  expect(lateSince(row, outcome as RefreshOutcome)).toEqual(since)
})

test('a tenant whose due row waited for a day, because its environment wasn’t served, is late from then on', () => {
  const outcome = { outcome: 'refreshed', dueBefore: two } as RefreshOutcome
  expect(lateSince({ ...row, dueAt: three }, outcome)).toEqual(three)
})
