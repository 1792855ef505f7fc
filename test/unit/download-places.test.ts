import { expect, test } from 'vitest'
import { createOpenDownloads } from '../../shared/downloads/openDownloads.ts'

const now = new Date(1_000_000)
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)

const refused = (actor: string) => ({
  code: 'too_many_requests',
  extras: { actor, retryAfterSeconds: 10, members: { reason: 'too_many_downloads_at_once' } },
})

const failureOf = (step: () => unknown): unknown => {
  try {
    return step()
  } catch (error) {
    return error
  }
}

test('an app reads four downloads at once, and another one when one of them has ended', () => {
  const open = createOpenDownloads()
  const ends = Array.from({ length: 4 }, () => open.begin('app', now))
  expect(failureOf(() => open.begin('app', now))).toMatchObject(refused('app'))
  open.begin('other', now)
  ends[0]?.()
  ends[0]?.()
  open.begin('app', now)
  expect(failureOf(() => open.begin('app', now))).toMatchObject(refused('app'))
})

test('all apps read sixteen downloads at once', () => {
  const open = createOpenDownloads()
  const ends = Array.from({ length: 16 }, (_, index) => open.begin(`app ${index}`, now))
  expect(failureOf(() => open.begin('new', now))).toMatchObject(refused('nobody'))
  ends[3]?.()
  open.begin('new', now)
})

test('a download whose answer was never taken counts for ten minutes', () => {
  const open = createOpenDownloads()
  for (let count = 0; count < 4; count++) open.begin('app', now)
  expect(failureOf(() => open.begin('app', later(599)))).toMatchObject(refused('app'))
  open.begin('app', later(600))
})
