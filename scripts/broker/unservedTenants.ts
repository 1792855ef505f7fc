import type { Broker } from '../../shared/broker.ts'
import { isDamaged } from '../../shared/domain/damagedRow.ts'
import type { Tenant } from '../../shared/domain/tenant.ts'
import { walkTenants } from '../../shared/operations/tenantWalk.ts'
import { disconnectTenant } from '../../shared/tenants/disconnect.ts'
import { openBroker } from '../commandLine.ts'
import type { Verb } from './verb.ts'

/**
 * `unserved-tenants`: the tenants with a grant whose environment or identity provider the settings no longer have, one a
 * line; with `--disconnect`, each is disconnected. Returns 1 if one of them couldn't be.
 */
export const unservedTenants: Verb = async ({ values: { disconnect, settings } }) => {
  const broker = await openBroker(typeof settings === 'string' ? settings : undefined)
  let [found, failed] = [0, 0]
  for await (const tenant of findUnserved(broker)) {
    found += 1
    const isDone = disconnect !== true || (await end(broker, tenant))
    if (!isDone) failed += 1
    console.log(
      [...columnsOf(tenant), ...(disconnect === true ? [isDone ? 'disconnected' : 'failed'] : [])].join('\t'),
    )
  }
  if (found === 0) console.error('Every tenant with a grant is served.')
  return failed > 0 ? 1 : 0
}

async function* findUnserved({ signInTable, tables, tenants }: Broker): AsyncGenerator<Tenant> {
  for await (const name of walkTenants(tables)) {
    const row = await tenants.inspect(name)
    if (!row || isDamaged(row)) continue
    const { environment, grant } = row.tenant
    if (grant && !signInTable({ environment, identityProvider: grant.identityProvider })) yield row.tenant
  }
}

async function end(
  { grantServices }: Broker,
  { environment, grant, tenant, workspace }: Tenant,
): Promise<boolean> {
  const detail = `The operator disconnected the tenant: the broker no longer serves ${environment} with ${grant?.identityProvider}. Its grant is destroyed.`
  const ended = await disconnectTenant(grantServices, { workspace, tenant }, { reason: 'operator', detail })
  return ended !== undefined && ended !== 'conflict'
}

function columnsOf({ environment, grant, status, tenant, workspace }: Tenant): string[] {
  const { consentedAt, identityProvider = '' } = grant ?? {}
  return [workspace, tenant, environment, identityProvider, status, consentedAt?.toISOString() ?? '']
}
