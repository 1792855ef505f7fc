import type { CustomerManagement } from '../advertising/client.ts'
import type { Credentials } from '../advertising/services.ts'
import { addSeconds, type Randomness } from '../clock.ts'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import type { TenantStore } from '../domain/tenantStore.ts'
import type { Environment } from '../environment.ts'
import { type Actor, Problem, type ProblemCode, problems } from '../problems.ts'
import { recordAdvertisingResult } from '../tenants/recordAdvertisingResult.ts'
import type { AccessTokens } from '../vend/accessTokens.ts'
import { explainMissingToken } from '../vend/explainMissingToken.ts'
import type { UsableToken } from '../vend/usableToken.ts'
import { type DiagnosisDependencies, developerTokenState } from './context.ts'
import {
  type AccountProbe,
  diagnoseProbe,
  type ProbeResults,
  probeAccount,
  type RefreshProbe,
} from './diagnoseProbe.ts'
import type { Diagnosis } from './facts.ts'
import { type DiagnosisResponse, withConnectHint } from './failedCall.ts'

/** Dependencies of a live probe. */
export interface ProbeDependencies extends DiagnosisDependencies {
  readonly tenants: TenantStore
  readonly accessTokens: AccessTokens
  readonly advertising: (environment: Environment) => CustomerManagement
  readonly randomness: Randomness
}

/** A token this young proves the grant as well as a refresh would, so probes don't cause many refreshes. */
const provenSeconds = 60

/**
 * Tests a tenant's credentials live, one at a time: the grant by a refresh, the developer token and the user by
 * GetUser, the default account by GetAccount. Stops at the first failure.
 * @throws Problem `tenant_not_found`.
 */
export async function probeTenant(
  dependencies: ProbeDependencies,
  name: TenantName,
): Promise<DiagnosisResponse> {
  const stored = await dependencies.tenants.read(name)
  if (!stored) throw new Problem('tenant_not_found')
  const diagnosis = await probe(dependencies, stored.tenant)
  // The refresh may have discovered that the grant is dead.
  const { tenant } = (await dependencies.tenants.read(name)) ?? stored
  return withConnectHint(dependencies.config, tenant, diagnosis)
}

async function probe(dependencies: ProbeDependencies, tenant: Tenant): Promise<Diagnosis> {
  const { environment, grant } = tenant
  const identityProvider = grant?.identityProvider ?? 'microsoft'
  const context = { environment, identityProvider }
  const developerToken = await developerTokenState(dependencies, environment)
  const obtained = await refreshNow(dependencies, tenant, tenant.accessToken?.refreshedAt)
  if (obtained instanceof Problem) {
    return diagnoseProbe({ refresh: toRefreshProbe(obtained), developerToken }, context)
  }
  const results = { refresh: { ok: true }, developerToken } as const
  const found = await dependencies.developerTokens.find(environment)
  if (developerToken !== 'present' || !found.ok) return diagnoseProbe(results, context)
  const { accessToken } = obtained
  const credentials = { identityProvider, accessToken, developerToken: found.value }
  return diagnoseProbe({ ...results, ...(await probeCalls(dependencies, obtained, credentials)) }, context)
}

async function refreshNow(
  { accessTokens, clock, config }: ProbeDependencies,
  name: TenantName,
  refreshedAt: Date | undefined,
): Promise<UsableToken | Problem> {
  const isProven = !refreshedAt || addSeconds(refreshedAt, provenSeconds) > clock.now()
  const obtained = await (isProven ? accessTokens.get(name) : accessTokens.replace(name, refreshedAt))
  return obtained.ok ? obtained : explainMissingToken(config, obtained, clock.now())
}

async function probeCalls(
  dependencies: ProbeDependencies,
  { tenant }: UsableToken,
  credentials: Credentials,
): Promise<Pick<ProbeResults, 'user' | 'account'>> {
  const client = dependencies.advertising(tenant.environment)
  const user = await client.getUser(credentials)
  await recordAdvertisingResult(dependencies, tenant, user.ok ? undefined : user.fault)
  const chosen = tenant.defaultAccount
  if (!user.ok || !chosen) return { user }
  const account: AccountProbe = {
    accountId: chosen.accountId,
    vendedCustomerId: chosen.customerId,
    result: await probeAccount(client, credentials, user.value, chosen.accountId),
  }
  return { user, account }
}

type RefreshTrouble = Extract<RefreshProbe, { ok: false }>['trouble']

/** Problems for which no identity provider was called. */
const unasked: Readonly<Partial<Record<ProblemCode, RefreshTrouble>>> = {
  tenant_not_connected: 'notConnected',
  confirmation_required: 'notConfirmed',
}

const byActor: Readonly<Partial<Record<Actor, RefreshTrouble>>> = {
  advertiser: 'advertiser',
  advertiserAdmin: 'advertiserAdmin',
  operator: 'operator',
}

function toRefreshProbe({ code, extras }: Problem): RefreshProbe {
  const { reason = code, traceId } = (extras.members ?? {}) as { reason?: string; traceId?: string }
  const { detail, retryAfterSeconds } = extras
  return {
    ok: false,
    trouble: unasked[code] ?? byActor[extras.actor ?? problems[code].actor] ?? 'passing',
    reason,
    ...(traceId && { traceId }),
    ...(detail && { detail }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
}
