import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { isServiceName, serviceNames } from '../../shared/advertising/services.ts'
import { type VerdictCode, verdicts } from '../../shared/domain/verdicts.ts'
import { toAnswer } from '../callBroker.ts'
import { UsageError } from '../commandLine.ts'
import { createTenantApi } from './api.ts'
import { toFacts } from './layout.ts'
import { RefusedError } from './refusal.ts'
import { textOf, type Verb } from './verb.ts'
import { whoActs } from './whoActs.ts'

/**
 * `call CampaignManagement/Campaigns/QueryByAccountId`: calls Microsoft Advertising through the broker, which adds the
 * credentials. Prints the answer as it is, indented on a terminal.
 */
export const call: Verb = async ({ values, words }) => {
  const api = createTenantApi({ values })
  const path = pathOf(words[0])
  const [account, customer] = [textOf(values.account), textOf(values.customer)]
  const method = (textOf(values.method) ?? 'POST').toUpperCase()
  const body = method === 'GET' ? {} : { text: await readBody(textOf(values.body)) }
  const answer = await api.send(path, {
    ...{ method, ...body },
    headers: { ...(account && { 'x-account-id': account }), ...(customer && { customerid: customer }) },
  })
  if (answer.headers.get('content-type')?.startsWith('application/problem+json'))
    throw new RefusedError(await toAnswer(answer))
  const said = await answer.text()
  console.log(process.stdout.isTTY ? indented(said) : said)
  if (answer.ok) return 0
  console.error(explain(answer, api.tenant))
  return 1
}

/** Microsoft's own spelling names the service in upper case, and the version is the broker's. */
function pathOf(word = ''): string {
  const [first = '', ...rest] = word.replace(/^\//, '').split('/')
  const service = first.charAt(0).toLowerCase() + first.slice(1)
  const operation = rest[0] === 'v13' ? rest.slice(1) : rest
  if (isServiceName(service) && operation.length > 0) return `/ads/${service}/${operation.join('/')}`
  throw new UsageError(
    `Pass a service and an operation: call CampaignManagement/Campaigns/QueryByAccountId. Services: ${serviceNames.join(', ')}.`,
  )
}

async function readBody(file: string | undefined): Promise<string> {
  if (file === undefined) return '{}'
  if (file === '-') return text(process.stdin)
  return readFile(file, 'utf8').catch(() => {
    throw new UsageError(`Can’t read the file ${file}.`)
  })
}

function indented(said: string): string {
  try {
    return JSON.stringify(JSON.parse(said), null, 2)
  } catch {
    return said
  }
}

/** The broker names the cause of a failure in a header: `<verdict>;actor=…;credential=…`. */
function explain({ headers, status }: Response, tenant: string): string {
  const [verdict = '', ...members] = (headers.get('x-diagnosis') ?? '').split(';')
  const { actor } = Object.fromEntries(members.map((member) => member.split('='))) as { actor?: string }
  return [
    `Microsoft Advertising answered ${status}.`,
    ...toFacts([
      ['Verdict', verdict],
      ['Who acts', actor && whoActs(actor)],
      ['Tracking id', headers.get('trackingid') ?? ''],
    ]),
    '',
    isVerdict(verdict) ? verdicts[verdict].explanation : 'The broker knows no cause.',
    `To learn more, save the answer and run: npm run broker -- diagnose --tenant ${tenant} --answer <file>`,
  ].join('\n')
}

function isVerdict(code: string): code is VerdictCode {
  return Object.hasOwn(verdicts, code)
}
