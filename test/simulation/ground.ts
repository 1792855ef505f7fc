import { sha256 } from '../../shared/access/browser.ts'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import type { Grant, Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { Secret } from '../../shared/secret.ts'
import { createDisconnectMarks, parseMark } from '../../shared/storage/disconnectMarks.ts'
import { createGrantVault } from '../../shared/storage/grantVault.ts'
import { combineGrantStores, createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { agreedClock } from './agreedClock.ts'
import { createModelAccountStore } from './models/accountStore.ts'
import { createModelDueIndex } from './models/dueIndex.ts'
import { createModelNotes } from './models/notes.ts'
import { createModelSealer } from './models/sealer.ts'
import { createModelTenantStore } from './models/tenantStore.ts'
import { createModelVault } from './models/vault.ts'

/** The one tenant. */
export const name = { workspace: 'w', tenant: 't' }
/** The owner of the secrets. */
export const owner = { ...name, environment: 'production', identityProvider: 'microsoft' } as const
const sealing = { ...name, environment: 'production', use: 'access_token' } as const
/** The start of the world. */
export const now = new Date()

/** Production code on models, with the machine's own clock and without faults of the provider. */
export function ground() {
  const tenants = createModelTenantStore()
  const vault = createModelVault()
  const sealer = createModelSealer()
  const due = createModelDueIndex()
  const stores = {
    vault: createGrantVault([vault], { clock: systemClock, randomness: systemRandomness, log: () => {} }),
    sealed: createSealedGrants(sealer),
  }
  const grants = combineGrantStores(stores, 'vault')
  const marks = createDisconnectMarks([vault], systemClock, 90 * 86_400)
  let issued = 0
  const dependencies = {
    tenants: tenants as TenantStore,
    accounts: createModelAccountStore(),
    due,
    grants,
    marks,
    sealer,
    clock: agreedClock(systemClock),
    unfinishedCommits: createUnfinishedCommits(systemClock),
    randomness: systemRandomness,
    log: () => {},
    vendWaitSeconds: 15,
    finishAccounts: async () => true,
    notes: createModelNotes(),
    environments: {
      read: async () => undefined,
      countRefused: async () => 1,
      placeHold: async () => {},
      reserveProbe: async () => undefined,
      release: async () => false,
    },
    tokenEndpoint: {
      refresh: async () =>
        ({
          ok: true,
          accessToken: new Secret('at'),
          refreshToken: new Secret(`next${++issued}`),
          expiresInSeconds: 3600,
        }) as const,
    },
    config: {
      policy: 'active',
      activeWindowSeconds: 86_400,
      aheadSeconds: 600,
      keepAliveSeconds: 604_800,
      stuckAfterSeconds: 14 * 86_400,
      sweepConcurrency: 1,
      sweepSeconds: 240,
      sweepHandoverCount: 2000,
      usedRefreshTokens: 'accepted',
      leaseSeconds: 60,
      tokenEndpointSeconds: 10,
    },
  } as const
  const refresh = (store: TenantStore = tenants) =>
    createRefresher({ ...dependencies, tenants: store }).refresh(name, {
      for: 'replacement',
      seen: addSeconds(new Date(), 1),
    })
  const live = () =>
    [...vault.live()].filter((secret) => !parseMark(secret)).map(({ value }) => value.expose())
  const row = () => tenants.row(name)?.tenant as Tenant
  return { tenants, due, vault, stores, grants, dependencies, refresh, live, row }
}

/** A grant of one person. */
export function grantOf(reference: string, subject: string): Grant {
  return {
    id: `consent-of-${subject}`,
    reference,
    identityProvider: 'microsoft',
    scopes: [],
    accountKind: 'work',
    authorityTenant: 'x',
    consenter: { issuer: 'i', subject, hint: 'h' },
    consentedAt: now,
    advertisingUserId: '1',
  }
}

/** The due tenant, connected by the first person. */
export function connected(reference: string): Tenant {
  const grant = grantOf(reference, 'first')
  return { ...name, environment: 'production', status: 'connected', createdAt: now, dueAt: now, grant }
}

/** A pending consent with this code. Default expiry is a quarter of an hour. */
export async function pendingOf(
  { grants, dependencies }: ReturnType<typeof ground>,
  code: string,
  expiresAt = addSeconds(now, 900),
) {
  return {
    environment: 'production' as const,
    grant: grantOf(await grants.write(new Secret(`rt-${code}`), owner), code),
    sessionId: 'session',
    codeHash: sha256(code),
    expiresAt,
    accessToken: {
      sealed: await dependencies.sealer.seal(new Secret('at'), sealing),
      expiresAt: addSeconds(now, 3600),
      refreshedAt: now,
    },
    accountsGeneration: 'g',
  }
}
