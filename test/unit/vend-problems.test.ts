import { describe, expect, test } from 'vitest'
import { addSeconds, systemClock } from '../../shared/clock.ts'
import type { RefreshTrouble, Tenant } from '../../shared/domain/tenant.ts'
import { Problem, problems } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'
import { toTenantView } from '../../shared/tenants/view.ts'
import { explainMissingToken } from '../../shared/vend/explainMissingToken.ts'
import { isRecentlyReplaced } from '../../shared/vend/recentlyReplaced.ts'
import type { MissingToken } from '../../shared/vend/usableToken.ts'
import { createVend, type VendDependencies } from '../../shared/vend/vend.ts'
import { grantOf } from '../simulation/ground.ts'

const now = new Date('2026-11-23T16:00:00Z')
const directoryId = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'
const at = (seconds: number) => addSeconds(now, seconds)
const config = {
  redirectUri: 'https://broker.example/oauth/callback',
  publicUrl: 'https://broker.example',
  workspaces: [],
  environments: new Map([
    ['production', { microsoft: { clientId: 'id', authority: { origin: 'https://login.example' } } }],
  ]),
} as never
const row = (change: object = {}) =>
  ({
    workspace: 'w',
    tenant: 't',
    environment: 'production',
    status: 'connected',
    createdAt: now,
    ...change,
  }) as Tenant

/** The problem of a vend whose refresh had this outcome. */
function problemOf(outcome: object, tenant = row()): Problem {
  const missing = {
    ok: false,
    because: 'not_refreshed',
    outcome: { ...outcome, stored: { tenant, etag: '' } },
  }
  return explainMissingToken(config, missing as MissingToken, now)
}
const passedOn = (reason: string, more: object = {}) => ({ outcome: 'passed_on', reason, ...more })
const refused = (refusal: object) => ({ outcome: 'refused', refusal: { traceId: 'trace', ...refusal } })

