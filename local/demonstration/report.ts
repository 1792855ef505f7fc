import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { agencyTenant } from './agency.ts'
import { assert, type Demo } from './demo.ts'
import type { Step } from './steps.ts'

/** What a person types after `npm run broker -- `. */
export const reportCommand = `report CampaignPerformance --tenant ${agencyTenant.tenant} --columns TimePeriod,CampaignId,Clicks,Spend`

/** A report of Microsoft Advertising as rows, in one command. */
export const reportSteps: readonly Step[] = [
  {
    name: 'report',
    title: 'A person gets a report in one command',
    async run(demo) {
      const { out, err } = await runBroker(demo, reportCommand)
      const [first = '', ...others] = out.trim().split('\n')
      assert(first.startsWith('{"TimePeriod":'), `npm run broker said: ${err || out}`)
      return {
        happened: `npm run broker -- ${reportCommand}: ${others.length + 1} rows, the first ${first}`,
        proves: 'A report is one command, or one request: no polling, no ZIP archive, no formats of numbers.',
      }
    },
  },
]

async function runBroker({ origin, stack }: Demo, words: string) {
  const command = join(import.meta.dirname, '../../scripts/broker.ts')
  const env = { ...process.env, BROKER_URL: origin, BROKER_TOKEN: await stack.callerToken('demo-app') }
  const child = spawn(process.execPath, [command, ...words.split(' ')], { env })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, err }
}
