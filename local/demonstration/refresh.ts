import { callingApps } from '../callers.ts'
import { hostMasterKey } from '../settings.ts'
import { advertiser, callAdvertising } from './advertiser.ts'
import { assert, type Demo, nameOf } from './demo.ts'
import { makeDueNow } from './due.ts'
import type { Step } from './steps.ts'

const path = `/v1/tenants/${advertiser.tenant}`
const name = { workspace: callingApps['demo-app'].workspace, tenant: advertiser.tenant }
const pollMilliseconds = 50
const timerSeconds = 20

/** The refresh timer, and its effects. */
export const refreshSteps: readonly Step[] = [
  {
    name: 'refreshTimer',
    title: 'Fifty minutes pass, and the refresh timer runs',
    async run(demo) {
      const before = (await demo.refreshes(advertiser.username)).length
      const { lastRefreshedAt } = (await demo.call(path)).refresh
      await makeDueNow(demo.stack, name)
      await runTimer(demo)
      const refreshedAt = await waitForRefresh(demo, lastRefreshedAt)
      const refreshes = (await demo.refreshes(advertiser.username)).slice(before)
      assert(refreshes.length === 1, `The sign-in answered ${refreshes.length} refreshes instead of one.`)
      assert(refreshes[0]?.outcome === 'ok', `The sign-in answered ${refreshes[0]?.outcome}.`)
      return {
        happened: `The due time was brought forward instead of waiting; the timer’s sweep refreshed the tenant at ${refreshedAt}.`,
        proves:
          'The sign-in’s own log shows exactly one refresh: what is due is refreshed ahead of need, once.',
      }
    },
  },
  {
    name: 'vendAgain',
    title: 'The app asks again, and calls again',
    async run(demo) {
      const [first, second] = [demo.memory.get('vend'), await demo.call(`${path}/token`)]
      assert(second.accessToken !== first.accessToken, 'The token is the same as before the refresh.')
      await callAdvertising(demo, second)
      return {
        happened: `Token ${nameOf(first.accessToken)} has become ${nameOf(second.accessToken)}, for ${second.expiresIn} s; the same calls succeed with it.`,
        proves: 'The app asks whenever it needs a token and never learns that one was refreshed.',
      }
    },
  },
]

/** Uses the Functions host's own way to run a timer now; it answers before the run has ended. */
async function runTimer({ origin }: Demo): Promise<void> {
  const answer = await fetch(`${origin}/admin/functions/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-functions-key': hostMasterKey },
    body: '{"input":""}',
  })
  assert(answer.status === 202, `POST /admin/functions/refresh answered ${answer.status}.`)
}

async function waitForRefresh(demo: Demo, before: string): Promise<string> {
  const giveUpAt = Date.now() + timerSeconds * 1000
  while (Date.now() < giveUpAt) {
    const { lastRefreshedAt } = (await demo.call(path)).refresh
    if (lastRefreshedAt !== before) return lastRefreshedAt
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds))
  }
  throw new Error(`The timer refreshed nothing within ${timerSeconds} seconds.`)
}
