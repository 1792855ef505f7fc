import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import type { diagnosisAnswer } from '../shared/diagnosis/failedCall.ts'
import { createCallBroker, problemOf } from './callBroker.ts'
import { parseOptions, run, UsageError } from './commandLine.ts'
import { diagnoseOptions } from './options.ts'

type Shown = z.infer<typeof diagnosisAnswer>

/**
 * Diagnoses a tenant: `npm run diagnose -- --tenant acme` tries every credential live, `… < failed-response.json`
 * explains a failed call (`{status, body, trackingId?, service?, sent?}`).
 * @returns 0 when all is well, 1 when something is at fault.
 */
async function command(): Promise<number> {
  const options = parseOptions(diagnoseOptions)
  if (!options.tenant) throw new UsageError('Name the tenant: --tenant acme.')
  const call = createCallBroker(options)
  const answer = await call(`/v1/tenants/${encodeURIComponent(options.tenant)}/diagnosis`, await readCall())
  if (answer.status !== 200) {
    const { code, detail } = problemOf(answer)
    throw new UsageError(`${code}: ${detail}`)
  }
  const shown = answer.body as Shown
  console.log(options.json ? JSON.stringify(shown, null, 2) : toLines(shown).join('\n'))
  return shown.verdict === 'all_well' || shown.verdict === 'not_a_failure' ? 0 : 1
}

/** What was piped in; an empty input asks for a live probe. */
async function readCall(): Promise<unknown> {
  const piped = process.stdin.isTTY ? '' : (await text(process.stdin)).trim()
  if (piped === '') return {}
  try {
    return JSON.parse(piped)
  } catch {
    throw new UsageError('What was piped in is not JSON; it is to be {"status": …, "body": …}.')
  }
}

/** A diagnosis for a person: what is at fault and who acts first, then why, then what to do. */
function toLines(shown: Shown): string[] {
  const { verdict, credential, actor, explanation, evidence, trackingId, retryAfterSeconds, next } = shown
  const facts = [
    ['Verdict', verdict],
    ['At fault', credential === 'none' ? 'no credential' : credential],
    ['Who acts', actor === 'nobody' ? 'nobody: try again later' : actor],
    ['Wait', retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`],
    ['Seen', evidence],
    ['Tracking id', trackingId ?? ''],
  ].filter(([, value]) => value !== '')
  return [
    ...facts.map(([name = '', value]) => `${name.padEnd(12)} ${value}`),
    '',
    explanation,
    ...next.map((step, index) => `  ${index + 1}. ${step}`),
  ]
}

if (import.meta.main) await run(command)