describe('an app without a token', () => {
  test('learns that the tenant is unknown', () => {
    expect(explainMissingToken(config, { ok: false, because: 'not_found' }, now).code).toBe(
      'tenant_not_found',
    )
  })

  const tooShort = (validSeconds: number) => {
    const missing = { ok: false, because: 'validity_not_reached', validSeconds } as const
    return explainMissingToken(config, missing, now)
  }

  test('because it asks for more than the provider issues must ask for less, and no operator is called', () => {
    const members = { reason: 'validity_not_reached' }
    for (const validSeconds of [60, 1500]) {
      const { code, extras } = tooShort(validSeconds)
      expect({ code, extras }).toEqual({
        code: 'validity_not_available',
        extras: { detail: expect.stringContaining(`${validSeconds} s`), members },
      })
    }
    expect(problems.validity_not_available).toMatchObject({ status: 409, actor: 'app' })
  })

  test('because no token lasts a minute should try again in half a minute', () => {
    expect(tooShort(59)).toMatchObject({
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 30, members: { reason: 'validity_not_reached' } },
    })
  })

  test('while the environment is on hold learns why, and waits until its end', () => {
    const hold = { reason: 'client_secret_expired', traceId: 'trace', until: at(17) }
    expect(problemOf(passedOn('environment_on_hold', { hold }))).toMatchObject({
      code: 'environment_on_hold',
      extras: { retryAfterSeconds: 18, members: { reason: 'client_secret_expired', traceId: 'trace' } },
    })
  })

  test('while its kind of grant is on hold learns that nobody has to act on the grant', () => {
    const hold = { kind: 'personal:consumers', reason: 'grant_refused', traceId: '', until: at(17) }
    const problem = problemOf(passedOn('environment_on_hold', { hold }))
    expect(problem).toMatchObject({ code: 'environment_on_hold', extras: { retryAfterSeconds: 18 } })
    expect(problem.extras).toMatchObject({ detail: expect.stringContaining('(personal:consumers)') })
    expect(problem.extras.members).toEqual({ reason: 'grant_refused', traceId: undefined })
  })

  test('while another process refreshes waits for five seconds', () => {
    expect(problemOf(passedOn('leased_elsewhere'))).toMatchObject({
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 5, members: { reason: 'leased_elsewhere' } },
    })
  })

  test('at an instance that is taken away learns that another one answers the same request', () => {
    expect(problemOf(passedOn('instance_ending'))).toMatchObject({
      code: 'storage_unavailable',
      extras: { retryAfterSeconds: 5, members: { reason: 'instance_ending' } },
    })
  })

  test('is never asked to try again immediately', () => {
    const trouble = { attempts: 1, reason: 'r', traceId: '', nextAttemptAt: at(-60) }
    expect(problemOf(passedOn('waiting_to_retry'), row({ trouble })).extras.retryAfterSeconds).toBe(1)
  })

  test('because our own credential is refused should try again in half a minute, and the operator acts', () => {
    expect(problemOf(refused({ class: 'operator', reason: 'client_secret_expired' }))).toMatchObject({
      code: 'environment_on_hold',
      extras: { retryAfterSeconds: 30, members: { reason: 'client_secret_expired', traceId: 'trace' } },
    })
  })

  test('because our client secret is malformed learns the vault secret’s name', () => {
    const detail = expect.stringContaining('production-microsoft-client-secret')
    const reason = 'client_secret_malformed'
    expect(problemOf(refused({ class: 'operator', reason }))).toMatchObject({
      code: 'environment_on_hold',
      extras: { detail, members: { reason } },
    })
    const hold = { reason, traceId: '', until: at(10) }
    expect(problemOf(passedOn('environment_on_hold', { hold })).extras).toMatchObject({ detail })
  })

  test('because a directory refuses our registration waits for the tenant’s next attempt', () => {
    const trouble: Partial<RefreshTrouble> = { actor: 'operator', nextAttemptAt: at(40) }
    const problem = problemOf(
      refused({ class: 'operator', reason: 'application_disabled' }),
      row({ trouble }),
    )
    expect(problem).toMatchObject({ code: 'registration_refused', extras: { retryAfterSeconds: 41 } })
    const stuck = row({ trouble: { ...trouble, nextAttemptAt: at(9000), nextVendAttemptAt: at(60) } })
    expect(problemOf(refused({ class: 'operator', reason: 'application_disabled' }), stuck)).toMatchObject({
      extras: { retryAfterSeconds: 61 },
    })
  })

  test('because the provider fails for everyone is nobody’s fault', () => {
    const hold = { reason: 'identity_provider_error', traceId: 'trace', until: at(10) }
    expect(problemOf(passedOn('environment_on_hold', { hold }))).toMatchObject({
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 11, members: { reason: 'identity_provider_error', traceId: 'trace' } },
    })
  })

  test('because the provider fails waits for the tenant’s next attempt', () => {
    const trouble: Partial<RefreshTrouble> = { nextAttemptAt: at(9) }
    const problem = problemOf(
      refused({ class: 'passing', reason: 'identity_provider_error' }),
      row({ trouble }),
    )
    expect(problem).toMatchObject({
      code: 'identity_provider_unavailable',
      extras: { retryAfterSeconds: 10, members: { reason: 'identity_provider_error', traceId: 'trace' } },
    })
  })

  test('is asked to confirm the pending consent, until it has expired', () => {
    const pending = row({ status: 'pending', pendingGrant: { expiresAt: at(1) } })
    expect(problemOf(passedOn('not_connected'), pending).code).toBe('confirmation_required')
    const expired = row({ status: 'pending', pendingGrant: { expiresAt: now } })
    expect(problemOf(passedOn('not_connected'), expired).code).toBe('tenant_not_connected')
  })

  test.each(['pending', 'disconnected'])('of a tenant that is %s learns its status', (tenantStatus) => {
    expect(problemOf(passedOn('not_connected'), row({ status: tenantStatus }))).toMatchObject({
      code: 'tenant_not_connected',
      extras: { members: { tenantStatus, connect: expect.anything() } },
    })
  })

  test.each([
    [directoryId, directoryId],
    ['common', 'organizations'],
  ])(
    'of a work account that is refreshed at %s gets the administrator’s link of %s',
    (authorityTenant, path) => {
      const grant = { ...grantOf('', 'first'), accountKind: 'work', authorityTenant }
      const change = {
        status: 'reauthorization_required',
        reauthorizationReason: 'admin_consent_required',
        grant,
      }
      const { members } = problemOf(passedOn('grant_is_dead'), row(change)).extras
      expect(new URL(String(members?.adminConsentUrl)).pathname).toBe(`/${path}/v2.0/adminconsent`)
      expect(toTenantView(row(change), now, config)).toMatchObject({
        adminConsentUrl: members?.adminConsentUrl,
      })
      const blocked = row({ ...change, reauthorizationReason: 'conditional_access' })
      expect(toTenantView(blocked, now, config)).not.toHaveProperty('adminConsentUrl')
    },
  )

  test('learns that the advertiser must sign in again, and whether their administrator must act first', () => {
    const dead = (reauthorizationReason: string) =>
      problemOf(passedOn('grant_is_dead'), row({ status: 'reauthorization_required', reauthorizationReason }))
    expect(dead('grant_revoked').code).toBe('reauthorization_required')
    expect(dead('grant_missing').code).toBe('reauthorization_required')
    expect(problems.reauthorization_required.status).toBe(409)
    expect(dead('grant_revoked').extras.members).not.toHaveProperty('adminConsentUrl')
    expect(dead('admin_consent_required')).toMatchObject({ code: 'admin_consent_required' })
    for (const reason of ['grant_revoked', 'admin_consent_required'])
      expect(dead(reason).extras.members).toMatchObject({ connect: { method: 'POST' } })
    expect(dead('admin_consent_required').extras).not.toHaveProperty('detail')
    expect(dead('advertising_not_enabled').extras.detail).toMatch(
      /\(1\) .*Super Admin.*\(2\) .*az ad sp.*\(3\) .*link/,
    )
  })
})

