import { addSeconds, type Clock, type Randomness } from '../clock.ts'
import type { RefreshConfig } from '../config.ts'
import type { AccountStore } from '../domain/account.ts'
import type { DisconnectMarks } from '../domain/disconnectMarks.ts'
import { type DueIndex, dueRowOf } from '../domain/due.ts'
import { type GrantStore, grantOwnerOf } from '../domain/grants.ts'
import type { Log } from '../domain/logEvents.ts'
import { nextDueAt } from '../domain/schedule.ts'
import { type Sealer, type SealOwner, sealContextOf } from '../domain/sealer.ts'
import {
  type CachedAccessToken,
  type Confirmation,
  type DefaultAccount,
  type Grant,
  isSpentSession,
  type StoredTenant,
  type Tenant,
  type TenantName,
} from '../domain/tenant.ts'
import type { TenantEvent } from '../domain/tenantEvents.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import { withConnection, withSpentSession } from '../domain/transitions.ts'
import type { Environment } from '../environment.ts'
import type { Secret } from '../secret.ts'
import { changeTenant, type TenantChange } from './changeTenant.ts'
import { destroySecrets, withSecretsToDestroy } from './secretsToDestroy.ts'
import { sealSignInName } from './signInName.ts'
import { abandonUncommitted, canCommit, listUncommitted } from './uncommittedSecrets.ts'

/** Dependencies of storing and committing a grant. */
export interface GrantServices {
  readonly tenants: TenantStore
  readonly accounts: Pick<AccountStore, 'removeAll' | 'removeOthers'>
  readonly due: DueIndex
  readonly grants: GrantStore
  readonly marks: DisconnectMarks
  readonly sealer: Sealer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly config: RefreshConfig
}

/** A proven grant: Microsoft Advertising has returned its user. */
export interface ProvenGrant {
  /** Where the user consented: a tenant of the other environment can't store the grant. */
  readonly environment: Environment
  readonly grant: Omit<Grant, 'id' | 'reference' | 'signInNameSealed'>
  /** What the person signed in with; it's kept sealed. */
  readonly signInName?: string | undefined
  readonly refreshToken: Secret
  readonly accessToken: Secret
  readonly expiresInSeconds: number
  /** When the tokens were asked for: `expiresInSeconds` counts from here, which can only be too early. */
  readonly requestedAt: Date
  /** The account rows that belong to it, whether they're written later, and the default account, if there is a clear one. */
  readonly accountsGeneration: string
  readonly accountsOutstanding?: true
  readonly defaultAccount?: DefaultAccount
  /** Further events, written with the connection's own. */
  readonly events?: readonly TenantEvent[]
  /** The tenant's count when the grant was requested; a later disconnect makes it void. Default is no check. */
  readonly disconnectCount?: number
  /** The connect session that the person used, of which only the first consent is kept. Default is none. */
  readonly sessionId?: string
  /** Whether the grant still applies to the current row, checked before each write. Default is that it does. */
  readonly isStillValidFor?: (row: Tenant) => boolean
}

/**
 * Activates a proven grant: the row lists its secret, then it's stored, then committed by one conditional write, and
 * the old one is removed last, so a failure at any line costs nothing and an old dead token never shadows the fresh consent.
 * Works for `pending`, `connected`, `reauthorization_required`, and `disconnected` tenants. It removes any lease,
 * so a running refresh of the old grant can't change anything.
 * @returns undefined if the tenant is gone, was disconnected in the meantime, or moved to the other environment, if the
 * grant no longer applies to it, if the connect session already has a consent, or if other processes kept changing it.
 */
export async function connectGrant(
  grantServices: GrantServices,
  name: TenantName,
  proven: ProvenGrant,
): Promise<StoredTenant | undefined> {
  const { grants } = grantServices
  const { environment } = proven
  const found = await grantServices.tenants.read(name)
  if (found?.tenant.environment !== environment) return undefined
  const id = grantServices.randomness.identifier()
  const owner = grantOwnerOf(found.tenant, { ...proven.grant, id })
  const accessToken = await sealAccessToken(grantServices, owner, proven)
  const named = await sealSignInName(grantServices, owner, proven.signInName)
  const reserved = grants.reserve()
  if (!(await listUncommitted(grantServices, found, owner, reserved))) return undefined
  const reference = await grants.write(proven.refreshToken, owner, reserved)
  const grant = { ...proven.grant, ...named, id, reference }
  const grantToCommit = { ...proven, grant, accessToken, reserved }
  const committed = await commitGrant(grantServices, name, (row) =>
    proven.isStillValidFor?.(row) === false ? undefined : grantToCommit,
  )
  if (committed) return committed
  await abandonUncommitted(grantServices, name, reserved)
  return undefined
}

