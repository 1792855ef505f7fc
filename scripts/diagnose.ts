import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import type { diagnosisResponse } from '../shared/diagnosis/failedCall.ts'
import { createCallBroker, problemOf } from './callBroker.ts'
import { parseOptions, run, UsageError } from './commandLine.ts'
import { diagnoseOptions } from './options.ts'
import { toPastedCall } from './pastedCall.ts'

type Shown = z.infer<typeof diagnosisResponse>

/**
 * Diagnoses a tenant: `npm run diagnose -- --tenant acme` tests every credential live; with `--answer file` or a pipe,
 * it explains a failed call from its answer, with or without headers, or from `{status, body, service?, sent?}`.
 * @returns 0 if all is well, 1 if something is at fault.
 */
async function command(): Promise<number> {
  const options = parseOptions(diagnoseOptions)
  if (!options.tenant) throw new UsageError('Pass the tenant: --tenant acme.')
  const call = createCallBroker(options)
  const path = `/v1/tenants/${encodeURIComponent(options.tenant)}/diagnosis`
  const answer = await call(path, await readCall(options))
  if (answer.status !== 200) {
    const { code, detail } = problemOf(answer)
    throw new UsageError(`${code}: ${detail}`)
  }
  const shown = answer.body as Shown
  console.log(options.json ? JSON.stringify(shown, null, 2) : toLines(shown).join('\n'))
  return shown.verdict === 'all_well' || shown.verdict === 'not_a_failure' ? 0 : 1
}

/** The named or piped answer, with additions from the options; no input asks for a live probe. */
async function readCall(options: Options): Promise<unknown> {
  const pasted = (await readAnswer(options.answer)).trim()
  const status = options.status === undefined ? {} : { status: statusOf(options.status) }
  const sent = {
    ...(options.called && { host: options.called }),
    ...(options['customer-id'] && { customerId: options['customer-id'] }),
    ...(options['account-id'] && { accountId: options['account-id'] }),
  }
  const told = { ...status, ...(Object.keys(sent).length > 0 && { sent }) }
  return pasted === '' ? told : { ...toPastedCall(pasted), ...told }
}

type Options = ReturnType<typeof parseOptions<typeof diagnoseOptions>>

async function readAnswer(file: string | undefined): Promise<string> {
  if (file === undefined) return process.stdin.isTTY ? '' : text(process.stdin)
  return readFile(file, 'utf8').catch(() => {
    throw new UsageError(`Can’t read the file ${file}.`)
  })
}

function statusOf(text: string): number {
  if (/^[1-5]\d\d$/.test(text)) return Number(text)
  throw new UsageError('--status takes the HTTP status of the response, for example 401.')
}

/** A diagnosis for a person: first the fault and the actor, then the cause, then the actions. */
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
