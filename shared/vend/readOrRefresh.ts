import { type Deadline, secondsUntil, TimeLimitError } from '../clock.ts'
import { sealContextOf } from '../domain/sealer.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { toVendedTenant } from '../domain/vendedTenant.ts'
import type { Memory } from '../memory.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'
import type { RefreshOutcome } from '../refresh/outcome.ts'
import type { Refresher } from '../refresh/refreshTenant.ts'
import type { Secret } from '../secret.ts'
import { sealOfToken, type TokenMemory } from './tokenMemory.ts'
import type { MissingToken, UsableToken } from './usableToken.ts'

/** Dependencies of reading a token from a row, or refreshing it. */
export interface ReadDependencies extends Pick<RefreshDependencies, 'tenants' | 'sealer' | 'clock'> {
  readonly refresher: Refresher
  /** Tenants whose refresh has just met an outage, by {@link tenantKey}. */
  readonly outages: Memory<true>
  readonly tokens: Pick<TokenMemory, 'opened'>
}

/** Required lifetimes of a token, in seconds. */
export interface Validity {
  /** A token with less is refreshed. */
  readonly preferredSeconds: number
  /** A token with less is never vended. */
  readonly minimumSeconds: number
}

/**
 * A refresh takes about half a second. A caller who can have the stored token waits this long for a better one; then the
 * refresh goes on for the next caller.
 */
const patienceSeconds = 2
/** Seconds reserved for answering with the stored token when a refresh takes too long. */
const answerSeconds = 1
/** How long a stored token that is good enough is vended without another try, after a vault or a table failed. */
const outageMilliseconds = 10_000

/**
 * Obtains a token that this process does not remember: from the row, or from a refresh if the row's doesn't last long
 * enough. An outage of a vault neither withholds a token that is still good, nor delays it by more than some seconds.
 */
export async function readOrRefresh(
  dependencies: ReadDependencies,
  name: TenantName,
  { preferredSeconds, minimumSeconds }: Validity,
  deadline: Deadline,
): Promise<UsableToken | MissingToken> {
  const { clock, outages, refresher, tenants } = dependencies
  const stored = await tenants.read(name)
  if (!stored) return { ok: false, because: 'not_found' }
  const storedToken = await open(dependencies, stored)
  const lasts = (seconds: number) =>
    storedToken !== undefined && secondsUntil(storedToken.expiresAt, clock.now()) >= seconds
  if (storedToken && lasts(preferredSeconds)) return storedToken
  const key = tenantKey(name)
  if (storedToken && lasts(minimumSeconds) && outages.recent(key, outageMilliseconds)) return storedToken
  const purpose = purposeOf(stored, storedToken !== undefined, preferredSeconds)
  const refresh = () => refresher.refresh(name, purpose, { deadline, stored })
  // Afterwards, the stored token must still be good.
  const seconds = lasts(minimumSeconds + patienceSeconds) ? patienceSeconds : deadline.left() - answerSeconds
  try {
    const outcome = await deadline.step('refreshing', refresh, seconds)
    return await tokenFromOutcome(dependencies, outcome, minimumSeconds)
  } catch (error) {
    if (!storedToken || !lasts(minimumSeconds) || !isOutage(error)) throw error
    outages.remember(key, true)
    return storedToken
  }
}

/** A vault that hangs counts as an outage, like one that refuses. */
function isOutage(error: unknown): boolean {
  return error instanceof StorageUnavailableError || error instanceof TimeLimitError
}

/** A token that no key can open is replaced regardless of its expiry. */
function purposeOf(stored: StoredTenant, opens: boolean, minValiditySeconds: number) {
  const { accessToken } = stored.tenant
  return accessToken && !opens
    ? ({ for: 'replacement', seen: accessToken.refreshedAt } as const)
    : ({ for: 'vend', minValiditySeconds } as const)
}

/** What a refresh brought: its token where it lasts `minimumSeconds`, else why there is none. */
export async function tokenFromOutcome(
  dependencies: OpenDependencies & Pick<ReadDependencies, 'clock'>,
  outcome: RefreshOutcome,
  minimumSeconds: number,
): Promise<UsableToken | MissingToken> {
  if (outcome.outcome === 'not_found') return { ok: false, because: 'not_found' }
  const opened = await open(
    dependencies,
    outcome.stored,
    'accessToken' in outcome ? outcome.accessToken : undefined,
  )
  const validSeconds = opened ? secondsUntil(opened.expiresAt, dependencies.clock.now()) : 0
  if (opened && validSeconds >= minimumSeconds) return opened
  const isTooShort = outcome.outcome === 'passed_on' && outcome.reason === 'validity_not_reached'
  if (outcome.outcome === 'refreshed' || outcome.outcome === 'fresh' || isTooShort) {
    return { ok: false, because: 'validity_not_reached', validSeconds }
  }
  return { ok: false, because: 'not_refreshed', outcome }
}

type OpenDependencies = Pick<ReadDependencies, 'sealer' | 'tokens'>

/**
 * The row's token; undefined unless the tenant is connected and the token can be opened. The row decides what is opened:
 * memory only saves decrypting the same text again.
 */
async function open(
  { sealer, tokens }: OpenDependencies,
  { tenant }: StoredTenant,
  plain?: Secret,
): Promise<UsableToken | undefined> {
  const { accessToken, grant, status } = tenant
  const seal = sealOfToken(tenant)
  if (status !== 'connected' || !accessToken || !seal) return undefined
  const context = sealContextOf(tenant, grant?.id, 'access_token')
  const text = plain ?? tokens.opened(tenant, seal) ?? (await sealer.open(accessToken.sealed, context))
  return (
    text && {
      ok: true,
      tenant: toVendedTenant(tenant),
      accessToken: text,
      expiresAt: accessToken.expiresAt,
      seal,
    }
  )
}
