import { table } from '../markdown.ts'
import { counted } from './counted.ts'
import { number } from './figures.ts'
import { carriedCalls, instances, instanceVends, measured } from './measured.ts'

const list = (numbers: readonly number[], decimals = 2) =>
  numbers.map((each) => number(each, decimals)).join(', ')
const reached = (isReached: boolean) => (isReached ? 'reached' : 'missed')
const percent = (share: number) => number(share * 100, 1)

/** What `npm run bench` measured, with its targets. */
export function benchTable(): string {
  return table(['benchmark', 'result', 'target'], [...sweepRows(), ...vendRows()])
}

function sweepRows(): string[][] {
  const { sweepLocal, sweepPace, sweepReads } = measured
  const [first, ...others] = sweepReads
  const expected = (sweepPace.due / sweepPace.concurrency) * sweepPace.callSeconds
  const [early, late] = sweepPace.thirds
  const times = (of: 'time' | 'memory') => list(others.map((each) => each[of]))
  return [
    [
      '`sweep-local`: 2,000 tenants due, the built broker on the whole stack',
      `${sweepLocal.idlePerSecond.join(' to ')} refreshes a second, ${sweepLocal.busyPerSecond.join(' to ')} while others used the machine; each with ${sweepLocal.processorMilliseconds} ms of processor time, ${sweepLocal.table} table and ${sweepLocal.vault} vault operations; process at most ${sweepLocal.mebibytes} MiB`,
      '',
    ],
    [
      `\`sweep-reads\`: 1,000 due among ${sweepReads.map(({ tenants }) => number(tenants)).join(', ')} tenants, with tables that seek like the service`,
      `${number(first.reads)} table reads each; time ${times('time')} times, and live memory ${times('memory')} times, the values for ${number(first.tenants)} tenants`,
      `reads within 5 %, time within 15 %, memory within 5 %: ${reached(others.every(({ memory, reads, time }) => reads / first.reads <= 1.05 && time <= 1.15 && memory <= 1.05))}`,
    ],
    [
      `\`sweep-pace\`: ${number(sweepPace.due)} due, ${sweepPace.concurrency} in parallel, ${sweepPace.callSeconds * 1000} ms token endpoint, in-memory stores, no encryption`,
      `${sweepPace.seconds} s, ${number(sweepPace.seconds / expected, 2)} times tenants ÷ concurrency × latency`,
      `within 20 %: ${reached(Math.abs(sweepPace.seconds / expected - 1) <= 0.2)}`,
    ],
    [
      `the same: live memory including the ${number(sweepPace.due)} rows, last third compared with first third`,
      `${early} MiB, then ${late} MiB: ${number(late / early, 2)}`,
      `within 10 %: ${reached(late / early <= 1.1)}`,
    ],
  ]
}

function vendRows(): string[][] {
  const {
    coalescing,
    coldStart,
    downloads,
    entities,
    growth,
    listing,
    passthrough,
    peers,
    slowUpstream,
    sparseVends,
    warmVend,
  } = measured
  const { nearMilliseconds, farMilliseconds } = sparseVends
  return [
    [
      `\`coalescing\`: ${number(coalescing.vends)} simultaneous vends of a stale tenant, ${coalescing.processes} processes`,
      `${coalescing.calls} call to the token endpoint, ${number(coalescing.vends)} good answers`,
      'the same',
    ],
    [
      '`warm-vend`: requests a second compared with a no-op function on the same host',
      `${list(warmVend.map(({ share }) => share))} at ${list(
        warmVend.map(({ connections }) => connections),
        0,
      )} connections; with a span per vend ${list(warmVend.map(({ withSpans }) => withSpans))}`,
      `0.85 without spans: ${reached(warmVend.every(({ share }) => share >= 0.85))}`,
    ],
    [
      `\`peers\`: vends a second compared with MSAL whose cache is in a table row, and with a vault read and a token call each; at ${list(
        peers.map(({ connections }) => connections),
        0,
      )} connections, with stand-ins that answer at once`,
      `${list(peers.map(({ timesMsal }) => timesMsal))} times MSAL, ${list(peers.map(({ timesVault }) => timesVault))} times vault and token call`,
      `2 times MSAL: ${reached(peers.every(({ timesMsal }) => timesMsal >= 2))}; 7 times the other: ${reached(peers.every(({ timesVault }) => timesVault >= 7))}`,
    ],
    [
      '`sparse-vends`: one vend every 2 s with a vault 40 ms away, compared with a vault at 0 ms',
      `${number(farMilliseconds / nearMilliseconds, 2)} at the median (${farMilliseconds} and ${nearMilliseconds} ms)`,
      `at most 1.2: ${reached(farMilliseconds / nearMilliseconds <= 1.2)}`,
    ],
    growthRow(growth),
    [
      `\`listing\`: ${number(listing.tenants)} tenants of one workspace, ${listing.page} a page, ${listing.callMilliseconds} ms a call; the machine was busy`,
      `${listing.fullSeconds} s in full, ${listing.summarySeconds} s with \`view=summary\``,
      `under 2 s: ${reached(listing.summarySeconds < 2)}`,
    ],
    [
      '`passthrough`: a call through the broker compared with the same call made directly',
      `${passthrough.addedMilliseconds} ms more at the median`,
      `under 2 ms: ${reached(passthrough.addedMilliseconds < 2)}`,
    ],
    [
      `\`slow-upstream\`: ${list(
        slowUpstream.map(({ calls }) => calls),
        0,
      )} passed-through calls at once, Microsoft Advertising answering after 2 s, the broker on one core; the machine was busy`,
      `all answered; median ${list(slowUpstream.map(({ median }) => median))} s; ${slowUpstream.map(({ coreShare }) => percent(coreShare)).join(', ')} % of the core; process at most ${list(
        slowUpstream.map(({ mebibytes }) => mebibytes),
        0,
      )} MiB`,
      'all answered: reached',
    ],
    downloadsRow(downloads),
    entitiesRow(entities),
    [
      '`cold-start`: loading the bundle; the machine was busy',
      `${coldStart.milliseconds} ms; ${coldStart.timesEmpty} times an empty process`,
      '',
    ],
  ]
}

