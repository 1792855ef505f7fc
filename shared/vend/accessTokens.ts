import { addSeconds, createDeadline, type Deadline, secondsUntil } from '../clock.ts'
import { createCoalesce } from '../coalesce.ts'
import type { RefreshConfig } from '../config.ts'
import { minimumValiditySeconds } from '../domain/schedule.ts'
import type { TenantName } from '../domain/tenant.ts'
import { toVendedTenant, type VendedTenant } from '../domain/vendedTenant.ts'
import { createMemory } from '../memory.ts'
import type { RefreshDependencies } from '../refresh/dependencies.ts'
import { type ReadDependencies, readOrRefresh, tokenFromOutcome } from './readOrRefresh.ts'
import { recordVend } from './recordVend.ts'
import { createTokenMemory, keyOf, type RememberedToken, sealOfToken } from './tokenMemory.ts'
import type { MissingToken, UsableToken } from './usableToken.ts'

/** Dependencies of obtaining access tokens. */
export interface AccessTokenDependencies
  extends Omit<ReadDependencies, 'outages' | 'tokens'>,
    Pick<RefreshDependencies, 'tenants' | 'due' | 'randomness'> {
  readonly config: RefreshConfig
  /** How long a process answers from a row that it has read. */
  readonly rowCacheSeconds: number
  /** The most bytes of opened tokens and their rows. Default is a quarter of the heap's limit. */
  readonly tokenMemoryBytes?: number | undefined
  /** The time limit of an attempt that has no deadline of its own. */
  readonly vendLimitSeconds: number
}

/** Obtains access tokens: from this process's memory, from the row, or by a refresh. */
export interface AccessTokens {
  /**
   * @param minValiditySeconds a promise if given. Without it, the goal is 300 s and the minimum is 60 s.
   * @throws TimeLimitError at the deadline, while a refresh continues for the next caller.
   */
  get(name: TenantName, minValiditySeconds?: number, deadline?: Deadline): Promise<UsableToken | MissingToken>
  /** Replaces the token refreshed at `seen`, which Microsoft Advertising refused. */
  replace(name: TenantName, seen: Date): Promise<UsableToken | MissingToken>
  /** Removes a tenant from this process's memory, because the process has just changed it. */
  forget(name: TenantName): void
}

/** The validity that the broker aims for when the app asks for none. */
const defaultValiditySeconds = 300

/** The most tenants whose outage a process remembers. */
const maxOutages = 5000

interface Dated<T> {
  readonly value: T
  /** See {@link RememberedToken}. */
  readonly readAt: number
}

/** Creates the hot path: warm calls reach neither storage nor the identity provider. */
export function createAccessTokens(dependencies: AccessTokenDependencies): AccessTokens {
  const { clock, refresher, rowCacheSeconds, tokenMemoryBytes, vendLimitSeconds } = dependencies
  const tokens = createTokenMemory(tokenMemoryBytes)
  const outages = createMemory<true>(clock, maxOutages)
  const reading = createCoalesce<Dated<UsableToken | MissingToken>>()
  const recording = createCoalesce<void>()
  const limit = () => createDeadline(clock, addSeconds(clock.now(), vendLimitSeconds))
  /** Callers that share a read also share its age. */
  const dated = async <T>(work: () => Promise<T>): Promise<Dated<T>> => {
    const readAt = clock.now().getTime()
    return { value: await work(), readAt }
  }
  const recall = (name: TenantName): UsableToken | undefined => {
    const known = tokens.recall(name)
    const age = clock.now().getTime() - (known?.readAt ?? 0)
    // A negative age is unknown: the clock was set back.
    return known && age >= 0 && age < rowCacheSeconds * 1000 ? known.value : undefined
  }
  const remember = (name: TenantName, { value, readAt }: Dated<UsableToken | MissingToken>) => {
    if (value.ok) tokens.remember(name, { value, readAt })
    else tokens.forget(name)
    return value
  }
  const readAgain = async (name: TenantName, minValiditySeconds: number | undefined, deadline: Deadline) => {
    const [preferredSeconds, minimumSeconds] = [
      preferredValidity(minValiditySeconds),
      minimumValidity(minValiditySeconds),
    ]
    const work = () =>
      readOrRefresh(
        { ...dependencies, outages, tokens },
        name,
        { preferredSeconds, minimumSeconds },
        deadline,
      )
    // What hangs must not keep the next caller from starting again.
    const read = () => dated(() => deadline.step('obtaining a token', work))
    return remember(name, await reading(`${keyOf(name)}:${preferredSeconds}:${minimumSeconds}`, read))
  }
  const record = async (name: TenantName, vended: UsableToken): Promise<void> => {
    const { value: tenant, readAt } = await dated(() => recordVend(dependencies, vended.tenant))
    if (!tenant || tokens.peek(name)?.value !== vended) return
    // A row with another token is a different answer: this token must not be sent with the ids of that row.
    if (sealOfToken(tenant) === vended.seal)
      tokens.remember(name, { value: { ...vended, tenant: toVendedTenant(tenant) }, readAt })
    else tokens.forget(name)
  }

  return {
    async get(name, minValiditySeconds, deadline) {
      const known = recall(name)
      const isGood =
        known && secondsUntil(known.expiresAt, clock.now()) >= preferredValidity(minValiditySeconds)
      const obtained = isGood ? known : await readAgain(name, minValiditySeconds, deadline ?? limit())
      // Not awaited: storage that hangs must not delay a vend from memory.
      if (obtained.ok && mustRecordVend(dependencies, obtained.tenant))
        void recording(keyOf(name), () => record(name, obtained))
      return obtained
    },
    async replace(name, seen) {
      const deadline = limit()
      const replaced = await dated(async () => {
        const purpose = { for: 'replacement', seen } as const
        const refresh = () => refresher.refresh(name, purpose, { deadline })
        const outcome = await deadline.step('replacing a token', refresh)
        return tokenFromOutcome({ ...dependencies, tokens }, outcome, minimumValiditySeconds)
      })
      return replaced.value.ok ? remember(name, replaced) : replaced.value
    },
    forget: (name) => tokens.forget(name),
  }
}

function preferredValidity(minValiditySeconds = defaultValiditySeconds): number {
  return Math.max(minValiditySeconds, minimumValiditySeconds)
}

/** The least validity to vend, in seconds: the app's promise, and never less than sixty. */
export function minimumValidity(minValiditySeconds = 0): number {
  return Math.max(minValiditySeconds, minimumValiditySeconds)
}

/** A vend is recorded at most four times in an active window. */
function mustRecordVend({ clock, config }: AccessTokenDependencies, tenant: VendedTenant): boolean {
  const { lastVendedAt } = tenant
  return (
    !lastVendedAt || clock.now().getTime() - lastVendedAt.getTime() > (config.activeWindowSeconds * 1000) / 4
  )
}
