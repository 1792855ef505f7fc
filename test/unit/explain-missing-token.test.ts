import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { RefreshTrouble, Tenant } from '../../shared/domain/tenant.ts'
import { explainMissingToken } from '../../shared/vend/explainMissingToken.ts'

const now = new Date('2026-11-23T16:00:00Z')
const waiting = (trouble: Partial<RefreshTrouble>) => {
  const tenant = {
    status: 'connected',
    trouble: { attempts: 7, traceId: 'trace', nextAttemptAt: addSeconds(now, 90), ...trouble },
  } as Tenant
  const outcome = { outcome: 'passed_on', reason: 'waiting_to_retry', stored: { tenant, etag: '' } } as const
  return explainMissingToken({} as never, { ok: false, because: 'not_refreshed', outcome }, now)
}

test.each([
  [{ reason: 'identity_provider_error' }, 'identity_provider_unavailable', undefined],
  [{ reason: 'unknown_answer' }, 'identity_provider_unavailable', undefined],
  [{ reason: 'unknown_answer', actor: 'operator' }, 'unexpected_upstream_answer', undefined],
  [{ reason: 'application_disabled', actor: 'operator' }, 'registration_refused', undefined],
  [{ reason: 'grant_missing', actor: 'operator' }, 'storage_unavailable', 'operator'],
  [{ reason: 'grant_unreadable', actor: 'operator' }, 'storage_unavailable', 'operator'],
] as const)(
  'every caller of a tenant that is waiting after %j learns who must act',
  (trouble, code, actor) => {
    const problem = waiting(trouble)
    expect(problem).toMatchObject({ code, extras: { retryAfterSeconds: 91 } })
    expect(problem.extras.members).toEqual({ reason: trouble.reason, traceId: 'trace' })
    expect(problem.extras.actor).toBe(actor)
  },
)
