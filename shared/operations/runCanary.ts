import type { AdvertisingFault } from '../advertising/faults.ts'
import type { Credentials } from '../advertising/services.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { Log } from '../domain/logEvents.ts'
import type { BrokerNotes } from '../domain/notes.ts'
import type { TenantName } from '../domain/tenant.ts'
import { toProblem } from '../domain/toProblem.ts'
import type { Environment, IdentityProvider } from '../environment.ts'
import { Secret } from '../secret.ts'

/** Dependencies of the canary. */
export interface CanaryDependencies {
  readonly config: Pick<Config, 'canary'>
  readonly clock: Clock
  readonly log: Log
  readonly notes: Pick<BrokerNotes, 'write'>
  /** Vends without a record of use: no app asked. */
  readonly vend: { vend(name: TenantName, options: object): Promise<VendedCanary> }
  readonly advertising: (environment: Environment) => {
    getUser(
      credentials: Credentials,
    ): Promise<{ readonly ok: true } | { readonly ok: false; readonly fault: AdvertisingFault }>
  }
}

/** What the canary uses of a vend. */
interface VendedCanary {
  readonly environment: Environment
  readonly accessToken: string
  readonly developerToken: string
  readonly headers: Readonly<Record<string, string>>
}

/** The last result of the canary, as all instances share it. */
export interface CanaryResult {
  readonly ok: boolean
  /** When it ended; ISO 8601. */
  readonly at: string
}

/** Where the last result is among the broker's notes. */
export const canaryNote = ['canary', 'last'] as const

/**
 * Does what an app does, for the tenant that the settings name: vends, and calls Microsoft Advertising (GetUser). Keeps
 * the result for `GET /health/canary`. Without such a tenant, nothing happens. Never throws: a result that can't be
 * stored shows by its age.
 */
export async function runCanary(dependencies: CanaryDependencies): Promise<void> {
  const { clock, config, log, notes } = dependencies
  if (!config.canary) return
  const failure = await findFailure(dependencies, config.canary)
  if (failure) log('canary.failed', failure)
  const result: CanaryResult = { ok: !failure, at: clock.now().toISOString() }
  await notes.write(...canaryNote, result).catch(() => undefined)
}

async function findFailure(
  { advertising, vend }: CanaryDependencies,
  name: TenantName,
): Promise<{ reason: string; traceId: string } | undefined> {
  try {
    const vended = await vend.vend(name, {})
    const answer = await advertising(vended.environment).getUser(toCredentials(vended))
    if (answer.ok) return undefined
    return { reason: `advertising_${answer.fault.class}`, traceId: answer.fault.trackingId }
  } catch (error) {
    return { reason: toProblem(error).code, traceId: '' }
  }
}

function toCredentials({ accessToken, developerToken, headers }: VendedCanary): Credentials {
  const identityProvider: IdentityProvider = headers.IdentityProvider ? 'google' : 'microsoft'
  return {
    accessToken: new Secret(accessToken),
    developerToken: new Secret(developerToken),
    identityProvider,
  }
}
