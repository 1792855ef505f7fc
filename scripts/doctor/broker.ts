import { type Readiness, readiness } from '../../shared/ready/readiness.ts'
import { type Diagnosed, type Finding, inCategory } from './finding.ts'
import { fromHolds } from './holds.ts'
import { checkClock, look, readySeconds, type Seen, told, toObject } from './look.ts'
import { sweepExpectedSince } from './schedule.ts'

/** The broker to check, and how to reach it. */
export interface BrokerUnderTest {
  /** Without a trailing slash. */
  readonly url: string
  /** Its names on Azure, for the fixes. */
  readonly names: AzureNames
  /** A bearer token with the app role `Broker.Operate`, without the word `Bearer`. */
  readonly token?: string
  /** Why there is no token, if one was requested. */
  readonly noToken?: string
  /** A bearer token of an app that may manage tenants, for testing the developer token. Default is `token`. */
  readonly appToken?: string
  /** The tenant for testing the developer token. Default is a connected one in each environment. */
  readonly tenant?: string
}

/** The function app's name and its resource group; placeholders if they're unknown. */
export interface AzureNames {
  readonly app: string
  readonly group: string
}

/** The app's own host name starts with its name, and since 2025 with a random part after it. */
const ownHostName = /^(.+?)(?:-[a-z0-9]{16})?\.(?:[a-z0-9]+-\d\d\.)?azurewebsites\.net$/

/** Names from the variables that `azd` and the workflow set, otherwise from the app's own host name. */
export function readNames(
  raw: Readonly<Record<string, string | undefined>>,
  url: string | undefined,
): AzureNames {
  const host = url && URL.canParse(url) ? new URL(url).hostname : ''
  return {
    app: raw.AZURE_FUNCTION_NAME ?? ownHostName.exec(host)?.[1] ?? '<app>',
    group: raw.RESOURCE_GROUP ?? raw.AZURE_RESOURCE_GROUP ?? '<group>',
  }
}

/** Flex Consumption has no log stream for `az webapp log tail` (azure-functions-core-tools#4585). */
function showLog({ group }: AzureNames): string {
  const insights = `az resource list --resource-group ${group} --resource-type Microsoft.Insights/components --query "[?tags.application=='msads-token-broker'].id" --output tsv`
  return `az monitor app-insights query --apps "$(${insights})" --offset 1h --analytics-query 'union traces, exceptions | order by timestamp desc | take 50'`
}

/** The public checks: liveness or faults of the settings, the redirect URI, and the clock. */
export async function checkFromOutside({ url, names }: BrokerUnderTest): Promise<Finding[]> {
  const [health, callback] = await Promise.all([look(`${url}/health`), look(`${url}/oauth/callback`)])
  const alive = health.status === 200
  const faulty = checkSettingsFromOutside(health, names)
  // Without a state, the callback refuses with its own page; no other server at that address does.
  const reached = callback.status > 0 && callback.status < 500 && callback.status !== 404
  const answers = [
    {
      name: 'health',
      ok: alive,
      detail: alive ? 'answers' : told(health),
      ...(!alive && faulty.length === 0 && { resolution: showLog(names) }),
    },
    ...faulty,
    {
      name: 'redirect URI reachable',
      ok: reached,
      detail: reached ? 'answers' : told(callback),
      ...(!reached && { resolution: `curl -i ${url}/oauth/callback` }),
    },
  ]
  const clock = checkClock('clock against the broker', health)
  return [...inCategory('package', answers), ...inCategory('operator', [clock])]
}

/** A broker that isn't configured names its invalid settings, never their values. */
function checkSettingsFromOutside({ text }: Seen, names: AzureNames): Diagnosed[] {
  const { settings } = toObject(text)
  if (!Array.isArray(settings)) return []
  return settings.map(({ setting, fault, meaning, example }) => ({
    name: `setting ${setting}`,
    ok: false,
    detail: `${fault}: ${meaning}`,
    resolution: setSetting(names, String(setting), String(example)),
  }))
}

/** The command that sets one setting; the example value must be replaced. */
export function setSetting({ app, group }: AzureNames, setting: string, example: string): string {
  return `az functionapp config appsettings set --name ${app} --resource-group ${group} --settings '${setting}=${example}'`
}

const apiPrincipal = '$(az ad sp show --id "$API_CLIENT_ID" --query id --output tsv)'

/** Gives the logged-in user the app role that `/ready` requires. */
const grantOperatorRole = [
  `az rest --method POST --url "https://graph.microsoft.com/v1.0/servicePrincipals/${apiPrincipal}/appRoleAssignedTo"`,
  `--body "{\\"resourceId\\":\\"${apiPrincipal}\\",\\"principalId\\":\\"$(az ad signed-in-user show --query id --output tsv)\\"`,
  `,\\"appRoleId\\":\\"$(az ad sp show --id "$API_CLIENT_ID" --query "appRoles[?value=='Broker.Operate'].id" --output tsv)\\"}"`,
].join(' ')

/** The broker's own report for an operator, or why there is none. */
export async function readReadiness(broker: BrokerUnderTest): Promise<Readiness | Diagnosed> {
  const name = 'readiness'
  if (!broker.token) {
    const ways = 'set BROKER_TOKEN, give --token-file, or set API_CLIENT_ID after az login'
    return { name, ok: null, detail: `not asked: ${broker.noToken ?? ways} (role Broker.Operate)` }
  }
  const headers = { authorization: `Bearer ${broker.token}` }
  const seen = await look(`${broker.url}/ready`, { headers }, readySeconds)
  const parsed = readiness.safeParse(toObject(seen.text))
  if (parsed.success) return parsed.data
  const fixes: Readonly<Record<number, string>> = {
    401: 'export BROKER_TOKEN=$(az account get-access-token --scope "$API_CLIENT_ID/.default" --query accessToken --output tsv)',
    403: grantOperatorRole,
  }
  return { name, ok: false, detail: told(seen), resolution: fixes[seen.status] ?? showLog(broker.names) }
}

/** The doctor's lines for a readiness report: its presence, its checks, its holds, the last sweep. */
export function fromReadiness(report: Readiness, url: string | undefined, now: Date): Finding[] {
  const answered = { name: 'readiness', ok: true, detail: 'every dependency was checked' }
  return [
    ...inCategory('package', [answered]),
    ...report.checks,
    ...inCategory('operator', [...fromHolds(report, url), lastSweepOf(report, url, now)]),
  ]
}

function lastSweepOf(report: Readiness, url: string | undefined, now: Date): Diagnosed {
  const name = 'last sweep'
  const { lastSweep, sweepSchedule } = report
  if (!lastSweep) {
    const unread = report.checks.some((check) => check.name === 'broker state' && !check.ok)
    if (unread) return { name, ok: null, detail: 'could not be read: see broker state' }
    return { name, ok: false, detail: 'none yet', resolution: sweepNow(url) }
  }
  const since = sweepExpectedSince(sweepSchedule, now)
  const ok = new Date(lastSweep.endedAt) >= since
  const detail = `${lastSweep.ageSeconds} s ago, ${lastSweep.report.leftOver} left over`
  if (ok) return { name, ok, detail }
  return { name, ok, detail: `${detail}; expected since ${since.toISOString()}`, resolution: sweepNow(url) }
}

/** The command that runs a sweep. Default is the broker at `$BROKER_URL`. */
export function sweepNow(url = '$BROKER_URL'): string {
  return `curl -fsS -X POST -H "Authorization: Bearer $BROKER_TOKEN" ${url}/v1/sweeps`
}
