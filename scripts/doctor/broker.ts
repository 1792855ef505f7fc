import { type Readiness, readiness } from '../../shared/ready/readiness.ts'
import { checkClock, type Diagnosed, look, toObject } from './finding.ts'

/** How the doctor reaches a broker. */
export interface BrokerUnderTest {
  /** No slash at its end. */
  readonly url: string
  /** A bearer token with the app role `Broker.Operate`, without the word `Bearer`. */
  readonly token?: string
  /** A bearer token of an app that may manage tenants, for trying the developer token; default is `token`. */
  readonly appToken?: string
  /** Which tenant to try the developer token with; default is any that is connected. */
  readonly tenant?: string
}

const logs = 'az webapp log tail --name <app> --resource-group <group>'

/** What anybody may see: liveness, the redirect URI, the clock. */
export async function checkFromOutside({ url }: BrokerUnderTest): Promise<Diagnosed[]> {
  const [health, callback] = await Promise.all([look(`${url}/health`), look(`${url}/oauth/callback`)])
  const alive = health.status === 200
  // Without a state the callback refuses, on a page of its own: whoever else answers there does not.
  const reached = callback.status > 0 && callback.status < 500 && callback.status !== 404
  return [
    {
      name: 'health',
      ok: alive,
      detail: alive ? 'answers' : `status ${health.status || 'none'}`,
      ...(!alive && { mend: logs }),
    },
    {
      name: 'redirect URI reachable',
      ok: reached,
      detail: reached ? 'answers' : `status ${callback.status || 'none'}`,
      ...(!reached && {
        mend: 'See that PUBLIC_URL leads to the function app: curl -i $PUBLIC_URL/oauth/callback',
      }),
    },
    checkClock('clock against the broker', health),
  ]
}

/** What the broker says of itself to an operator. */
export async function checkFromInside(broker: BrokerUnderTest): Promise<Diagnosed[]> {
  const name = 'readiness'
  if (!broker.token) {
    const detail =
      'not asked: set BROKER_TOKEN, give --token-file, or set API_CLIENT_ID after az login (role Broker.Operate)'
    return [{ name, ok: null, detail }]
  }
  const seen = await look(`${broker.url}/ready`, { headers: { authorization: `Bearer ${broker.token}` } })
  const parsed = readiness.safeParse(toObject(seen.text))
  if (parsed.success) return fromReadiness(parsed.data)
  const { code } = toObject(seen.text)
  const mends: Readonly<Record<number, string>> = {
    401: 'az account get-access-token --resource <broker api>; the token is missing, expired or for another audience',
    403: 'Assign the app role Broker.Operate to the identity that the token is of: az rest (infra/entra.bicep)',
  }
  const detail = `status ${seen.status || 'none'}${typeof code === 'string' ? ` ${code}` : ''}`
  return [{ name, ok: false, detail, mend: mends[seen.status] ?? logs }]
}

/** A sweep runs every five minutes by default: three that are missing are no chance. */
const oldestSweepSeconds = 900

/** The doctor's lines for a readiness report: its checks, its holds, the last sweep. */
export function fromReadiness(report: Readiness): Diagnosed[] {
  const holds = report.holds.map(({ environment, identityProvider, reason, traceId }) => ({
    name: `environment ${environment} ${identityProvider}`,
    ok: false,
    detail: `on hold: ${reason}${traceId ? `, trace id ${traceId}` : ''}`,
    mend: 'docs/runbooks/environment-on-hold.md',
  }))
  return [...report.checks, ...holds, lastSweepOf(report)]
}

function lastSweepOf({ lastSweep }: Readiness): Diagnosed {
  const name = 'last sweep'
  const mend = 'Run one now: curl -X POST -H "Authorization: Bearer $BROKER_TOKEN" $PUBLIC_URL/v1/sweeps'
  if (!lastSweep) return { name, ok: false, detail: 'none yet', mend }
  const detail = `${lastSweep.ageSeconds} s ago, ${lastSweep.report.leftOver} left over`
  const ok = lastSweep.ageSeconds <= oldestSweepSeconds
  return { name, ok, detail, ...(!ok && { mend }) }
}

/** Tries the developer token by a live call: the diagnosis of a tenant that the token's workspace has. */
export async function checkDeveloperToken(broker: BrokerUnderTest): Promise<Diagnosed> {
  const name = 'developer token'
  const untold = (detail: string): Diagnosed => ({ name, ok: null, detail })
  const token = broker.appToken ?? broker.token
  if (!token) return untold('not tried: set BROKER_APP_TOKEN, a token of an app with a connected tenant')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const tenant = broker.tenant ?? (await findConnected(broker.url, headers))
  if (!tenant) return untold('not tried: the token’s workspace has no connected tenant')
  const path = `/v1/tenants/${encodeURIComponent(tenant)}/diagnosis`
  const seen = await look(`${broker.url}${path}`, { method: 'POST', headers, body: '{}' })
  const { verdict } = toObject(seen.text)
  if (seen.status !== 200 || typeof verdict !== 'string')
    return untold(`not tried: the diagnosis answered ${seen.status || 'nothing'}`)
  return judgeVerdict(name, tenant, verdict)
}

function judgeVerdict(name: string, tenant: string, verdict: string): Diagnosed {
  if (/^developer_token/.test(verdict)) {
    const mend = 'az keyvault secret set --name <environment>-developer-token-next --file <file>'
    return { name, ok: false, detail: `${verdict} (tenant ${tenant})`, mend }
  }
  // Only what is judged after GetUser has been answered proves that the developer token was accepted.
  const afterIt = /^(all_well|account_|customer_)/.test(verdict)
  if (afterIt) return { name, ok: true, detail: `accepted (tenant ${tenant})` }
  return { name, ok: null, detail: `not proven: ${verdict} (tenant ${tenant})` }
}

async function findConnected(url: string, headers: Record<string, string>): Promise<string | undefined> {
  const { tenants } = toObject((await look(`${url}/v1/tenants`, { headers })).text)
  if (!Array.isArray(tenants)) return undefined
  return tenants.find((each) => each?.status === 'connected')?.tenant
}
