import { type Clock, type Randomness, secondsAfter } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import { type DueIndex, dueRowOf } from '../domain/due.ts'
import { type GrantStore, grantOwnerOf } from '../domain/grants.ts'
import type { Log } from '../domain/logEvents.ts'
import { nextDueAt } from '../domain/schedule.ts'
import type { Sealer } from '../domain/sealer.ts'
import type {
  CachedAccessToken,
  Confirmed,
  DefaultAccount,
  Grant,
  StoredTenant,
  Tenant,
  TenantName,
} from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Environment } from '../environment.ts'
import { destroyLeftovers, destroyUncommitted, withLeftovers } from './leftovers.ts'

/** What keeping a grant touches. */
export interface GrantKeeping {
  readonly tenants: TenantStore
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly sealer: Sealer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly config: RefreshConfig
}

/** A proven grant: a user answered with it. */
export interface ProvenGrant {
  /** Where the user consented: the grant is kept for no tenant of the other environment. */
  readonly environment: Environment
  readonly grant: Omit<Grant, 'reference'>
  readonly refreshToken: string
  readonly accessToken: string
  readonly expiresInSeconds: number
  /** When the tokens were asked for: `expiresInSeconds` counts from here, at worst too early. */
  readonly askedAt: Date
  /** The account rows that were written for it, and the account to vend by default, if that is clear. */
  readonly accountsGeneration: string
  readonly defaultAccount?: DefaultAccount
  /** What else happened with it, told beside the connection itself. */
  readonly events?: readonly TenantEvent[]
  /** The tenant's when somebody asked for this grant; a disconnect since then makes it void. Default: none does. */
  readonly disconnectCount?: number
  /** Whether the grant is still meant for the row as it stands, asked before each write. Default: it is. */
  readonly isStillFor?: (row: Tenant) => boolean
}

const commitTries = 8
/** So many writes may fail; more mean that storage is out. */
const mostFailures = 2

/**
 * Makes a proven grant the tenant's own: kept first, committed by one conditional write, the old one forgotten
 * last, so that a failure at any line costs nothing and an old dead token never shadows the fresh consent.
 * Works for `pending`, `connected`, `reauthorization_required` and `disconnected` tenants alike; takes any lease
 * away, so that a refresh in flight on the old grant can change nothing.
 * @returns undefined when the tenant is gone, was disconnected meanwhile or moved to the other environment, when the
 *   grant is no longer meant for it, or when it changed without end.
 */
export async function connectGrant(
  keeping: GrantKeeping,
  name: TenantName,
  proven: ProvenGrant,
): Promise<StoredTenant | undefined> {
  const { grants } = keeping
  const { environment } = proven
  const found = await keeping.tenants.read(name)
  if (found?.tenant.environment !== environment) return undefined
  const accessToken = await sealAccessToken(keeping, { ...name, environment }, proven)
  const reference = await grants.write(proven.refreshToken, grantOwnerOf(found.tenant, proven.grant))
  const kept = { ...proven, grant: { ...proven.grant, reference }, accessToken }
  const committed = await commitGrant(keeping, name, (row) =>
    proven.isStillFor?.(row) === false ? undefined : kept,
  )
  if (committed) return committed
  const row = await keeping.tenants.read(name).catch(() => undefined)
  await destroyUncommitted(keeping, reference, row?.tenant)
  return undefined
}

/** Seals a fresh access token as the row keeps it. */
export async function sealAccessToken(
  { sealer }: Pick<GrantKeeping, 'sealer'>,
  owner: TenantName & { readonly environment: Environment },
  token: Pick<ProvenGrant, 'accessToken' | 'expiresInSeconds' | 'askedAt'>,
): Promise<CachedAccessToken> {
  const { workspace, tenant, environment } = owner
  const sealed = await sealer.seal(token.accessToken, { workspace, tenant, environment, use: 'access_token' })
  const { askedAt, expiresInSeconds } = token
  return { sealed, refreshedAt: askedAt, expiresAt: secondsAfter(askedAt, expiresInSeconds) }
}

/** A grant that is kept already, and what the row will say of it. */
export interface KeptGrant
  extends Pick<
    ProvenGrant,
    'environment' | 'accountsGeneration' | 'defaultAccount' | 'events' | 'disconnectCount'
  > {
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly confirmed?: Confirmed
}

/**
 * The commit of {@link connectGrant}, for a grant whose refresh token is kept already.
 * @param keptOf what is to be kept, by the row as it stands; undefined when it is to be kept no more.
 */
