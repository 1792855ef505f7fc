import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createAz } from './azure/az.ts'
import { parseOptions, run } from './commandLine.ts'
import type { Deploy } from './deploy/deploy.ts'
import { type DeployOptions, findWish } from './deploy/findWish.ts'
import { buildPackage } from './deploy/package.ts'
import { checkSteps, deploySteps } from './deploy/steps.ts'
import { findToken } from './doctor/token.ts'
import { examine } from './doctor.ts'
import { showSteps } from './setup/showSteps.ts'

/**
 * `npm run deploy`: refuses what would lose something, provisions, publishes, and rolls back if the broker isn't well.
 * Each run starts from what Azure says, so it can be run again at any time.
 */
async function command(): Promise<number> {
  const { check, json, plan, ...options } = parseOptions('deploy')
  const steps = check ? checkSteps : deploySteps
  const { done, reports } = await showSteps(openDeploy(options), steps, { json, plan })
  const isDeployed = done !== undefined && !plan && !check
  if (json) console.log(JSON.stringify({ deployed: isDeployed, steps: reports }, null, 2))
  else if (done) console.log(lastLine(done, { check, plan }))
  return done ? 0 : 1
}

function lastLine({ facts }: Deploy, { check, plan }: { check: boolean; plan: boolean }): string {
  if (check) return '\nNothing would be lost that you haven’t accepted.'
  if (plan) return '\nNext: the same command without --plan'
  const url = facts.outputs?.BROKER_URL
  return `\nThe broker runs at ${url}\nNext, as your app (docs/commands.md): npm run broker -- connect --tenant try --open --url ${url}`
}

async function openDeploy(options: DeployOptions): Promise<Deploy> {
  const az = createAz()
  const wish = await findWish(az, options, process.env)
  const { apiClientId } = wish.parameters
  const variables = { ...process.env, ...(apiClientId ? { API_CLIENT_ID: String(apiClientId) } : {}) }
  return {
    ...{ az, wish, facts: { acceptedLosses: [] } },
    folder: resolve('.local', 'deploy', wish.name),
    build: () => buildPackage(join(import.meta.dirname, '..')),
    findToken: () => findToken(undefined, variables),
    examine: (url, token) => examine({ url, token }),
    wait: (seconds) => setTimeout(seconds * 1000),
  }
}

if (import.meta.main) await run(command)
