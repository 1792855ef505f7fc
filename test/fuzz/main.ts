import { parseArgs } from 'node:util'
import { fuzzOptions } from '../../scripts/options.ts'
import { openWorld } from '../end-to-end/world.ts'
import { type FuzzOptions, fuzz } from './fuzz.ts'
import { hasPlatform, openPlatformTarget } from './platformTarget.ts'

/** `npm run fuzz`: through the local host, then a twentieth as many through the platform's own router. */
const { values } = parseArgs({ options: fuzzOptions })
const requests = Number(values.requests)

async function run(host: string, options: Omit<FuzzOptions, 'seed'>): Promise<void> {
  const seed = Number(values.seed)
  const startedAt = performance.now()
  const onProgress = (done: number) => done % 10_000 === 0 && console.error(`${host}: ${done} requests`)
  const path = values.path && { path: values.path }
  const { findings, ...counted } = await fuzz({ ...options, ...path, seed, onProgress })
  const perSecond = Math.round(counted.requests / ((performance.now() - startedAt) / 1000))
  for (const finding of findings) console.log(`${finding}\n`)
  console.log(JSON.stringify({ host, seed, ...counted, perSecond, findings: findings.length }))
  if (findings.length > 0) process.exitCode = 1
}

if (values.host !== 'platform') {
  const world = await openWorld()
  await run('local', { world, requests })
  await world.close()
}
if (values.host !== 'local' && !hasPlatform())
  console.error('Not through the platform’s router: that needs the .NET SDK 8 or later.')
else if (values.host !== 'local') {
  const { close, ...target } = await openPlatformTarget()
  await run('platform', { ...target, requests: Math.ceil(requests / 20) })
  await close()
}
