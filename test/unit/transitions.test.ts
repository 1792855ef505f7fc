import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import * as transitions from '../../shared/domain/transitions.ts'
import { grantOf } from '../simulation/ground.ts'

const now = new Date('2026-11-28T12:00:00Z')
const later = addSeconds(now, 3600)
const accessToken = { sealed: 'new', refreshedAt: now, expiresAt: later }
const pendingGrant = {
  environment: 'production' as const,
  grant: { ...grantOf('vault:pending', 'second'), consentedAt: now },
  sessionId: 's',
  codeHash: 'h',
  expiresAt: later,
  accessToken,
  accountsGeneration: 'g2',
}

/** A row with all members. */
const full: Required<Tenant> = {
  workspace: 'w',
  tenant: 't',
  environment: 'production',
  status: 'connected',
  displayName: 'Acme',
  createdAt: now,
  grant: { ...grantOf('vault:old', 'first'), consentedAt: now },
  accessToken: { sealed: 'old', refreshedAt: now, expiresAt: later },
  lease: { id: 'l', until: later },
  trouble: { attempts: 3, reason: 'identity_provider_timed_out', traceId: '', nextAttemptAt: later },
  pendingGrant,
  confirmed: { sessionId: 's', codeHash: 'h', until: later },
  secretsToDestroy: ['vault:gone', 'vault:other'],
  uncommittedSecrets: [{ reference: 'vault:soon', until: later }],
  accountsGeneration: 'g1',
  discoveredAt: now,
  accountsOutstanding: true,
  defaultAccount: { accountId: '1', customerId: '2' },
  lastVendedAt: now,
  dueAt: later,
  reauthorizationReason: 'grant_refused',
  advertisingRefusal: { reason: 'user_not_known', since: now },
  claims: '{"access_token":{}}',
  disconnectCount: 2,
  spentSessions: ['s1', 's2'],
  disconnectedAt: addSeconds(now, -3600),
  owesMark: true,
  writeIds: ['w1'],
  unknownColumns: { later: 'stays' },
}
const grant = grantOf('vault:new', 'second')
const leftBehind = { lease: { id: 'restored', until: new Date(0) } }
const trouble = { ...full.trouble, attempts: 4, nextAttemptAt: now }
const refusal = { reason: 'other', since: now }
const consent = { grant, accessToken, dueAt: now, accountsGeneration: 'g3' }

