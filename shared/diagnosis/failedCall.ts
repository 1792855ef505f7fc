import * as z from 'zod'
import { type ServiceName, serviceNames } from '../advertising/services.ts'
import type { Config } from '../config.ts'
import { listAllAccounts } from '../domain/account.ts'
import { type ConnectHint, connectHint, connectHintView, reconnectHint } from '../domain/connectHint.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { credentialNames, verdicts } from '../domain/verdicts.ts'
import { actors, Problem } from '../problems.ts'
import { type DiagnosisDependencies, diagnosisContext } from './context.ts'
import { diagnoseFailedCall } from './diagnose.ts'
import type { Diagnosis } from './facts.ts'

const id = z.string().min(1).max(40)

/** A failed call, as the app saw it; an empty body asks for a live probe. */
export const diagnosisBody = z
  .strictObject({
    status: z
      .int()
      .min(100)
      .max(599)
      .describe(
        'The HTTP status. Without it, the status line at the start of `body`, as `curl -i` prints it.',
      )
      .optional(),
    body: z.unknown().describe('The body as text, in any form you have, or as parsed JSON.').optional(),
    trackingId: z.string().max(200).describe('From the response’s `TrackingId` header.').optional(),
    service: z.enum(serviceNames as readonly [ServiceName, ...ServiceName[]]).optional(),
    sent: z
      .strictObject({
        customerId: id.optional(),
        accountId: id.optional(),
        host: z.string().max(2000).describe('A host or a full URL.').optional(),
        path: z.string().max(2000).optional(),
      })
      .describe('What the call sent.')
      .optional(),
  })
  .refine(({ status, body, ...rest }) => status !== undefined || hasBody(body) || isEmpty(rest), {
    path: ['status'],
    message: 'or `body` is required to explain a failed call; for a live test, send an empty body',
  })
  .meta({
    id: 'DiagnosisRequest',
    description: 'A failed call, as the app saw it. An empty body asks for a live test.',
  })

/** Whether the request is empty and so asks for a live probe. */
export function isProbeRequest({ status, body, ...rest }: Readonly<Record<string, unknown>>): boolean {
  return status === undefined && !hasBody(body) && isEmpty(rest)
}

/** Room for the answer to a call with thousands of items that were all refused. */
export const maxDiagnosisBytes = 1_048_576

/** A parsed {@link diagnosisBody}. */
export type DiagnosisRequest = z.infer<typeof diagnosisBody>

/** A diagnosis, as apps see it. */
export const diagnosisResponse = z
  .object({
    verdict: z.enum(Object.keys(verdicts) as [keyof typeof verdicts, ...(keyof typeof verdicts)[]]),
    credential: z.enum(credentialNames).describe('Which part of the call’s credentials is at fault.'),
    actor: z.enum(actors),
    explanation: z.string(),
    next: z.array(z.string()).describe('What to do, in order.'),
    evidence: z.string().describe('What was seen.'),
    trackingId: z.string().describe('Microsoft’s ID of the call.').optional(),
    retryAfterSeconds: z.int().optional(),
    signInWith: z.string().describe('Which kind of sign-in would work.').optional(),
    connect: connectHintView
      .describe('The request that creates the right connect session, if connecting fixes the problem.')
      .optional(),
  })
  .meta({ id: 'Diagnosis', description: 'Which credential is at fault, why, and who must act.' })

/** A {@link diagnosisResponse}'s value. */
export type DiagnosisResponse = Diagnosis & { readonly connect?: ConnectHint }

/** Adds a connect hint to a verdict about the person who signed in, so that the right person can sign in. */
export function withConnectHint(config: Config, tenant: Tenant, diagnosis: Diagnosis): DiagnosisResponse {
  const { credential, signInWith, verdict } = diagnosis
  if (credential !== 'identity' || verdict === 'confirmation_required') return diagnosis
  const isAnotherUser = verdict === 'user_without_rights'
  const connect =
    signInWith || isAnotherUser
      ? connectHint(config, tenant, { signInWith, ...(isAnotherUser && { allowDifferentUser: true }) })
      : reconnectHint(config, tenant)
  return { ...diagnosis, connect }
}

/**
 * Explains a failed call that an app made itself. Calls no service.
 * @throws Problem `tenant_not_found`.
 */
export async function explainFailedCall(
  dependencies: DiagnosisDependencies & { readonly tenants: TenantStore },
  name: TenantName,
  call: DiagnosisRequest,
): Promise<DiagnosisResponse> {
  const stored = await dependencies.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const { tenant } = stored
  // Which customers lead to an account is only seen in all of them.
  const accounts = await listAllAccounts(dependencies.accounts, tenant, tenant.accountsGeneration)
  const context = await diagnosisContext(dependencies, tenant, accounts)
  return withConnectHint(dependencies.config, tenant, diagnoseFailedCall(withoutUndefined(call), context))
}

/** Omits members that the app left out, instead of keeping them as undefined. */
function withoutUndefined(call: DiagnosisRequest) {
  const { status = 0, body, trackingId, service, sent } = call
  const { customerId, accountId, host, path } = sent ?? {}
  return {
    status,
    body,
    ...(trackingId && { trackingId }),
    ...(service && { service }),
    ...(sent && {
      sent: {
        ...(customerId && { customerId }),
        ...(accountId && { accountId }),
        ...(host && { host }),
        ...(path && { path }),
      },
    }),
  }
}

function hasBody(body: unknown): boolean {
  return body !== undefined && body !== null && body !== ''
}

function isEmpty(rest: object): boolean {
  return Object.values(rest).every((value) => value === undefined)
}
