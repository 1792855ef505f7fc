import { openWorld, type World } from '../end-to-end/world.ts'
import { type Bench, type Measurement, median, reported } from './report.ts'

/** The most milliseconds that the broker may add, at the median. */
const maxAddedMilliseconds = 2

interface Call {
  readonly url: string
  readonly headers: Record<string, string>
}

const body = JSON.stringify({ UserId: null })

/** The same call passed through the broker and made directly, alternating. */
export const passthrough: Bench = async ({ quick }) => {
  const world = await openWorld()
  try {
    const calls = await prepareCalls(world)
    const rounds = quick ? 200 : 2000
    await compare(calls, 100)
    return {
      title: 'passthrough: a call through the broker beside the same call made directly',
      ground: `Real: broker, host, bearer token. Microsoft Advertising: the stand-in. ${rounds} pairs, GetUser.`,
      measurements: measure(await compare(calls, rounds)),
    }
  } finally {
    await world.close()
  }
}

async function prepareCalls(world: World): Promise<{ readonly passed: Call; readonly direct: Call }> {
  const tenant = await world.connected()
  const { body: vended } = await world.call('GET', `/v1/tenants/${tenant}/token`)
  const json = { 'content-type': 'application/json' }
  return {
    passed: {
      url: `${world.origin}/v1/tenants/${tenant}/ads/customerManagement/User/Query`,
      headers: { ...json, authorization: `Bearer ${await world.stack.callerToken()}` },
    },
    direct: {
      url: `${vended.services.customerManagement}/User/Query`,
      headers: { ...json, ...vended.headers },
    },
  }
}

interface Pair {
  readonly passed: number
  readonly direct: number
}

async function compare(
  { passed, direct }: { readonly passed: Call; readonly direct: Call },
  rounds: number,
): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (let round = 0; round < rounds; round++) {
    pairs.push({ passed: await time(passed), direct: await time(direct) })
  }
  return pairs
}

async function time({ url, headers }: Call): Promise<number> {
  const startedAt = performance.now()
  const answer = await fetch(url, { method: 'POST', headers, body })
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}.`)
  return performance.now() - startedAt
}

function measure(pairs: readonly Pair[]): Measurement[] {
  const added = median(pairs.map(({ passed, direct }) => passed - direct))
  const [passed, direct] = [
    median(pairs.map((pair) => pair.passed)),
    median(pairs.map((pair) => pair.direct)),
  ]
  return [
    {
      what: 'added by the broker and its host, median of the differences',
      value: `${added.toFixed(2)} ms`,
      target: `under ${maxAddedMilliseconds} ms`,
      reached: added < maxAddedMilliseconds,
    },
    reported('  passed, direct', `${passed.toFixed(2)} ms, ${direct.toFixed(2)} ms`),
  ]
}
