import { parseOptions, runOffline } from '../../scripts/commandLine.ts'
import { openWorld } from '../end-to-end/world.ts'
import { type FuzzOptions, fuzz } from './fuzz.ts'
import { hasPlatform, openPlatformTarget } from './platformTarget.ts'

/** `npm run fuzz`: through the local host, then a twentieth as many through the platform's own router. */
async function command(): Promise<number> {
  const { host, path, requests: text, seed } = parseOptions('fuzz')
  const requests = Number(text)
  const options = { seed: Number(seed), ...(path && { path }) }
  let findings = 0
  if (host !== 'platform') {
    const world = await openWorld()
    findings += await fuzzHost('local', { ...options, world, requests })
    await world.close()
  }
  if (host === 'local') return findings > 0 ? 1 : 0
  if (hasPlatform()) {
    const { close, ...target } = await openPlatformTarget()
    findings += await fuzzHost('platform', { ...options, ...target, requests: Math.ceil(requests / 20) })
    await close()
  } else console.error('Not through the platform’s router: that needs the .NET SDK 8 or later.')
  return findings > 0 ? 1 : 0
}

/** @returns the number of findings. */
async function fuzzHost(host: string, options: FuzzOptions): Promise<number> {
  const startedAt = performance.now()
  const onProgress = (done: number) => done % 10_000 === 0 && console.error(`${host}: ${done} requests`)
  const { findings, ...counted } = await fuzz({ ...options, onProgress })
  const perSecond = Math.round(counted.requests / ((performance.now() - startedAt) / 1000))
  for (const finding of findings) console.log(`${finding}\n`)
  const { seed } = options
  console.log(JSON.stringify({ host, seed, ...counted, perSecond, findings: findings.length }))
  return findings.length
}

await runOffline(command)
