import { LRUCache } from 'lru-cache'
import { type Clock, secondsUntil, TimeLimitError } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import type { RefreshConfig } from '../config.ts'
import { leastValiditySeconds } from '../domain/schedule.ts'
import { sealContextOf } from '../domain/sealer.ts'
import { StorageUnavailableError } from '../domain/storageUnavailable.ts'
import type { StoredTenant, Tenant, TenantName } from '../domain/tenant.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'
import type { RefreshOutcome } from '../refresh/outcome.ts'
import type { Refresher } from '../refresh/refreshTenant.ts'
import { touch } from './touch.ts'

/** A usable access token, with the tenant it is for. */
export interface Obtained {
  readonly ok: true
  readonly tenant: Tenant
  readonly accessToken: string
  readonly expiresAt: Date
}

/** Why there is none: the tenant is unknown, the refresh ended otherwise, or the new token lives too short. */
export type NotObtained =
  | { readonly ok: false; readonly because: 'not_found' }
  | {
      readonly ok: false
      readonly because: 'not_refreshed'
      readonly outcome: Exclude<RefreshOutcome, { outcome: 'not_found' }>
    }
  | { readonly ok: false; readonly because: 'validity_not_reached'; readonly validSeconds: number }

/** What obtaining touches. */
export type ObtainDependencies = Pick<RefreshDependencies, 'tenants' | 'due' | 'sealer' | 'randomness'> & {
  readonly refresher: Refresher
  readonly clock: Clock
  readonly config: RefreshConfig
  /** How long a process answers from a row it has read. */
  readonly rowCacheSeconds: number
}

/** Obtains access tokens: from this process's memory, from the row, or by a refresh. */
export interface Obtain {
  /**
   * @param minValiditySeconds a promise when given; without it 300 s are aimed at and 60 s settled for.
   * @returns what this process remembers at once.
   */
  obtain(
    name: TenantName,
    minValiditySeconds?: number,
  ): Obtained | NotObtained | Promise<Obtained | NotObtained>
  /** Obtains another token than the one refreshed at `seen`, which Microsoft Advertising refused. */
  replace(name: TenantName, seen: Date): Promise<Obtained | NotObtained>
  /** Forgets what this process remembers of a tenant that it has just changed. */
  forget(name: TenantName): void
}

/** What the broker aims at when the app asks for nothing. */
const aimedValiditySeconds = 300

/** Rows and opened tokens that a process remembers at most. */
const mostRemembered = 5000

interface AsOf<T> {
  readonly value: T
  /** When its reading began; milliseconds since the epoch. */
  readonly readAt: number
}

interface Remembered extends Obtained {
  readonly readAt: number
}

/** Creates the hot path: warm calls touch neither storage nor the identity provider. */
export function createObtain(dependencies: ObtainDependencies): Obtain {
  const { clock, rowCacheSeconds } = dependencies
  const memory = new LRUCache<string, Remembered>({ max: mostRemembered })
  const reading = createCoalesce<AsOf<Obtained | NotObtained>>()
  const touching = createCoalesce<AsOf<Tenant | undefined>>()
  /** Callers that share a read share its age too. */
  const asOf = async <T>(work: Promise<T>): Promise<AsOf<T>> => {
    const readAt = clock.now().getTime()
    return { value: await work, readAt }
  }

  /** @param readAt before the row was asked for: a disconnect after it must be seen in time. */
  const remember = (key: string, obtained: Obtained, readAt: number): Obtained => {
    memory.set(key, { ...obtained, readAt })
    return obtained
  }
  const recall = (key: string): Remembered | undefined => {
    const known = memory.get(key)
    return known && clock.now().getTime() - known.readAt < rowCacheSeconds * 1000 ? known : undefined
  }
  const obtain: Obtain['obtain'] = (name, minValiditySeconds) => {
    const known = recall(keyOf(name))
    const isGood = known && secondsUntil(known.expiresAt, clock.now()) >= wantedOf(minValiditySeconds)
    if (!isGood) return obtainAnew(name, minValiditySeconds)
    return needsTouch(dependencies, known.tenant) ? touched(name, minValiditySeconds, known) : known
  }
  const obtainAnew = async (
    name: TenantName,
    minValiditySeconds?: number,
  ): Promise<Obtained | NotObtained> => {
    const key = keyOf(name)
    const [wanted, settleFor] = [wantedOf(minValiditySeconds), settledForOf(minValiditySeconds)]
    const readNow = () => asOf(read(dependencies, name, wanted, settleFor))
    const { value: obtained, readAt } = await reading(`${key}:${wanted}:${settleFor}`, readNow)
    if (!obtained.ok) {
      memory.delete(key)
      return obtained
    }
    remember(key, obtained, readAt)
    return needsTouch(dependencies, obtained.tenant) ? touched(name, minValiditySeconds, obtained) : obtained
  }
  const touched = async (
    name: TenantName,
    minValiditySeconds: number | undefined,
    obtained: Obtained,
  ): Promise<Obtained | NotObtained> => {
    const key = keyOf(name)
    const { value: tenant, readAt } = await touching(key, () => asOf(touch(dependencies, obtained.tenant)))
    // A row with another token is another answer: this token is not to go with its ids.
    if (tenant && tenant.accessToken?.sealed !== obtained.tenant.accessToken?.sealed) {
      memory.delete(key)
      return obtainAnew(name, minValiditySeconds)
    }
    const answer = tenant ? remember(key, { ...obtained, tenant }, readAt) : obtained
    // Touching takes time, and what was promised holds at the answer.
    const isGood = secondsUntil(answer.expiresAt, clock.now()) >= settledForOf(minValiditySeconds)
    return isGood ? answer : obtain(name, minValiditySeconds)
  }

  return {
    obtain,
    async replace(name, seen) {
      const readAt = clock.now().getTime()
      const outcome = await dependencies.refresher.refresh(name, { for: 'replacement', seen })
      const obtained = await conclude(dependencies, outcome, leastValiditySeconds)
      return obtained.ok ? remember(keyOf(name), obtained, readAt) : obtained
    },
    forget: (name) => {
      memory.delete(keyOf(name))
    },
  }
}

