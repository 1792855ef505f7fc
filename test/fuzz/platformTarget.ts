import { spawnSync } from 'node:child_process'
import { findFreePort } from '../../local/ports.ts'
import { storageConnection } from '../../local/settings.ts'
import { openWorld, type World } from '../end-to-end/world.ts'
import { buildProgram, startProgram } from '../platform/program.ts'
import { startWorker } from '../platform/world.ts'

/** A world whose broker is behind the platform's own router and forwarder, not behind the local host. */
export interface PlatformTarget {
  readonly world: World
  /** The worker's log lines. */
  readonly lines: () => readonly string[]
  close(): Promise<void>
}

/** Whether the .NET SDK is there, by which the platform's packages are built. */
export const hasPlatform = () => spawnSync('dotnet', ['--version'], { stdio: 'ignore' }).status === 0

/** Builds the program of `test/platform`, and starts it with the built broker. */
export async function openPlatformTarget(): Promise<PlatformTarget> {
  const [world] = await Promise.all([openWorld({ brokers: 0, behindFront: true }), buildProgram()])
  const { child, lines, ...worker } = await startWorker(world.stack, world.settings)
  const program = await startProgram({
    ...worker,
    frontPort: world.stack.ports.broker,
    routerPort: await findFreePort(),
    storage: storageConnection(world.stack.ports),
  })
  return {
    world,
    lines: () => lines,
    async close() {
      await program.stop()
      await child.stop()
      await world.close()
    },
  }
}
