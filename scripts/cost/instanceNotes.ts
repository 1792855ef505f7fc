import { counted } from './counted.ts'
import { number } from './figures.ts'
import { assumed } from './inputs.ts'
import { carriedCalls, instances, instanceVends, measured } from './measured.ts'

/** How one instance was measured. */
export function instanceGround(): string {
  const cores = instances.map(({ cores, memoryMb }) => `${number(memoryMb)} MB: ${cores}`).join(', ')
  return `Cores by memory, as [Flex Consumption](https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan) has them: ${cores}. Measured once, on November 29, 2026, with the broker and its local host in a control group with that much processor time, on a busy machine of two cores on which the load and all stand-ins ran too. No command of this repository repeats it. The memory is that of the process; Azure's own host takes more beside it.`
}

/** What follows from the table of instances. */
export function instanceNotes(): string {
  const growth = instances.map(({ mebibytes: [least, most] }) => most - least)
  const [, , fewer, most] = carriedCalls
  const busiest = measured.slowUpstream[1]
  const [small, middle] = [instanceVends[512], instanceVends[2048]]
  return [
    `A call that waits for Microsoft takes little memory: from ${fewer} to ${most} at once, the process grew by ${Math.min(...growth)} to ${Math.max(...growth)} MiB.`,
    `It takes little processor time, too: with ${busiest.calls} at once, the broker used ${number(busiest.coreShare * 100, 1)} % of one core. So the default of ${counted.httpConcurrency[2048]} leaves most of a core for everything else. Without the setting, the platform adds an instance for every ${assumed.platformConcurrency} ([report](facts.md#functions-host)); until that has started, a burst waits. <!-- test: unit/infra: one takes as many HTTP requests at once as its memory carries --><!-- test: unit/cost: an instance takes no more calls by default than were measured -->`,
    'Node.js runs the broker on one core, so 4,096 MB carry no more calls. They help if answers are large: reports stream through, but a discovery holds the answers that it reads.',
    `512 MB are for tests and for few tenants: under continuous vends, the process alone took ${small.mebibytes} MiB, and it started in ${small.startSeconds} s instead of ${middle.startSeconds} s.`,
    "Node.js keeps its defaults for memory, which follow from the instance's ([why](decisions/0041-node-keeps-its-memory-defaults.md)).",
    "`SWEEP_CONCURRENCY` isn't affected: the timer and the queue are function groups of their own, on instances of their own ([Microsoft](https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling)).",
  ]
    .map((line) => `- ${line}`)
    .join('\n')
}
