import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type * as z from 'zod'
import type { diagnosisResponse } from '../../shared/diagnosis/failedCall.ts'
import { UsageError } from '../commandLine.ts'
import { toPastedCall } from '../pastedCall.ts'
import { createTenantApi } from './api.ts'
import { toFacts } from './layout.ts'
import { textOf, type Verb } from './verb.ts'
import { whoActs } from './whoActs.ts'

type Shown = z.infer<typeof diagnosisResponse>

/** Verdicts without a fault. */
const good: ReadonlySet<string> = new Set(['all_well', 'not_a_failure'])

/**
 * `diagnose`: tests every credential of a tenant live; with `--answer file` or a pipe, it explains a failed call from its
 * answer, with or without headers, or from `{status, body, service?, sent?}`.
 * @returns 0 if all is well, 1 if something is at fault.
 */
export const diagnose: Verb = async ({ values }) => {
  const shown = await createTenantApi({ values }).ask<Shown>('POST', '/diagnosis', await readCall(values))
  console.log(values.json ? JSON.stringify(shown, null, 2) : toLines(shown).join('\n'))
  return good.has(shown.verdict) ? 0 : 1
}

/** The named or piped answer, with additions from the options; no input asks for a live probe. */
async function readCall(values: Parameters<Verb>[0]['values']): Promise<unknown> {
  const pasted = (await readAnswer(textOf(values.answer))).trim()
  const given = textOf(values.status)
  const sent = {
    ...(values.called && { host: values.called }),
    ...(values['customer-id'] && { customerId: values['customer-id'] }),
    ...(values['account-id'] && { accountId: values['account-id'] }),
  }
  const told = {
    ...(given !== undefined && { status: statusOf(given) }),
    ...(Object.keys(sent).length > 0 && { sent }),
  }
  return pasted === '' ? told : { ...toPastedCall(pasted), ...told }
}

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
  return [
    ...toFacts([
      ['Verdict', verdict],
      ['At fault', credential === 'none' ? 'no credential' : credential],
      ['Who acts', good.has(verdict) ? 'no one: there is nothing to do' : whoActs(actor, retryAfterSeconds)],
      ['Wait', retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`],
      ['Seen', evidence],
      ['Tracking id', trackingId],
    ]),
    '',
    explanation,
    ...next.map((step, index) => `  ${index + 1}. ${step}`),
  ]
}
