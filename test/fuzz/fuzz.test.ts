import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../end-to-end/world.ts'
import { fuzz } from './fuzz.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world.close())

test('no generated request gets a 5xx, a secret, another workspace’s data, or anything but a problem document', async () => {
  const { findings, requests, statuses } = await fuzz({ world, requests: 3000, seed: 1 })
  expect(findings.join('\n\n')).toBe('')
  expect(requests).toBeGreaterThanOrEqual(3000)
  // Enough of them got behind the first check.
  expect(statuses[200]).toBeGreaterThan(150)
}, 600_000)