/** Seals a fresh access token for the row. */
export async function sealAccessToken(
  { sealer }: Pick<GrantServices, 'sealer'>,
  owner: SealOwner,
  token: Pick<ProvenGrant, 'accessToken' | 'expiresInSeconds' | 'requestedAt'>,
): Promise<CachedAccessToken> {
  const context = sealContextOf(owner, owner.grantId, 'access_token')
  const sealed = await sealer.seal(token.accessToken, context)
  const { requestedAt, expiresInSeconds } = token
  return { sealed, refreshedAt: requestedAt, expiresAt: addSeconds(requestedAt, expiresInSeconds) }
}

/** A grant that is stored already, and its values for the row. */
export interface GrantToCommit
  extends Pick<
    ProvenGrant,
    | 'environment'
    | 'accountsGeneration'
    | 'accountsOutstanding'
    | 'defaultAccount'
    | 'events'
    | 'disconnectCount'
    | 'sessionId'
  > {
  readonly grant: Grant
  readonly accessToken: CachedAccessToken
  readonly confirmed?: Confirmation
  /** The row must still list this secret. Default is that it names the grant's secret already. */
  readonly reserved?: string | undefined
}

/**
 * The commit of {@link connectGrant}, for a grant whose refresh token is stored already.
 * @param grantOf returns the grant to store, from the current row; undefined if there is none any more.
 */
export async function commitGrant(
  grantServices: GrantServices,
  name: TenantName,
  grantOf: (row: Tenant) => GrantToCommit | undefined,
): Promise<StoredTenant | undefined> {
  let own: string | undefined
  const changed = await changeTenant(grantServices, name, async (row) => {
    const grantToCommit = grantOf(row)
    // Checked on every attempt: the tenant can move or be disconnected at any time before the deciding write.
    if (!grantToCommit || !isCurrentTenant(row, grantToCommit)) return undefined
    own = grantToCommit.grant.id
    return prepareCommit(grantServices, row, grantToCommit)
  })
  if (changed.outcome !== 'changed') return undefined
  const committed = await finishCommit(grantServices, changed.before, changed.stored)
  // The tenant may have been disconnected or reconnected since a write whose answer was lost.
  const { grant, status } = committed.tenant
  return status !== 'disconnected' && grant?.id === own ? committed : undefined
}

/** Longer than a commit takes. */
const lateCommitSeconds = 300

async function prepareCommit(
  { clock, config, due, grants, randomness }: GrantServices,
  before: Tenant,
  grantToCommit: GrantToCommit,
): Promise<TenantChange> {
  const { grant, accessToken, accountsGeneration, accountsOutstanding, defaultAccount, confirmed } =
    grantToCommit
  const now = clock.now()
  const planned = nextDueAt(before, accessToken, config, now, randomness.fraction())
  // After a late confirmation, the time may be over: until the commit, a sweep would drop such a hint as an orphan.
  const dueAt = planned > now ? planned : addSeconds(now, lateCommitSeconds)
  const consent = {
    ...{ grant, accessToken, dueAt, accountsGeneration },
    ...(accountsOutstanding && { accountsOutstanding }),
    ...(defaultAccount && { defaultAccount }),
    ...(confirmed && { confirmed }),
  }
  const superseded = [before.grant?.reference, before.pendingGrant?.grant.reference]
  await due.insert(dueRowOf(before, grant, dueAt))
  return {
    next: withSecretsToDestroy(
      grants,
      withSpentSession(withConnection(before, consent), grantToCommit.sessionId),
      superseded,
    ),
    events: [connectedEvent(before, grant, now), ...(grantToCommit.events ?? [])],
  }
}

/** Whether the grant still applies to the row. */
function isCurrentTenant(row: Tenant, grantToCommit: GrantToCommit): boolean {
  const { disconnectCount = 0, environment } = row
  return (
    canCommit(row, grantToCommit.reserved) &&
    environment === grantToCommit.environment &&
    !isSpentSession(row, grantToCommit.sessionId) &&
    disconnectCount === (grantToCommit.disconnectCount ?? disconnectCount)
  )
}

/**
 * The old due row and the old grant are removed after the commit; a crash before this leaves an orphan and never loses
 * anything.
 */
async function finishCommit(
  grantServices: GrantServices,
  before: Tenant,
  written: StoredTenant,
): Promise<StoredTenant> {
  logStatus(grantServices, before)
  if (before.grant && before.dueAt && before.dueAt.getTime() !== written.tenant.dueAt?.getTime()) {
    await grantServices.due.remove(dueRowOf(before, before.grant, before.dueAt)).catch(() => undefined)
  }
  return destroySecrets(grantServices, written)
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

function logStatus({ log }: GrantServices, before: Tenant): void {
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
