import { parseArgs } from 'node:util'
import { fuzzOptions } from '../../scripts/options.ts'
import { openWorld } from '../end-to-end/world.ts'
import { fuzz } from './fuzz.ts'

/** `npm run fuzz`: see CONTRIBUTING.md. */
const { values } = parseArgs({ options: fuzzOptions })
const seed = Number(values.seed)
const world = await openWorld()
const startedAt = performance.now()
const { findings, requests, statuses, unreached } = await fuzz({
  world,
  requests: Number(values.requests),
  seed,
  ...(values.path && { path: values.path }),
  onProgress: (done) => done % 10_000 === 0 && console.error(`${done} requests`),
})
const perSecond = Math.round(requests / ((performance.now() - startedAt) / 1000))
for (const finding of findings) console.log(`${finding}\n`)
console.log(JSON.stringify({ seed, requests, perSecond, statuses, unreached, findings: findings.length }))
await world.close()
if (findings.length > 0) process.exitCode = 1
