import pMap from 'p-map'
import { addSeconds, systemClock, systemRandomness } from '../../shared/clock.ts'
import type { RefreshConfig } from '../../shared/config.ts'
import { type DueIndex, dueRowOf } from '../../shared/domain/due.ts'
import type { Sealer } from '../../shared/domain/sealer.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import type { TenantStore } from '../../shared/domain/tenantStore.ts'
import type { TokenEndpoint } from '../../shared/domain/tokenEndpoint.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import type { SweepDependencies } from '../../shared/refresh/sweep.ts'
import { Secret } from '../../shared/secret.ts'
import type { Tables } from '../../shared/storage/clients.ts'
import { createDisconnectMarks } from '../../shared/storage/disconnectMarks.ts'
import { createDueTable } from '../../shared/storage/dueTable.ts'
import { createSealedGrants } from '../../shared/storage/sealedGrants.ts'
import { createSealer } from '../../shared/storage/sealer.ts'
import { toTenantEntity } from '../../shared/storage/tenantEntity.ts'
import { createUnfinishedCommits } from '../../shared/unfinishedCommits.ts'
import { createModelAccountStore } from '../simulation/models/accountStore.ts'
import { createModelNotes } from '../simulation/models/notes.ts'
import { createModelVault } from '../simulation/models/vault.ts'

/** The length of Microsoft's tokens: between one and two thousand characters. */
const tokenCharacters = 1500

/** The settings' defaults (`docs/settings.md`), with enough time for a benchmark. */
export const refreshConfig: RefreshConfig = {
  policy: 'active',
  activeWindowSeconds: 86_400,
  aheadSeconds: 600,
  keepAliveSeconds: 7 * 86_400,
  stuckAfterSeconds: 14 * 86_400,
  sweepConcurrency: 16,
  sweepSeconds: 3600,
  sweepHandoverCount: Number.POSITIVE_INFINITY,
  usedRefreshTokens: 'accepted',
  leaseSeconds: 60,
  tokenEndpointSeconds: 10,
}

/** A real sealer with a key in this process instead of the vault. */
const sealer = createSealer(async () => keys)
const keys = new Secret(
  JSON.stringify({
    keys: [{ kty: 'oct', kid: 'bench', k: Buffer.alloc(32, 7).toString('base64url') }],
  }),
)

/** A sealer that encrypts nothing: it costs no processor time, so that a pace can be seen. */
export const plainSealer: Sealer = {
  seal: async (text) => text.expose(),
  open: async (text) => new Secret(text),
}

/** A token endpoint that answers each call after a fixed time, with new tokens each time. */
export function createFixedTokenEndpoint(milliseconds: number): TokenEndpoint & { calls(): number } {
  let calls = 0
  const token = (kind: string) => new Secret(`${kind}-${++calls}-`.padEnd(tokenCharacters, 'x'))
  return {
    calls: () => calls / 2,
    async refresh() {
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      return { ok: true, accessToken: token('at'), refreshToken: token('rt'), expiresInSeconds: 3600 }
    },
  }
}

/** Dependencies of a refresh besides its stores: sealed grants, no holds, a silent log. */
export function besideStores(tokenEndpoint: TokenEndpoint, chosen: Sealer = sealer) {
  return {
    tokenEndpoint,
    accounts: createModelAccountStore(),
    sealer: chosen,
    grants: createSealedGrants(chosen),
    marks: createDisconnectMarks([createModelVault()], systemClock, 90 * 86_400),
    notes: createModelNotes(),
    environments: {
      read: async () => undefined,
      countRefused: async () => 1,
      placeHold: async () => {},
      reserveProbe: async () => undefined,
      release: async () => false,
    },
    unfinishedCommits: createUnfinishedCommits(systemClock),
    randomness: systemRandomness,
    log: () => {},
    vendWaitSeconds: 15,
    finishAccounts: async () => true,
  } satisfies Partial<RefreshDependencies> & Pick<SweepDependencies, 'finishAccounts'>
}

/** The stores for the tenants. */
export interface TenantGround {
  readonly tenants: TenantStore
  readonly due: DueIndex
}

/** Tenants to write: `count` of them, named `<prefix>-<number>`. */
export interface TenantBatch {
  readonly prefix: string
  readonly count: number
  readonly dueAt: Date
  /** The number of concurrent writes. Default is 64. */
  readonly concurrency?: number
  /** The sealer of their tokens. Default is the real one. */
  readonly sealedBy?: Sealer
}

/**
 * Writes connected tenants with their due rows; an existing tenant becomes due again. The sealed tokens of
 * one batch are the same text, because only their length matters.
 */
export async function writeTenants(ground: TenantGround, batch: TenantBatch): Promise<void> {
  const { prefix, count, dueAt, concurrency = 64, sealedBy = sealer } = batch
  const numbers = Array.from({ length: count }, (_, number) => number)
  await pMap(
    numbers,
    async (number) => writeTenant(ground, await connectedTenant(`${prefix}-${number}`, dueAt, sealedBy)),
    { concurrency },
  )
}

/**
 * Writes the rows of connected tenants straight into the tables, like the stores but faster: without transactions
 * and without rows in the workspace's index. An existing tenant becomes due again.
 */
export async function writeRows(
  tables: Tables,
  batch: TenantBatch & { readonly characters?: number },
): Promise<void> {
  const { prefix, count, dueAt, concurrency = 64, characters } = batch
  const due = createDueTable(tables)
  const numbers = Array.from({ length: count }, (_, number) => number)
  await pMap(
    numbers,
    async (number) => {
      const tenant = await connectedTenant(`${prefix}-${number}`, dueAt, sealer, characters)
      await due.insert(dueRowOf(tenant, tenant.grant, dueAt))
      await tables.Tenants.upsertEntity(toTenantEntity(tenant), 'Replace')
    },
    { concurrency },
  )
}

async function writeTenant({ tenants, due }: TenantGround, tenant: ConnectedTenant): Promise<void> {
  const created = await tenants.create(tenant, [])
  // The ETag `*` matches any: nothing else writes while a benchmark prepares.
  if (created === 'conflict') await tenants.replace({ tenant, etag: '*' }, tenant, [])
  await due.insert(dueRowOf(tenant, tenant.grant, tenant.dueAt))
}

type ConnectedTenant = Awaited<ReturnType<typeof connectedTenant>>

/** Each has its own times, like a refreshed row, so that refreshing doesn't make a row larger. */
async function connectedTenant(name: string, due: Date, sealedBy: Sealer, characters = tokenCharacters) {
  const [now, dueAt] = [new Date(), new Date(due)]
  const owner = { workspace: 'bench', tenant: name, environment: 'production' } as const
  const sealed = (use: 'access_token' | 'refresh_token') =>
    sealedBy.seal(new Secret(use.padEnd(characters, 'x')), { ...owner, use, grantId: 'consent' })
  return {
    ...owner,
    status: 'connected',
    createdAt: now,
    lastVendedAt: now,
    dueAt,
    grant: {
      id: 'consent',
      reference: `sealed:${await sealed('refresh_token')}`,
      identityProvider: 'microsoft',
      scopes: ['https://ads.microsoft.com/msads.manage', 'openid', 'offline_access'],
      accountKind: 'personal',
      authorityTenant: 'consumers',
      consenter: { issuer: 'https://login.microsoftonline.com', subject: name, hint: 'a…@outlook.com' },
      consentedAt: now,
      advertisingUserId: '1',
    },
    accessToken: {
      sealed: await sealed('access_token'),
      expiresAt: addSeconds(dueAt, 600),
      refreshedAt: new Date(now),
    },
  } satisfies Tenant
}