function downloadsRow(downloads: typeof measured.downloads): string[] {
  const rows = list(
    downloads.map((each) => each.rows),
    0,
  )
  const megabytes = list(
    downloads.map((each) => each.megabytes),
    0,
  )
  const most = Math.max(...downloads.map(({ mebibytes }) => mebibytes))
  return [
    `\`downloads\`: a report of ${rows} rows (${megabytes} MB unpacked) through the broker, compared with a script that reads the file with the vended token and checks nothing; the last with 64 MiB of heap, and the machine was busy`,
    `${list(downloads.map(({ share }) => share))} times the script's time; live memory at most ${most} MiB`,
    `64 MiB: ${reached(most <= 64)}; 1.2 times for all but the last: ${reached(downloads.slice(0, -1).every(({ share }) => share <= 1.2))}`,
  ]
}

function entitiesRow(entities: typeof measured.entities): string[] {
  const { rows, megabytes, rowsSeconds, lastPageSeconds, sortedSeconds, mebibytes } = entities
  return [
    `\`entities\`: ${list([rows], 0)} ad groups and ads (${list([megabytes], 0)} MB unpacked) as rows, and as pages of [objects](normalized.md), with 64 MiB of heap; the machine was busy`,
    `all rows ${rowsSeconds} s, the last page ${lastPageSeconds} s, the last sorted page of ads ${sortedSeconds[0]} s, of ad groups ${sortedSeconds[1]} s; live memory at most ${mebibytes} MiB`,
    `64 MiB: ${reached(mebibytes <= 64)}`,
  ]
}

function growthRow({ mebibytes, small, vends }: typeof measured.growth): string[] {
  const [, , , most] = vends
  const perSecond = list(
    vends.map((each) => each.perSecond),
    0,
  )
  return [
    `\`growth\`: vends a second with ${list(
      vends.map(({ tenants }) => tenants),
      0,
    )} active tenants, asked for in turn; the machine was busy`,
    `${perSecond}; process at most ${mebibytes} MiB. The last read their rows, because a round takes longer than \`ROW_CACHE_SECONDS\`; with a memory (\`TOKEN_MEMORY_BYTES\`) for ${number(small.tenants)}, ${number(small.perSecond)}`,
    `${number(most.tenants)}: 1.1 times the small memory's: ${reached(most.perSecond / small.perSecond >= 1.1)}`,
  ]
}

/** What an instance of each size carries. */
export function instanceTable(): string {
  const [, , least, most] = carriedCalls
  return table(
    [
      '`instanceMemoryMB`',
      'cores',
      `slowest of ${list(carriedCalls, 0)} passed-through calls at once, Microsoft answering after 2 s`,
      `most memory at ${least}, ${most}`,
      'vends a second, 50 at once',
      '`httpConcurrency` by default',
    ],
    instances.map(({ cores, mebibytes, memoryMb, slowest }) => [
      number(memoryMb),
      String(cores),
      `${list(slowest)} s`,
      `${list(mebibytes, 0)} MiB`,
      vendsOf(memoryMb),
      String(counted.httpConcurrency[memoryMb]),
    ]),
  )
}

function vendsOf(memoryMb: (typeof instances)[number]['memoryMb']): string {
  if (memoryMb === 4096) return 'not measured'
  const { busyCores, perSecond, slowMilliseconds, mebibytes } = instanceVends[memoryMb]
  return `${number(perSecond)} with ${busyCores} cores; slowest 1 %: ${slowMilliseconds} ms and more; ${mebibytes} MiB`
}
