import { execFileSync } from 'node:child_process'
import { openWorld, type World } from '../end-to-end/world.ts'
import { peakMebibytes, processorSeconds } from './processTime.ts'
import { type Bench, exactly, type Measurement, median, reported } from './report.ts'

const upstreamSeconds = 2
/** As many as an instance gets by default, and twice as many as the template lets one of 2,048 MB take. */
const callCounts = [16, 400]

/** Passed-through calls at once to a Microsoft Advertising that answers after 2 s, with the broker on one core. */
export const slowUpstream: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const cores = pinToOneCore(world)
    const call = await prepareCall(world)
    const fault = { kind: 'slow', path: '/User/Query', delayMilliseconds: upstreamSeconds * 1000 }
    await world.advertising.fault(fault)
    await callAtOnce(world, call, callCounts[0] ?? 0)
    const measurements: Measurement[] = []
    for (const count of callCounts)
      measurements.push(...(await measure(world, call, { count, rounds: quick ? 1 : 3 })))
    return {
      title: `slow-upstream: passed-through calls at once, each answered after ${upstreamSeconds} s`,
      ground: `Real: broker, host, bearer token; ${cores}. Microsoft Advertising: the stand-in, GetUser.`,
      measurements,
    }
  } finally {
    await world.close()
  }
}

/** Like an instance of 2,048 MB. @returns the cores that the broker has. */
function pinToOneCore({ brokers }: World): string {
  try {
    execFileSync('taskset', ['-acp', '0', String(brokers[0]?.pid)], { stdio: 'ignore' })
    return 'the broker and its host on one core'
  } catch {
    return 'the broker and its host on all cores, because there is no taskset'
  }
}

interface Call {
  readonly url: string
  readonly headers: Record<string, string>
}

async function prepareCall(world: World): Promise<Call> {
  const tenant = await world.connected()
  return {
    url: `${world.origin}/v1/tenants/${tenant}/ads/customerManagement/User/Query`,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await world.stack.callerToken()}`,
    },
  }
}

interface Answers {
  readonly good: number
  readonly seconds: readonly number[]
  /** Of one core, while the calls were in progress. */
  readonly coreShare: number
}

async function callAtOnce({ brokers }: World, { headers, url }: Call, count: number): Promise<Answers> {
  const pid = brokers[0]?.pid ?? 0
  const used = await processorSeconds(pid)
  const startedAt = performance.now()
  const elapsed = () => (performance.now() - startedAt) / 1000
  const calls = Array.from({ length: count }, async () => {
    const answer = await fetch(url, { method: 'POST', headers, body: '{"UserId":null}' })
    await answer.arrayBuffer()
    return { isGood: answer.status === 200, seconds: elapsed() }
  })
  const answers = await Promise.all(calls)
  const share = (((await processorSeconds(pid)) ?? Number.NaN) - (used ?? Number.NaN)) / elapsed()
  return {
    good: answers.filter(({ isGood }) => isGood).length,
    seconds: answers.map(({ seconds }) => seconds),
    coreShare: share,
  }
}

async function measure(
  world: World,
  call: Call,
  { count, rounds }: { readonly count: number; readonly rounds: number },
): Promise<Measurement[]> {
  const all: Answers[] = []
  for (let round = 0; round < rounds; round++) all.push(await callAtOnce(world, call, count))
  const seconds = all.flatMap((each) => each.seconds)
  const memory = await peakMebibytes(world.brokers[0]?.pid ?? 0)
  return [
    exactly(
      `${count} at once: good answers, the fewest of any round`,
      Math.min(...all.map(({ good }) => good)),
      count,
    ),
    reported('  median, slowest', `${median(seconds).toFixed(2)} s, ${Math.max(...seconds).toFixed(2)} s`),
    reported(
      '  share of a core, median',
      `${(100 * median(all.map(({ coreShare }) => coreShare))).toFixed(1)} %`,
    ),
    reported('  most memory of the process so far', `${memory?.toFixed(0)} MiB`),
  ]
}