/** No hash: this is looked up at every vend. Tenant ids hold no slash, so no two names make the same key. */
function keyOf({ workspace, tenant }: TenantName): string {
  return `${workspace}/${tenant}`
}

function wantedOf(minValiditySeconds = aimedValiditySeconds): number {
  return Math.max(minValiditySeconds, leastValiditySeconds)
}

/** The validity in seconds that is vended at the least: the app's promise, and never less than sixty. */
export function settledForOf(minValiditySeconds = 0): number {
  return Math.max(minValiditySeconds, leastValiditySeconds)
}

/** A vend is written down four times in an active window at most. */
function needsTouch({ clock, config }: ObtainDependencies, tenant: Tenant): boolean {
  const { lastVendedAt } = tenant
  return (
    !lastVendedAt || clock.now().getTime() - lastVendedAt.getTime() > (config.activeWindowSeconds * 1000) / 4
  )
}

async function read(
  dependencies: ObtainDependencies,
  name: TenantName,
  wanted: number,
  settleFor: number,
): Promise<Obtained | NotObtained> {
  const stored = await dependencies.tenants.read(name)
  if (!stored) return { ok: false, because: 'not_found' }
  const held = await open(dependencies, stored)
  if (held && secondsUntil(held.expiresAt, dependencies.clock.now()) >= wanted) return held
  const refresh = () => dependencies.refresher.refresh(name, wishFor(stored, held !== undefined, wanted))
  const outcome = await refresh().catch((error: unknown) => {
    // A vault that does not answer costs nobody a token that is still good.
    const usable = held && secondsUntil(held.expiresAt, dependencies.clock.now()) >= settleFor
    if (usable && isOutage(error)) return { outcome: 'fresh', stored } as const
    throw error
  })
  return conclude(dependencies, outcome, settleFor)
}

/** A vault that hangs is as much out as one that refuses. */
function isOutage(error: unknown): boolean {
  return error instanceof StorageUnavailableError || error instanceof TimeLimitError
}

/** A token that no key opens any more is replaced whatever its expiry says. */
function wishFor(stored: StoredTenant, opens: boolean, minValiditySeconds: number) {
  const { accessToken } = stored.tenant
  return accessToken && !opens
    ? ({ for: 'replacement', seen: accessToken.refreshedAt } as const)
    : ({ for: 'vend', minValiditySeconds } as const)
}

async function conclude(
  dependencies: ObtainDependencies,
  outcome: RefreshOutcome,
  settleFor: number,
): Promise<Obtained | NotObtained> {
  if (outcome.outcome === 'not_found') return { ok: false, because: 'not_found' }
  const opened = await open(
    dependencies,
    outcome.stored,
    'accessToken' in outcome ? outcome.accessToken : undefined,
  )
  const validSeconds = opened ? secondsUntil(opened.expiresAt, dependencies.clock.now()) : 0
  if (opened && validSeconds >= settleFor) return opened
  const isTooShort = outcome.outcome === 'passed_on' && outcome.reason === 'validity_not_reached'
  if (outcome.outcome === 'refreshed' || outcome.outcome === 'fresh' || isTooShort) {
    return { ok: false, because: 'validity_not_reached', validSeconds }
  }
  return { ok: false, because: 'not_refreshed', outcome }
}

/** The row's token in the clear; undefined unless the tenant is connected and the token opens. */
async function open(
  { sealer }: ObtainDependencies,
  { tenant }: StoredTenant,
  plain?: string,
): Promise<Obtained | undefined> {
  const { accessToken, grant, status } = tenant
  if (status !== 'connected' || !accessToken) return undefined
  const context = sealContextOf(tenant, grant?.id, 'access_token')
  const text = plain ?? (await sealer.open(accessToken.sealed, context))
  return text === undefined
    ? undefined
    : { ok: true, tenant, accessToken: text, expiresAt: accessToken.expiresAt }
}
