import { openWorld } from '../end-to-end/world.ts'
import { type Bench, exactly, median, reported } from './report.ts'

const brokers = 4
const callers = 1000
/** As slow as a sign-in on another continent, so that all callers arrive during the refresh. */
const signInMilliseconds = 400

/** 1,000 concurrent callers of one stale tenant, spread over 4 processes: one call to the token endpoint. */
export const coalescing: Bench = async ({ quick }) => {
  const world = await openWorld({ brokers })
  const calls: number[] = []
  const good: number[] = []
  const seconds: number[] = []
  try {
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      const tenant = await world.connectedStale()
      await world.signIn.settings({ latencyMilliseconds: signInMilliseconds })
      const startedAt = performance.now()
      const answers = await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          world.call('GET', `/v1/tenants/${tenant}/token`, { broker: caller % brokers }),
        ),
      )
      seconds.push((performance.now() - startedAt) / 1000)
      await world.signIn.settings({ latencyMilliseconds: 0 })
      calls.push((await world.refreshCalls()).length)
      good.push(answers.filter(({ status, body }) => status === 200 && body.expiresIn >= 300).length)
    }
  } finally {
    await world.close()
  }
  return {
    title: `coalescing: ${callers} concurrent vends on one stale tenant, ${brokers} broker processes`,
    ground: `Real: brokers, hosts, Azurite, vault, sign-in (${signInMilliseconds} ms a call). Rounds: ${calls.length}.`,
    measurements: [
      exactly('calls to the token endpoint, the most of any round', Math.max(...calls), 1),
      exactly('good answers, the fewest of any round', Math.min(...good), callers),
      reported('until the last caller had its answer, median', `${median(seconds).toFixed(2)} s`),
    ],
  }
}
