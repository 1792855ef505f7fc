import type { HttpResponseInit } from '@azure/functions'
import { type Problem, problems } from '../problems.ts'

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