/** Each transition of the full row: the members that it sets, and those that it removes. Everything else stays. */
const each: Readonly<Record<keyof typeof transitions, readonly [Tenant, Partial<Tenant>, (keyof Tenant)[]]>> =
  {
    withLease: [transitions.withLease(full, { id: 'm', until: now }), { lease: { id: 'm', until: now } }, []],
    withoutLease: [transitions.withoutLease(full), {}, ['lease']],
    withGrantReference: [
      transitions.withGrantReference(full, full.grant, 'vault:there'),
      { grant: { ...full.grant, reference: 'vault:there' } },
      [],
    ],
    withRefreshedGrant: [
      transitions.withRefreshedGrant(full, {
        ...{ grant: { ...grant, unproven: true }, accessToken, dueAt: now, lastVendedAt: later },
      }),
      { grant, accessToken, dueAt: now, lastVendedAt: later },
      ['lease', 'trouble'],
    ],
    withTrouble: [transitions.withTrouble(full, trouble), { trouble, dueAt: now }, ['lease']],
    withPendingAccounts: [
      transitions.withPendingAccounts(full, { ...full.pendingGrant, accountsOutstanding: true }),
      { pendingGrant: full.pendingGrant },
      [],
    ],
    withDeadGrant: [
      transitions.withDeadGrant(full, 'grant_revoked'),
      { status: 'reauthorization_required', reauthorizationReason: 'grant_revoked' },
      ['lease', 'trouble', 'dueAt'],
    ],
    withoutDeadGrant: [
      transitions.withoutDeadGrant(full),
      {},
      ['grant', 'accessToken', 'advertisingRefusal'],
    ],
    withClaims: [transitions.withClaims(full, '{}'), { claims: '{}' }, []],
    withLeaseLeftBehind: [transitions.withLeaseLeftBehind(full), leftBehind, []],
    withRepairs: [transitions.withRepairs(full, now), { dueAt: now, ...leftBehind }, []],
    withConnection: [
      transitions.withConnection({ ...full, status: 'reauthorization_required' }, consent),
      { ...consent, status: 'connected', discoveredAt: now },
      [
        'lease',
        'trouble',
        'pendingGrant',
        'confirmed',
        'reauthorizationReason',
        'defaultAccount',
        'accountsOutstanding',
        'advertisingRefusal',
        'claims',
      ],
    ],
    withSpentSession: [transitions.withSpentSession(full, 's3'), { spentSessions: ['s1', 's2', 's3'] }, []],
    withPendingGrant: [
      transitions.withPendingGrant(full, { ...pendingGrant, sessionId: 'z' }),
      { pendingGrant: { ...pendingGrant, sessionId: 'z' } },
      [],
    ],
    withoutPendingGrant: [transitions.withoutPendingGrant(full), {}, ['pendingGrant']],
    withDisconnect: [
      transitions.withDisconnect(full, later),
      { status: 'disconnected', disconnectCount: 3, disconnectedAt: later },
      [
        'accessToken',
        'lease',
        'trouble',
        'dueAt',
        'reauthorizationReason',
        'advertisingRefusal',
        'confirmed',
        'pendingGrant',
        'claims',
        'spentSessions',
        'discoveredAt',
        'defaultAccount',
        'accountsOutstanding',
      ],
    ],
    withoutAccounts: [
      transitions.withoutAccounts(full),
      {},
      ['accountsGeneration', 'discoveredAt', 'accountsOutstanding', 'defaultAccount'],
    ],
    withoutOwedMark: [transitions.withoutOwedMark(full), {}, ['owesMark']],
    withListedSecrets: [
      transitions.withListedSecrets(full, ['vault:a']),
      { secretsToDestroy: ['vault:a'] },
      [],
    ],
    withUncommittedSecrets: [
      transitions.withUncommittedSecrets(full, [{ reference: 'vault:a', until: now }]),
      { uncommittedSecrets: [{ reference: 'vault:a', until: now }] },
      [],
    ],
    withoutDestroyed: [
      transitions.withoutDestroyed(full, ['vault:gone']),
      { secretsToDestroy: ['vault:other'] },
      [],
    ],
    withoutGrant: [transitions.withoutGrant(full), {}, ['grant', 'secretsToDestroy']],
    withEnvironment: [
      transitions.withEnvironment(full, 'sandbox'),
      { environment: 'sandbox' },
      ['accountsGeneration', 'discoveredAt', 'accountsOutstanding', 'defaultAccount', 'claims'],
    ],
    withDisplayName: [transitions.withDisplayName(full, 'Other'), { displayName: 'Other' }, []],
    withVend: [transitions.withVend(full, later, now), { lastVendedAt: later, dueAt: now }, []],
    withAdvertisingRefusal: [
      transitions.withAdvertisingRefusal(full, refusal),
      { advertisingRefusal: refusal },
      [],
    ],
    withAccounts: [
      transitions.withAccounts(full, {
        accountsGeneration: 'g4',
        defaultAccount: undefined,
        discoveredAt: later,
      }),
      { accountsGeneration: 'g4', discoveredAt: later },
      ['defaultAccount', 'accountsOutstanding'],
    ],
    withDefaultAccount: [
      transitions.withDefaultAccount(full, { accountId: '3', customerId: '4' }),
      { defaultAccount: { accountId: '3', customerId: '4' } },
      [],
    ],
    withResealedTexts: [
      transitions.withResealedTexts(full, { grant }),
      { grant },
      ['accessToken', 'pendingGrant'],
    ],
  }

describe('a complete row has only true members after it is', () => {
  test.each(Object.entries(each))('%s', (_name, [after, set, gone]) => {
    const kept = Object.entries(full).filter(([member]) => !gone.includes(member as keyof Tenant))
    expect(after).toEqual({ ...Object.fromEntries(kept), ...set })
  })
})

test('an empty list of secrets is removed, and an acceptance removes a refusal', () => {
  expect(transitions.withUncommittedSecrets(full, [])).not.toHaveProperty('uncommittedSecrets')
  expect(transitions.withoutDestroyed(full, full.secretsToDestroy)).not.toHaveProperty('secretsToDestroy')
  expect(transitions.withAdvertisingRefusal(full, undefined)).not.toHaveProperty('advertisingRefusal')
})

test('a row lists the last eight spent sessions, and nothing for a consent without a session', () => {
  const ids = Array.from({ length: 9 }, (_, index) => `s${index}`)
  const row = ids.reduce<Tenant>(transitions.withSpentSession, { ...full, spentSessions: [] })
  expect(row.spentSessions).toEqual(ids.slice(1))
  expect(transitions.withSpentSession(full, undefined)).toBe(full)
})