test('a token that replaced a refused one is not replaced again for a minute', () => {
  const token = (secondsAgo: number, replaced?: true) =>
    ({
      sealed: 'x',
      refreshedAt: at(-secondsAgo),
      expiresAt: at(3000),
      ...(replaced && { replaced }),
    }) as const
  expect(isRecentlyReplaced(token(59.9, true), now)).toBe(true)
  expect(isRecentlyReplaced(token(60, true), now)).toBe(false)
  expect(isRecentlyReplaced(token(1), now)).toBe(false)
  expect(isRecentlyReplaced(undefined, now)).toBe(false)
})

describe('a vend', () => {
  const obtained = {
    ok: true,
    tenant: row({ accountsGeneration: 'g', defaultAccount: { accountId: '1', customerId: '10' } }),
    accessToken: new Secret('at'),
    expiresAt: at(3600),
  } as const
  const vending = (change: object = {}) => {
    const state = { developerToken: 'dt', now }
    const found = { ...obtained, ...change }
    const dependencies = {
      config: { ...(config as object), environments: new Map(), vendLimitSeconds: 20 },
      accessTokens: { get: async () => found },
      accounts: { findById: async () => [{ accountId: '7', customerId: '70' }] },
      developerTokens: { current: () => ({ value: new Secret(state.developerToken), version: '1' }) },
      clock: { ...systemClock, now: () => state.now },
    }
    const { vend } = createVend(dependencies as unknown as VendDependencies)
    const name = { workspace: 'w', tenant: 't' }
    return { state, vend: (options = {}) => vend(name, options) }
  }

  test('asks for an account if none was chosen and none is named', async () => {
    const { vend } = vending({ tenant: row({ accountsGeneration: 'g' }) })
    await expect(vend()).rejects.toMatchObject({ code: 'account_not_chosen' })
    expect(await vend({ accountId: '7' })).toMatchObject({ accountId: '7', customerId: '70' })
  })

  test('uses another account, customer, or developer token as soon as it is requested', async () => {
    const { state, vend } = vending()
    expect(await vend()).toMatchObject({ accountId: '1', developerToken: 'dt' })
    expect(await vend({ accountId: '7' })).toMatchObject({ accountId: '7', customerId: '70' })
    state.developerToken = 'next'
    expect(await vend()).toMatchObject({ accountId: '1', developerToken: 'next' })
  })

  test('that was refused is a problem', async () => {
    const { vend } = vending({ ok: false, because: 'not_found' })
    await expect(vend()).rejects.toBeInstanceOf(Problem)
  })

  test('counts down: it returns the remaining validity', async () => {
    const { state, vend } = vending()
    expect(await vend()).toMatchObject({ expiresIn: 3600 })
    state.now = at(1)
    expect(await vend()).toMatchObject({ expiresIn: 3599 })
  })
})