export async function commitGrant(
  keeping: GrantKeeping,
  name: TenantName,
  keptOf: (row: Tenant) => KeptGrant | undefined,
): Promise<StoredTenant | undefined> {
  let last: Attempt | undefined
  for (let tries = 1; tries <= commitTries; tries++) {
    const stored = await keeping.tenants.read(name)
    if (!stored) return undefined
    if (last && isSameConsent(stored.tenant, last.kept.grant))
      return concludeCommit(keeping, last.before, stored)
    const kept = keptOf(stored.tenant)
    // Asked at every try: the row may be moved or disconnected at any time before the write that counts.
    if (!kept || !isStillFor(stored.tenant, kept)) return undefined
    if (last && !(await isAlive(keeping, stored.tenant, kept.grant))) return undefined
    last = { before: stored.tenant, kept }
    const written = await tryCommit(keeping, stored, kept).catch((error) => {
      if (tries > mostFailures) throw error
      return 'conflict' as const
    })
    if (written !== 'conflict') return concludeCommit(keeping, stored.tenant, written)
  }
  return undefined
}

interface Attempt {
  readonly before: Tenant
  readonly kept: KeptGrant
}

async function tryCommit(
  { clock, config, due, grants, randomness, tenants }: GrantKeeping,
  stored: StoredTenant,
  kept: KeptGrant,
): Promise<StoredTenant | 'conflict'> {
  const { tenant: before } = stored
  const now = clock.now()
  const dueAt = nextDueAt(before, kept.accessToken, config, now, randomness.fraction())
  const superseded = [before.grant?.reference, before.pendingGrant?.grant.reference]
  const next = withLeftovers(grants, withGrant(before, kept, dueAt), superseded)
  await due.insert(dueRowOf(next, kept.grant, dueAt))
  const events = [connectedEvent(before, kept.grant, now), ...(kept.events ?? [])]
  return tenants.replace(stored, next, events)
}

/** Whether the row is still the one that the grant was given for. */
function isStillFor({ disconnectCount = 0, environment }: Tenant, kept: KeptGrant): boolean {
  return environment === kept.environment && disconnectCount === (kept.disconnectCount ?? disconnectCount)
}

/** Whether a write whose answer was lost did take effect: a refresh changes the reference, never the consent. */
function isSameConsent({ grant, status }: Tenant, own: Grant): boolean {
  return (
    status !== 'disconnected' &&
    grant?.consenter.subject === own.consenter.subject &&
    grant.consentedAt.getTime() === own.consentedAt.getTime()
  )
}

/** A disconnect that came after a write whose answer was lost has destroyed the grant: it is not to be named again. */
async function isAlive({ grants }: GrantKeeping, row: Tenant, grant: Grant): Promise<boolean> {
  return (await grants.read(grant.reference, grantOwnerOf(row, grant))) !== undefined
}

function withGrant(before: Tenant, kept: KeptGrant, dueAt: Date): Tenant {
  const {
    lease: _lease,
    trouble: _trouble,
    pendingGrant: _pending,
    confirmed: _confirmed,
    reauthorizationReason: _reason,
    defaultAccount: _default,
    advertisingRefusal: _refusal,
    ...rest
  } = before
  return {
    ...rest,
    status: 'connected',
    grant: kept.grant,
    accessToken: kept.accessToken,
    dueAt,
    accountsGeneration: kept.accountsGeneration,
    discoveredAt: kept.accessToken.refreshedAt,
    ...(kept.defaultAccount && { defaultAccount: kept.defaultAccount }),
    ...(kept.confirmed && { confirmed: kept.confirmed }),
  }
}

/** Old due row and old grant go after the commit; a death before this leaves an orphan, never a loss. */
async function concludeCommit(
  keeping: GrantKeeping,
  before: Tenant,
  written: StoredTenant,
): Promise<StoredTenant> {
  logStatus(keeping, before)
  if (before.grant && before.dueAt && before.dueAt.getTime() !== written.tenant.dueAt?.getTime()) {
    await keeping.due.remove(dueRowOf(before, before.grant, before.dueAt)).catch(() => undefined)
  }
  return destroyLeftovers(keeping, written)
}

function connectedEvent(before: Tenant, grant: Grant, at: Date) {
  const first = before.status === 'pending' && !before.grant
  return {
    type: first ? ('tenant.connected' as const) : ('tenant.reconnected' as const),
    at,
    detail: `${grant.consenter.hint} signed in${first ? '' : ' again'}; the tenant is connected.`,
    data: { identityProvider: grant.identityProvider, accountKind: grant.accountKind },
  }
}

function logStatus({ log }: GrantKeeping, before: Tenant): void {
  if (before.status === 'connected') return
  const { environment, status: from } = before
  log('tenant.status_changed', {
    tenantKey: tenantKey(before),
    environment,
    from,
    to: 'connected',
    reason: 'consent',
  })
}
