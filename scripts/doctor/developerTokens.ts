import type { Environment } from '../../shared/environment.ts'
import { developerTokenName, nextSecretName } from '../../shared/secrets/brokerSecrets.ts'
import type { BrokerUnderTest } from './broker.ts'
import type { Diagnosed } from './finding.ts'
import { look, told, toObject } from './look.ts'

/** The most pages of tenants to read in search of a connected one in each environment. */
const maxPages = 5

interface ShownTenant {
  readonly tenant: string
  readonly environment: Environment
  readonly status: string
}

/** Tests each environment's developer token with a live call: the diagnosis of a tenant of the token's workspace. */
export async function checkDeveloperTokens(
  broker: BrokerUnderTest,
  served: readonly Environment[],
): Promise<Diagnosed[]> {
  const bearer = broker.appToken ?? broker.token
  if (!bearer)
    return unknownTokens(
      served,
      'not tested: set BROKER_APP_TOKEN to the token of an app with a connected tenant',
    )
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const tenants = await findTenants(broker, headers)
  if (typeof tenants === 'string')
    return unknownTokens(
      served,
      `not tested: ${tenants}; BROKER_APP_TOKEN must be the token of an app with a connected tenant`,
    )
  const environments = served.length > 0 ? served : [...new Set(tenants.map((each) => each.environment))]
  if (environments.length === 0) return unknownTokens([], noneConnected)
  return Promise.all(
    environments.map(async (environment) => {
      const found = tenants.find((each) => each.environment === environment)
      if (!found) return { name: nameOf(environment), ok: null, detail: noneConnected }
      return { name: nameOf(environment), ...(await tryWith(broker.url, headers, found)) }
    }),
  )
}

const noneConnected = 'not tested: the token’s workspace has no connected tenant there'

const nameOf = (environment: Environment) => `developer token: ${environment}`

function unknownTokens(served: readonly Environment[], detail: string): Diagnosed[] {
  const names = served.length > 0 ? served.map(nameOf) : ['developer token']
  return names.map((name) => ({ name, ok: null, detail }))
}

/** Connected tenants, or the named one; or the refusal. */
async function findTenants(
  { url, tenant }: BrokerUnderTest,
  headers: Record<string, string>,
): Promise<ShownTenant[] | string> {
  if (tenant !== undefined) {
    const seen = await look(`${url}/v1/tenants/${encodeURIComponent(tenant)}`, { headers })
    return seen.status === 200 ? [toObject(seen.text) as unknown as ShownTenant] : `${tenant}: ${told(seen)}`
  }
  const found: ShownTenant[] = []
  let query = ''
  for (let page = 0; page < maxPages; page++) {
    const seen = await look(`${url}/v1/tenants${query}`, { headers })
    if (seen.status !== 200) return `the list of tenants answered ${told(seen)}`
    const { tenants, continuation } = toObject(seen.text)
    if (Array.isArray(tenants)) found.push(...tenants.filter(({ status }) => status === 'connected'))
    if (typeof continuation !== 'string') break
    query = `?continuation=${encodeURIComponent(continuation)}`
  }
  return found
}

async function tryWith(
  url: string,
  headers: Record<string, string>,
  { tenant, environment }: ShownTenant,
): Promise<Omit<Diagnosed, 'name'>> {
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/diagnosis`
  const seen = await look(`${url}${path}`, { method: 'POST', headers, body: '{}' })
  const { verdict } = toObject(seen.text)
  if (seen.status !== 200 || typeof verdict !== 'string')
    return { ok: null, detail: `not tested: the diagnosis of ${tenant} answered ${told(seen)}` }
  return judge(verdict, tenant, environment)
}

function judge(verdict: string, tenant: string, environment: Environment): Omit<Diagnosed, 'name'> {
  if (/^developer_token/.test(verdict)) {
    const name = nextSecretName(developerTokenName(environment))
    const resolution = `az keyvault secret set --vault-name "$KEY_VAULT_NAME" --name ${name} --file <file> --output none`
    return { ok: false, detail: `${verdict} (tenant ${tenant})`, resolution }
  }
  // Only verdicts after a successful GetUser prove that the developer token was accepted.
  const afterIt = /^(all_well|account_|customer_)/.test(verdict)
  if (afterIt) return { ok: true, detail: `accepted (tenant ${tenant})` }
  return { ok: null, detail: `not proven: ${verdict} (tenant ${tenant})` }
}
