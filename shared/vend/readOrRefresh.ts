import { type Deadline, secondsUntil, TimeLimitError } from '../clock.ts'
import { sealContextOf } from '../domain/sealer.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { StoredTenant, TenantName } from '../domain/tenant.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'
import type { RefreshOutcome } from '../refresh/outcome.ts'
import type { Refresher } from '../refresh/refreshTenant.ts'
import type { Secret } from '../secret.ts'
import type { MissingToken, UsableToken } from './usableToken.ts'

/** Dependencies of reading a token from a row, or refreshing it. */
export interface ReadDependencies extends Pick<RefreshDependencies, 'tenants' | 'sealer' | 'clock'> {
  readonly refresher: Refresher
}

/** Required lifetimes of a token, in seconds. */
export interface Validity {
  /** A token with less is refreshed. */
  readonly preferredSeconds: number
  /** A token with less is never vended. */
  readonly minimumSeconds: number
}

/** Seconds reserved for answering with the stored token when a refresh takes too long. */
const answerSeconds = 1

/**
 * Obtains a token that this process does not remember: from the row, or from a refresh if the row's doesn't last long
 * enough.
 */
export async function readOrRefresh(
  dependencies: ReadDependencies,
  name: TenantName,
  { preferredSeconds, minimumSeconds }: Validity,
  deadline: Deadline,
): Promise<UsableToken | MissingToken> {
  const { clock, refresher, tenants } = dependencies
  const stored = await tenants.read(name)
  if (!stored) return { ok: false, because: 'not_found' }
  const storedToken = await open(dependencies, stored)
  if (storedToken && secondsUntil(storedToken.expiresAt, clock.now()) >= preferredSeconds) return storedToken
  const refresh = () =>
    refresher.refresh(name, purposeOf(stored, storedToken !== undefined, preferredSeconds), deadline)
  const refreshed = deadline.step('refreshing', refresh, deadline.left() - answerSeconds)
  const outcome = await refreshed.catch((error: unknown) => {
    // A vault outage never withholds a token that is still valid.
    const usable = storedToken && secondsUntil(storedToken.expiresAt, clock.now()) >= minimumSeconds
    if (usable && isOutage(error)) return { outcome: 'fresh', stored } as const
    throw error
  })
  return tokenFromOutcome(dependencies, outcome, minimumSeconds)
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
  dependencies: ReadDependencies,
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

/** The row's token, decrypted; undefined unless the tenant is connected and the token can be opened. */
async function open(
  { sealer }: ReadDependencies,
  { tenant }: StoredTenant,
  plain?: Secret,
): Promise<UsableToken | undefined> {
  const { accessToken, grant, status } = tenant
  if (status !== 'connected' || !accessToken) return undefined
  const context = sealContextOf(tenant, grant?.id, 'access_token')
  const text = plain ?? (await sealer.open(accessToken.sealed, context))
  return text === undefined
    ? undefined
    : { ok: true, tenant, accessToken: text, expiresAt: accessToken.expiresAt }
}
