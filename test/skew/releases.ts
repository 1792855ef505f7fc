import { afterAll, beforeAll } from 'vitest'
import { testConnecting } from './connecting.ts'
import { testDisconnecting } from './disconnecting.ts'
import { testParking } from './parking.ts'
import { testTroubles } from './troubles.ts'
import { openSkewWorld, type SkewWorld } from './world.ts'

/** Runs every scenario with both releases on one stack. */
export function testReleases(grantStore: 'sealed' | 'vault'): void {
  let world: SkewWorld
  beforeAll(async () => {
    world = await openSkewWorld(grantStore)
  })
  afterAll(() => world?.close())
  testConnecting(() => world)
  testDisconnecting(() => world)
  testTroubles(() => world)
  // Last: it ends with other processes.
  testParking(() => world)
}
