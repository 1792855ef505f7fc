import { compareForwarding } from './compareForwarding.ts'
import { compareQueues } from './compareQueues.ts'
import { compareRoutes } from './compareRoutes.ts'
import { compareSchedules } from './compareSchedules.ts'
import { createReport } from './report.ts'
import { openWorld } from './world.ts'

/** Runs the broker and our imitations of the platform against the platform's own packages. See README.md. */
const startedAt = performance.now()
const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`
const [onlyPart, onlyCase = ''] = process.argv.slice(2)
const report = createReport()
const world = await openWorld()
try {
  const parts = {
    Routes: compareRoutes,
    Queues: compareQueues,
    Schedules: compareSchedules,
    Forwarding: compareForwarding,
  }
  for (const [name, compare] of Object.entries(parts)) {
    if (!onlyPart || onlyPart === name) await compare(world, report.part(name), onlyCase)
  }
} finally {
  await world.close()
}
const isWell = report.print()
console.log(`Platform: ${isWell ? 'all agree' : 'NOT all agree'}, after ${seconds()}.`)
process.exit(isWell ? 0 : 1)
