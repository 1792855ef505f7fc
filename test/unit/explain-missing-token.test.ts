import { expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { RefreshTrouble, Tenant } from '../../shared/domain/tenant.ts'
import { explainMissingToken } from '../../shared/vend/explainMissingToken.ts'

const now = new Date('2026-11-23T16:00:00Z')
const waiting = (trouble: Partial<RefreshTrouble>, more: object = {}, config: object = {}) => {
  const tenant = {
    status: 'connected',
    ...more,
    trouble: { attempts: 7, traceId: 'trace', nextAttemptAt: addSeconds(now, 90), ...trouble },
  } as Tenant
  const outcome = { outcome: 'passed_on', reason: 'waiting_to_retry', stored: { tenant, etag: '' } } as const
  return explainMissingToken(config as never, { ok: false, because: 'not_refreshed', outcome }, now)
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

const directory = '11112222-bbbb-3333-cccc-4444dddd5555'
const config = {
  redirectUri: 'https://broker.example/oauth/callback',
  environments: new Map([
    [
      'production',
      { microsoft: { clientId: 'c', authority: new URL('https://login.example/common'), scope: 's' } },
    ],
  ]),
}

test.each([
  ['application_not_found', 'work', directory, true],
  ['application_not_found', 'work', 'common', false],
  ['application_not_found', 'personal', directory, false],
  ['application_disabled', 'work', directory, false],
] as const)(
  'while %s, an app of a %s account in %s gets a link for that directory’s administrator: %s',
  (reason, accountKind, authorityTenant, isLinked) => {
    const grant = { accountKind, authorityTenant }
    const { extras } = waiting({ reason, actor: 'operator' }, { environment: 'production', grant }, config)
    const link = expect.stringMatching(
      `^https://login\\.example/${directory}/v2\\.0/adminconsent\\?client_id=c&`,
    )
    expect(extras.members).toEqual({ reason, traceId: 'trace', ...(isLinked && { adminConsentUrl: link }) })
  },
)
