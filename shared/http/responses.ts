import type { HttpResponseInit } from '@azure/functions'
import { DamagedRowError } from '../domain/damagedRow.ts'
import {
  type IdentityReason,
  IdentityUnavailableError,
  identityResolution,
} from '../domain/identityUnavailable.ts'
import { SealingKeysError } from '../domain/sealer.ts'
import {
  isDisallowedByPolicy,
  isTableMissing,
  StorageUnavailableError,
} from '../domain/storageUnavailable.ts'
import { Problem, problems } from '../problems.ts'

/** Headers of every answer: no storing, sniffing, or framing, and no referrer. */
export const guardHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
} as const

/** Adds {@link guardHeaders}, each once: no other header replaces or repeats one of them. */
export function withGuardHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const guarded = new Set(Object.keys(guardHeaders).map((name) => name.toLowerCase()))
  const others = Object.entries(headers).filter(([name]) => !guarded.has(name.toLowerCase()))
  return { ...Object.fromEntries(others), ...guardHeaders }
}

const jsonType = { 'Content-Type': 'application/json; charset=utf-8' } as const

/** A JSON answer. Default status is 200. */
export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): HttpResponseInit {
  return { status, headers: withGuardHeaders({ ...jsonType, ...headers }), body: JSON.stringify(value) }
}

const jsonHeaders = withGuardHeaders(jsonType)

/** A successful JSON answer that has been written. */
export function writtenJsonResponse(body: string): HttpResponseInit {
  return { status: 200, headers: jsonHeaders, body }
}

/** A problem document (RFC 9457). */
export function problemResponse(problem: Problem, requestId: string): HttpResponseInit {
  return problemWithStatus(problem, problems[problem.code].status, requestId)
}

/** A problem document with another status than its code has elsewhere. */
export function problemWithStatus(problem: Problem, status: number, requestId: string): HttpResponseInit {
  const document = problemDocument(problem, requestId, status)
  const headers = {
    'Content-Type': 'application/problem+json; charset=utf-8',
    ...(document.retryAfter !== undefined && { 'Retry-After': String(document.retryAfter) }),
    ...problem.extras.headers,
  }
  return jsonResponse(document, status, headers)
}

/** The members of a problem document. Default status is the code's own. */
export function problemDocument(
  { code, extras }: Problem,
  requestId: string,
  status: number = problems[code].status,
) {
  const { actor, title, resolution } = problems[code]
  const retryAfter = extras.retryAfterSeconds === undefined ? undefined : Math.ceil(extras.retryAfterSeconds)
  return {
    type: `/docs#${code}`,
    title,
    status,
    code,
    detail: extras.detail ?? title,
    actor: extras.actor ?? actor,
    resolution,
    ...(retryAfter !== undefined && { retryAfter }),
    ...extras.members,
    requestId,
  }
}

/**
 * Converts a failure to a problem: problems stay unchanged, storage errors become `storage_unavailable`, all others
 * `internal_error`.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof IdentityUnavailableError) return identityProblem(error)
  if (error instanceof StorageUnavailableError) return storageProblem(error)
  if (error instanceof DamagedRowError) {
    const { column, detail } = error.damage
    return new Problem('tenant_damaged', { detail: error.message, members: { damaged: { column, detail } } })
  }
  if (error instanceof SealingKeysError) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: error.message,
      members: { reason: 'sealing_keys' },
    })
  }
  if (error instanceof Error && error.name === 'TimeLimitError') {
    return new Problem('storage_unavailable', { retryAfterSeconds: 5, members: { reason: 'time_limit' } })
  }
  return new Problem('internal_error')
}

const identityFaults: Readonly<Record<IdentityReason, string>> = {
  identity_refused: 'Azure gives this instance no token: there is no such managed identity',
  identity_unreachable: 'This instance doesn’t reach the endpoint of the managed identity',
  identity_failing: 'The endpoint of the managed identity fails on this instance',
  identity_silent: 'The endpoint of the managed identity isn’t responding on this instance',
}

/** The process's own trouble: another process may serve the next request. */
function identityProblem({ reason, status, actor }: IdentityUnavailableError): Problem {
  const answer = status ? ` (${status})` : ''
  const isOperators = actor === 'operator'
  return new Problem('storage_unavailable', {
    actor,
    detail: `${identityFaults[reason]}${answer}.${isOperators ? ` \`${identityResolution(reason)}\`` : ''}`,
    members: { reason },
    retryAfterSeconds: 5,
  })
}

/** The operator must fix a missing right or table; everything else is temporary. */
function storageProblem(error: StorageUnavailableError): Problem {
  const { service, status, code } = error
  if (isTableMissing(error)) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: `One of the broker’s tables doesn’t exist (${code}). \`/ready\` says which one.`,
      members: { reason: 'table_missing', serviceCode: code },
    })
  }
  if (code === 'VaultNotNamed') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'A grant is in a vault that GRANT_VAULT_URLS doesn’t list. Add the vault again.',
      members: { reason: 'vault_not_named' },
    })
  }
  if (code === 'ReferenceNotUnderstood') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'This version of the broker doesn’t understand the tenant’s reference to its refresh token.',
      members: { reason: 'reference_not_understood' },
    })
  }
  if (code === 'SecretOfAnotherTenant') {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail: 'The tenant’s row names a refresh token that belongs to another tenant, by the secret’s tags.',
      members: { reason: 'secret_of_another_tenant' },
    })
  }
  if (isDisallowedByPolicy(error)) {
    return new Problem('storage_unavailable', {
      actor: 'operator',
      detail:
        'An Azure Policy refuses what the broker writes to Key Vault. No role changes that: exempt the vault from the policy (docs/deploy.md).',
      members: { reason: 'vault_policy', serviceCode: code },
    })
  }
  const refused = status === 401 || status === 403
  const members = { reason: `${service}_${refused ? 'forbidden' : 'unavailable'}`, serviceCode: code }
  const detail = `${service === 'tables' ? 'Table Storage' : 'Key Vault'} ${refused ? 'refuses the broker’s identity' : 'isn’t responding'} (${code}).`
  return new Problem('storage_unavailable', {
    detail,
    members,
    retryAfterSeconds: 5,
    ...(refused && { actor: 'operator' }),
  })
}
