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
import { explainFault } from './explainFault.ts'
import type { DownloadService } from './fileKinds.ts'
import type { ReportWish } from './reportRequest.ts'

/** For whom a service is called. */
export interface Customer {
  readonly tenant: VendedTenant
  readonly accountId: string
  readonly customerId: string
}

/** A call of the Reporting or Bulk service. */
export interface ServiceCall<T> {
  readonly service: DownloadService
  /** The operation's path below the service. */
  readonly path: string
  readonly body: object
  readonly answer: z.ZodType<T>
  /** What a refusal is about. */
  readonly report?: ReportWish
}

/** Far larger than any answer of these operations. */
const maxAnswerBytes = 262_144

/**
 * Calls a service with the tenant's credentials, which are renewed if Microsoft refuses them.
 * @throws Problem for every failure.
 */
export async function callService<T>(
  dependencies: PassThroughDependencies,
  { tenant, accountId, customerId }: Customer,
  { service, path, body, answer, report }: ServiceCall<T>,
): Promise<T> {
  // Only its own. Created here: the first `Headers` of a process loads Node's client, which no start should wait for.
  const headers = new Headers({ 'content-type': 'application/json' })
  const answered = await passThrough(dependencies, tenant, {
    ...{ service, method: 'POST', path, query: '', headers, accountId, customerId },
    body: Readable.from([Buffer.from(JSON.stringify(body))]),
  })
  const { beginning, stream } = await readAnswer(answered.body, maxAnswerBytes)
  await stream().return?.()
  const [{ status }, bodyText] = [answered, beginning.toString()]
  const received = new Headers(answered.headers)
  if (status >= 400) {
    const fault = readFault({ service, status, headers: received, bodyText })
    const verdict = received.get('x-diagnosis')?.split(';')[0]
    throw explainFault({ config: dependencies.config, tenant, accountId, verdict }, fault, report)
  }
  const parsed = answer.safeParse(parseJsonOrNothing(bodyText))
  if (parsed.success) return parsed.data
  const traceId = received.get('trackingid')
  throw new Problem('unexpected_upstream_answer', {
    members: { reason: `${service}_answer_unusable`, ...(traceId && { traceId }) },
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
