import { addSeconds, type Clock, createDeadline, secondsUntil, TimeLimitError } from '../clock.ts'
import type { Config } from '../config.ts'
import type { TenantName } from '../domain/tenant.ts'
import type { RecordUsage } from '../domain/usage.ts'
import type { Environment } from '../environment.ts'
import type { Secret } from '../secret.ts'
import type { AccessTokens } from './accessTokens.ts'
import { explainMissingToken, explainTimeLimit } from './explainMissingToken.ts'
import { recordUse } from './recordUse.ts'

/** A tenant's access token, without an account to use it with. */
export interface VendedAccessToken {
  readonly environment: Environment
  readonly accessToken: Secret
  /** Seconds. */
  readonly expiresIn: number
  /** The scopes of the consent. */
  readonly scopes: readonly string[]
}

/** Dependencies of vending an access token. */
export interface AccessTokenVendDependencies {
  readonly config: Config
  readonly accessTokens: AccessTokens
  readonly clock: Clock
  readonly recordUsage: RecordUsage
}

/**
 * Vends only a tenant's access token, for tools that bring the rest themselves.
 * @throws Problem that says who must act, including at the time limit of a vend (`VEND_LIMIT_SECONDS`).
 */
export async function vendAccessToken(
  dependencies: AccessTokenVendDependencies,
  tenant: TenantName,
  app: string,
): Promise<VendedAccessToken> {
  return recordUse(dependencies.recordUsage, { app, tenant }, () => obtain(dependencies, tenant))
}

async function obtain(
  { config, accessTokens, clock }: AccessTokenVendDependencies,
  name: TenantName,
): Promise<VendedAccessToken> {
  const deadline = createDeadline(clock, addSeconds(clock.now(), config.vendLimitSeconds))
  const obtained = await accessTokens.get(name, undefined, deadline).catch((error) => {
    throw error instanceof TimeLimitError ? explainTimeLimit(error) : error
  })
  if (!obtained.ok) throw explainMissingToken(config, obtained, clock.now())
  const { accessToken, expiresAt, tenant } = obtained
  return {
    environment: tenant.environment,
    accessToken,
    expiresIn: secondsUntil(expiresAt, clock.now()),
    scopes: tenant.grant?.scopes ?? [],
  }
}
