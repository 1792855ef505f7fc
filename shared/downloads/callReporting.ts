import { Readable } from 'node:stream'
import type * as z from 'zod'
import { readFault } from '../advertising/faults.ts'
import { parseJsonOrNothing } from '../advertising/json.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { VendedTenant } from '../domain/vendedTenant.ts'
import { type PassThroughDependencies, passThrough } from '../passthrough/passThrough.ts'
import { readAnswer } from '../passthrough/readAnswer.ts'
import { Problem } from '../problems.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import { explainReportFault } from './explainReportFault.ts'
import type { ReportWish } from './reportRequest.ts'

/** A call of the Reporting service. */
export interface ReportingCall<T> {
  readonly operation: 'Submit' | 'Poll'
  readonly tenant: VendedTenant
  readonly accountId: string
  readonly customerId: string
  readonly body: object
  readonly answer: z.ZodType<T>
  /** What a refusal is about. */
  readonly wish?: ReportWish
}

/** Far larger than any answer of these operations. */
const maxAnswerBytes = 262_144

/** The headers of a call: only its own. */
const headers = new Headers({ 'content-type': 'application/json' })

/**
 * Calls the Reporting service with the tenant's credentials, which are renewed if Microsoft refuses them.
 * @throws Problem for every failure.
 */
export async function callReporting<T>(
  dependencies: PassThroughDependencies,
  { operation, tenant, accountId, customerId, body, answer, wish }: ReportingCall<T>,
): Promise<T> {
  const answered = await passThrough(dependencies, tenant, {
    ...{ service: 'reporting', method: 'POST', path: `GenerateReport/${operation}`, query: '', headers },
    ...{ accountId, customerId },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  })
  const { beginning, stream } = await readAnswer(answered.body, maxAnswerBytes)
  await stream().return?.()
  const [{ status }, bodyText] = [answered, beginning.toString()]
  const received = new Headers(answered.headers)
  if (status >= 400) {
    const fault = readFault({ service: 'reporting', status, headers: received, bodyText })
    throw explainReportFault({ config: dependencies.config, tenant }, fault, wish)
  }
  const parsed = answer.safeParse(parseJsonOrNothing(bodyText))
  if (parsed.success) return parsed.data
  const traceId = received.get('trackingid')
  throw new Problem('unexpected_upstream_answer', {
    members: { reason: 'report_answer_unusable', ...(traceId && { traceId }) },
  })
}

/** The tenant, whose token is usable. @throws Problem */
export async function readUsableTenant(
  { accessTokens, config, clock }: Pick<PassThroughDependencies, 'accessTokens' | 'config' | 'clock'>,
  name: TenantName,
): Promise<VendedTenant> {
  const obtained = await accessTokens.get(name)
  if (!obtained.ok) throw explainMissingToken(config, obtained, clock.now())
  return obtained.tenant
}
