import { setTimeout as pause } from 'node:timers/promises'
import { openWorld } from '../end-to-end/world.ts'
import { type Bench, median, notAbove, reported } from './report.ts'

const latencyMilliseconds = 40
const pauseMilliseconds = 2000

/** One vend every two seconds, with a vault that takes 40 ms for each call and one that takes none, in turn. */
export const sparseVends: Bench = async ({ quick }) => {
  const world = await openWorld()
  const taken: Record<'near' | 'far', number[]> = { near: [], far: [] }
  const setLatency = (milliseconds: number) => {
    const { vault, grantVault } = world.stack.parts
    for (const { service } of [vault, grantVault]) service.control.settings.latencyMilliseconds = milliseconds
  }
  try {
    const tenant = await world.connected()
    const vend = () => world.call('GET', `/v1/tenants/${tenant}/token`)
    await vend()
    for (let round = 0; round < (quick ? 5 : 20); round++) {
      for (const distance of ['near', 'far'] as const) {
        setLatency(distance === 'far' ? latencyMilliseconds : 0)
        await pause(pauseMilliseconds)
        const startedAt = performance.now()
        const { status } = await vend()
        if (status !== 200) throw new Error(`A vend answered ${status}.`)
        taken[distance].push(performance.now() - startedAt)
      }
    }
  } finally {
    await world.close()
  }
  const [near, far] = [median(taken.near), median(taken.far)]
  return {
    title: `sparse-vends: one vend every ${pauseMilliseconds / 1000} s, vault ${latencyMilliseconds} ms away`,
    ground: `Real: broker, host, Azurite, vault. Vends: ${taken.near.length} with each vault.`,
    measurements: [
      reported('p50 with a vault that is near', `${near.toFixed(1)} ms`),
      reported('p50 with a vault that is far', `${far.toFixed(1)} ms`),
      notAbove('p50, far to near', far / near, 0.2),
    ],
  }
}
