import { describe, expect, test } from 'vitest'
import { secondsAfter } from '../../shared/clock.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import * as transitions from '../../shared/domain/transitions.ts'
import { grantOf } from '../simulation/ground.ts'

const now = new Date('2026-11-28T12:00:00Z')
const later = secondsAfter(now, 3600)
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
  accountsGeneration: 'g1',
  discoveredAt: now,
  defaultAccount: { accountId: '1', customerId: '2' },
  lastVendedAt: now,
  dueAt: later,
  reauthorizationReason: 'grant_refused',
  advertisingRefusal: { reason: 'user_not_known', since: now },
  claims: '{"access_token":{}}',
  disconnectCount: 2,
  disconnectedAt: secondsAfter(now, -3600),
  owesMark: true,
  writeIds: ['w1'],
  unknownColumns: { later: 'stays' },
}
const grant = grantOf('vault:new', 'second')
const trouble = { ...full.trouble, attempts: 4, nextAttemptAt: now }
const refusal = { reason: 'other', since: now }
const consent = { grant, accessToken, dueAt: now, accountsGeneration: 'g3' }

/** Each transition of the full row: the members that it sets, and those that it removes. Everything else stays. */
const each: Readonly<Record<keyof typeof transitions, readonly [Tenant, Partial<Tenant>, (keyof Tenant)[]]>> =
  {
    leased: [transitions.leased(full, { id: 'm', until: now }), { lease: { id: 'm', until: now } }, []],
    unleased: [transitions.unleased(full), {}, ['lease']],
    moved: [
      transitions.moved(full, full.grant, 'vault:there'),
      { grant: { ...full.grant, reference: 'vault:there' } },
      [],
    ],
    refreshed: [
      transitions.refreshed(full, { grant, accessToken, dueAt: now, lastVendedAt: later }),
      { grant, accessToken, dueAt: now, lastVendedAt: later },
      ['lease', 'trouble'],
    ],
    waiting: [transitions.waiting(full, trouble), { trouble, dueAt: now }, ['lease']],
    dead: [
      transitions.dead(full, 'grant_revoked'),
      { status: 'reauthorization_required', reauthorizationReason: 'grant_revoked' },
      ['lease', 'trouble', 'dueAt'],
    ],
    challenged: [transitions.challenged(full, '{}'), { claims: '{}' }, []],
    repaired: [transitions.repaired(full, now), { dueAt: now }, ['lease']],
    connected: [
      transitions.connected({ ...full, status: 'reauthorization_required' }, consent),
      { ...consent, status: 'connected', discoveredAt: now },
      [
        'lease',
        'trouble',
        'pendingGrant',
        'confirmed',
        'reauthorizationReason',
        'defaultAccount',
        'advertisingRefusal',
        'claims',
      ],
    ],
    pending: [
      transitions.pending(full, { ...pendingGrant, sessionId: 'z' }),
      { pendingGrant: { ...pendingGrant, sessionId: 'z' } },
      [],
    ],
    unconfirmed: [transitions.unconfirmed(full), {}, ['pendingGrant']],
    disconnected: [
      transitions.disconnected(full, later),
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
      ],
    ],
    marked: [transitions.marked(full), {}, ['owesMark']],
    listSecrets: [transitions.listSecrets(full, ['vault:a']), { secretsToDestroy: ['vault:a'] }, []],
    withoutDestroyed: [
      transitions.withoutDestroyed(full, ['vault:gone']),
      { secretsToDestroy: ['vault:other'] },
      [],
    ],
    bare: [transitions.bare(full), {}, ['grant', 'secretsToDestroy']],
    reassigned: [
      transitions.reassigned(full, 'sandbox'),
      { environment: 'sandbox' },
      ['accountsGeneration', 'discoveredAt', 'defaultAccount', 'claims'],
    ],
    renamed: [transitions.renamed(full, 'Other'), { displayName: 'Other' }, []],
    vended: [transitions.vended(full, later, now), { lastVendedAt: later, dueAt: now }, []],
    judgedByAdvertising: [
      transitions.judgedByAdvertising(full, refusal),
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
      ['defaultAccount'],
    ],
    withDefaultAccount: [
      transitions.withDefaultAccount(full, { accountId: '3', customerId: '4' }),
      { defaultAccount: { accountId: '3', customerId: '4' } },
      [],
    ],
    resealed: [transitions.resealed(full, { grant }), { grant }, ['accessToken', 'pendingGrant']],
  }

describe('a complete row has only true members after it is', () => {
  test.each(Object.entries(each))('%s', (_name, [after, set, gone]) => {
    const kept = Object.entries(full).filter(([member]) => !gone.includes(member as keyof Tenant))
    expect(after).toEqual({ ...Object.fromEntries(kept), ...set })
  })
})

test('an empty secretsToDestroy is removed, and an acceptance removes a refusal', () => {
  expect(transitions.withoutDestroyed(full, full.secretsToDestroy)).not.toHaveProperty('secretsToDestroy')
  expect(transitions.judgedByAdvertising(full, undefined)).not.toHaveProperty('advertisingRefusal')
})
