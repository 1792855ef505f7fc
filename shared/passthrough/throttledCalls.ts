import type { AdvertisingFault } from '../advertising/faults.ts'
import { judgeFault } from '../advertising/judgeFault.ts'
import type { ServiceName } from '../advertising/services.ts'
import type { Clock } from '../clock.ts'
import type { TenantName } from '../domain/tenant.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import { createMemory } from '../memory.ts'
import { Problem } from '../problems.ts'
import { diagnosisHeader } from './explainFailure.ts'

/** The tenants whose calls Microsoft Advertising is throttling. */
export interface ThrottledCalls {
  /** @throws Problem `too_many_requests` until the wait that Microsoft asked for is over. */
  assertOpen(name: TenantName, service: ServiceName): void
  /** Reads a failed call. Only the limit of calls a minute closes the service for the tenant. */
  record(name: TenantName, service: ServiceName, fault: AdvertisingFault): void
}

/** The most tenants and services that a process remembers; a forgotten one asks Microsoft again. */
const mostRemembered = 10_000

/**
 * Creates the memory of one process. Microsoft counts calls a minute for each user and customer over a sliding window
 * (guides/services-protocol.md), and others may use the same ones: a call that is repeated in spite of the refusal
 * would keep their window full too. Limits of reports and bulk files in progress (207, 4204) are passed through: the
 * calls that end them must get through.
 */
export function createThrottledCalls(clock: Pick<Clock, 'now'>): ThrottledCalls {
  const ends = createMemory<number>(clock, mostRemembered)
  const keyOf = (name: TenantName, service: ServiceName) => `${service}:${tenantKey(name)}`
  return {
    assertOpen(name, service) {
      const until = ends.recall(keyOf(name, service))?.value ?? 0
      const retryAfterSeconds = (until - clock.now().getTime()) / 1000
      if (retryAfterSeconds > 0) throw stillThrottled(service, retryAfterSeconds)
    },
    record(name, service, fault) {
      const { retryAfterSeconds } = fault
      if (retryAfterSeconds === undefined || judgeFault(fault).verdict !== 'throttled_calls') return
      ends.remember(keyOf(name, service), clock.now().getTime() + retryAfterSeconds * 1000)
    },
  }
}

function stillThrottled(service: ServiceName, retryAfterSeconds: number): Problem {
  return new Problem('too_many_requests', {
    detail: `Microsoft Advertising has refused this tenant’s calls of ${service}, because there were too many in a minute. The broker passes none through until its wait is over.`,
    retryAfterSeconds,
    members: { reason: 'throttled_by_microsoft' },
    headers: diagnosisHeader({ verdict: 'throttled_calls', actor: 'nobody', credential: 'none' }),
  })
}
