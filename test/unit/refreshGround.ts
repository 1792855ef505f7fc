import { addSeconds } from '../../shared/clock.ts'
import type { EnvironmentHold } from '../../shared/domain/holds.ts'
import type { LogEvents } from '../../shared/domain/logEvents.ts'
import type { Tenant, TenantName } from '../../shared/domain/tenant.ts'
import type { TokenResult } from '../../shared/domain/tokenEndpoint.ts'
import { classifyTokenRefusal } from '../../shared/identity/refusal.ts'
import type { RefreshDependencies } from '../../shared/refresh/dependencies.ts'
import { createRefresher } from '../../shared/refresh/refreshTenant.ts'
import { Secret } from '../../shared/secret.ts'
import { connected, ground, name } from '../simulation/ground.ts'
import { createVirtualClock } from './virtualClock.ts'

/** A good answer of a token endpoint. */
export const anHour: TokenResult = {
  ok: true,
  accessToken: new Secret('at'),
  refreshToken: new Secret('rt'),
  expiresInSeconds: 3600,
}

/** A refusal of a token endpoint, by its status and AADSTS code. */
export function refusalOf(status: number, error?: string, code?: number): TokenResult {
  const body = { ...(error && { error }), ...(code && { error_codes: [code] }) }
  return { ok: false, refusal: classifyTokenRefusal(status, body) }
}

/** The circumstances of a refresh. */
export interface Meeting {
  /** The token endpoint's answer by call number. Default is always an hour's token. */
  readonly answer?: (call: number) => TokenResult
  readonly hold?: EnvironmentHold
  /** The hold, as extended by another process's probe. */
  readonly blocking?: EnvironmentHold
  /** Other differences from the models. */
  readonly with?: (dependencies: RefreshDependencies) => Partial<RefreshDependencies>
}

/** A refreshing process with its own clock, with the requests to its provider and its log. */
export function refreshGround({ answer = () => anHour, hold, blocking, with: change }: Meeting = {}) {
  const clock = createVirtualClock()
  const base = ground()
  const logged: { readonly event: keyof LogEvents; readonly fields: object }[] = []
  const holds: EnvironmentHold[] = []
  const probes: Date[] = []
  const refused = new Map<string, Set<string>>()
  let calls = 0
  const models: RefreshDependencies = {
    ...base.dependencies,
    clock,
    log: (event, fields) => void logged.push({ event, fields }),
    environments: {
      read: async ({ kind }) => [hold, ...holds].filter((each) => each && each.kind === kind).at(-1),
      async countRefused({ kind = '' }, person) {
        const people = (refused.get(kind) ?? new Set<string>()).add(person)
        refused.set(kind, people)
        return people.size
      },
      placeHold: async (next) => void holds.push(next),
      async reserveProbe(_hold, until) {
        probes.push(until)
        return blocking
      },
      async release({ kind }) {
        refused.delete(kind ?? '')
        return hold !== undefined && hold.kind === kind
      },
    },
    tokenEndpoint: { refresh: async () => answer(++calls) },
  }
  const { finishAccounts } = base.dependencies
  const dependencies = { ...models, finishAccounts, ...change?.(models), clock }
  return {
    ...base,
    ...{ clock, dependencies, logged, holds, probes },
    refresher: createRefresher(dependencies),
    calls: () => calls,
    /** Creates a due tenant with a grant in the vault; default is the one tenant. */
    async add(change: Partial<Tenant> = {}, tenant: TenantName = name) {
      const identity = { ...tenant, environment: 'production', identityProvider: 'microsoft' } as const
      const reference = await base.stores.vault.write(new Secret('old'), identity)
      const row = { ...connected(reference), ...tenant, dueAt: clock.now(), ...change }
      await base.tenants.create(row, [])
      return row
    },
    rowOf: (tenant: TenantName) => base.tenants.row(tenant)?.tenant,
    after: (seconds: number) => addSeconds(clock.now(), seconds),
  }
}
