import { setImmediate as rest } from 'node:timers/promises'
import { RestError } from '@azure/data-tables'
import type { SecretClient } from '@azure/keyvault-secrets'
import { addSeconds } from '../../../shared/clock.ts'
import type { IdentityFault } from '../../../shared/domain/identityUnavailable.ts'
import { auditDueRows } from '../../../shared/operations/audit.ts'
import { takeCensus } from '../../../shared/operations/census.ts'
import { watchExpiry } from '../../../shared/operations/expiry.ts'
import { noTenants } from '../../../shared/operations/tenantCounts.ts'
import { Secret } from '../../../shared/secret.ts'
import { createIdentityHealth } from '../../../shared/storage/identityHealth.ts'
import { createStorageClock } from '../../../shared/storage/storageClock.ts'
import { createVault } from '../../../shared/storage/vault.ts'
import { createNotesInMemory } from '../operator/notes.ts'
import { createHandClock } from '../signedTokens.ts'
import { type AlertScenes, recorder } from './scene.ts'

const start = new Date('2026-11-23T16:00:00Z')
const day = 86_400

/** A machine whose clock is ahead of storage's by some seconds. */
async function ahead(seconds: number) {
  const own = createHandClock(addSeconds(start, seconds))
  const { log, scene } = recorder(own)
  const { policy } = createStorageClock(log, own, () => 0)
  const headers = { get: () => start.toUTCString() }
  await policy.policy.sendRequest({} as never, async () => ({ headers }) as never)
  return scene()
}

/** Processes whose identities fail three times in a row each, once in every minute. */
async function failingIdentities(processes: number, fault: IdentityFault, minutes = 1) {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const notes = createNotesInMemory()
  const judges = Array.from({ length: processes }, (_, index) =>
    createIdentityHealth({ notes: () => notes, clock, log, process: `p${index}` }),
  )
  for (let minute = 0; minute < minutes; minute++) {
    for (const judge of judges) for (const failures of [1, 2, 3]) judge(fault, failures)
    await rest()
    clock.advance(60)
  }
  return scene()
}

/** A broker whose client secret ends after some days. */
async function expiring(daysLeft: number) {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const expiresOn = addSeconds(start, daysLeft * day)
  const read = async (name: string) => ({ name, version: '1', value: new Secret('s'), tags: {}, expiresOn })
  const environments = new Map([['production', { environment: 'production', microsoft: {} }]])
  const config = { clientAuthentication: 'secret', environments }
  const vaults = { main: { read } }
  await watchExpiry({ clock, log, config, vaults, notes: createNotesInMemory() } as never)
  return scene()
}

/** A round of the audit, whose second page is read after some days and is the last one, or not. */
async function audited(days: number, isOver = true) {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const pages = {
    read: async (from?: string) => ({ tenants: [], ...((!from || !isOver) && { next: 'more' }) }),
  }
  const dependencies = { clock, log, pages, notes: createNotesInMemory(), config: { keepAliveSeconds: 1 } }
  await auditDueRows(dependencies as never)
  clock.advance(days * day)
  await auditDueRows(dependencies as never)
  return scene()
}

/** The census of a broker that had 4,000 events four weeks ago. */
async function counted(events: number, consents = 0) {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const notes = createNotesInMemory()
  const lastRound = { ...noTenants, statuses: { connected: 1000 }, consents }
  await notes.write('audit', 'place', { lastRound })
  const seen = { events: 4000 }
  const stored = {
    places: ['Tenants'],
    read: async () => ({ counts: { 'Tenants event': seen.events } }),
  }
  await takeCensus({ clock, log, notes, stored })
  clock.advance(28 * day)
  seen.events = events
  await takeCensus({ clock, log, notes, stored })
  return scene()
}

/** Reads of different secrets, each of which a vault refuses once, and repeated reads of one. */
async function throttled(secrets: number, repeated = 1) {
  const clock = createHandClock(start)
  const { log, scene } = recorder(clock)
  const refused = new Set<string>()
  const client = {
    vaultUrl: 'https://grants1.vault.azure.net/',
    async getSecret(name: string) {
      if (!refused.has(name)) {
        refused.add(name)
        throw new RestError('x', { statusCode: name === 'first-request' ? 404 : 429, code: 'Throttled' })
      }
      return { name, value: 'rt', properties: { version: 'v' } }
    },
  }
  const vault = createVault(client as unknown as SecretClient, log, clock)
  const names = Array.from({ length: secrets }, (_, index) => `grant-${index}`)
  for (let time = 0; time < repeated; time++) {
    refused.clear()
    refused.add('first-request')
    await Promise.all(names.map((name) => vault.read(name)))
  }
  return scene()
}

/** Alerts about a process and its surroundings. */
export const processScenes: Readonly<Record<string, AlertScenes>> = {
  'clock-wrong': {
    rings: {
      'a clock is 6 s ahead': () => ahead(6),
      'a clock is 6 s behind': () => ahead(-6),
    },
    silent: { 'a clock is 5 s ahead': () => ahead(5) },
  },
  'identity-failing': {
    rings: {
      'two processes get no token': () => failingIdentities(2, { reason: 'identity_failing', status: 500 }),
      'a setting is the likely cause': () =>
        failingIdentities(1, { reason: 'identity_refused', status: 400 }),
      'one process gets none for ten minutes': () =>
        failingIdentities(1, { reason: 'identity_failing', status: 500 }, 10),
    },
    silent: {
      'one process gets none for nine minutes': () =>
        failingIdentities(1, { reason: 'identity_failing', status: 500 }, 9),
    },
  },
  'secret-expiring': {
    rings: { 'a secret ends in 30 days': () => expiring(30), 'a secret has ended': () => expiring(-1) },
    silent: { 'it ends in 31 days': () => expiring(31) },
  },
  'audit-slow': {
    rings: {
      'a round has taken longer than 14 days': () => audited(14.1),
      'a round that has lasted longer goes on': () => audited(14.1, false),
    },
    silent: { 'a round has taken 14 days': () => audited(14) },
  },
  'slow-leak': {
    rings: { 'events grow by a quarter without connects': () => counted(5001) },
    silent: {
      'they grow by less': () => counted(4999),
      'people have connected': () => counted(9000, 60),
    },
  },
  'vault-throttled': {
    rings: { 'six requests are throttled': () => throttled(6) },
    silent: {
      'five requests are throttled': () => throttled(5),
      'one request is throttled nine times': () => throttled(1, 9),
    },
  },
}
