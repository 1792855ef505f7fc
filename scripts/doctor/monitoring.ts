import * as z from 'zod'
import { systemClock, withTimeLimit } from '../../shared/clock.ts'
import { type Az, AzError } from '../azure/az.ts'
import type { AzureNames } from './broker.ts'
import type { Diagnosed } from './finding.ts'

/** The Azure CLI takes some seconds for each command. */
const limitSeconds = 60

const arm = 'https://management.azure.com'
const queryApi = 'https://api.applicationinsights.io'
const component = z.object({ properties: z.object({ AppId: z.string() }) })
const queried = z.object({ tables: z.array(z.object({ rows: z.array(z.array(z.unknown())) })) })
const groups = z.object({
  value: z.array(z.object({ name: z.string(), properties: z.record(z.string(), z.unknown()) })),
})

const [telemetry, receivers] = ['telemetry', 'alerts'] as const

/**
 * Whether telemetry arrives in Application Insights, and whether alerts reach a person: asked with the Azure CLI, as the
 * logged-in user, because a broker can't know either.
 * @param since when something must have arrived; every sweep writes a line.
 */
export async function checkMonitoring(az: Az, { group }: AzureNames, since: Date): Promise<Diagnosed[]> {
  if (group.startsWith('<')) return unknown('not checked: set RESOURCE_GROUP, and run az login')
  const look = async () => {
    const [id] = z
      .array(z.string())
      .parse(await az(...listComponents, '--resource-group', group, '--query', '[].id'))
    if (!id) return unknown(`not checked: ${group} has no Application Insights`)
    const [scope = ''] = id.split('/providers/')
    return Promise.all([checkTelemetry(az, id, since), checkReceivers(az, scope, group)])
  }
  return withTimeLimit(systemClock, limitSeconds, 'asking the Azure CLI', look).catch((error: unknown) =>
    unknown(`not checked: ${whyUnknown(error)}`),
  )
}

const listComponents = ['resource', 'list', '--resource-type', 'Microsoft.Insights/components']

function unknown(detail: string): Diagnosed[] {
  return [telemetry, receivers].map((name) => ({ name, ok: null, detail }))
}

function whyUnknown(error: unknown): string {
  if (error instanceof AzError && error.isLoggedOut) return 'you aren’t logged in: run az login'
  if (error instanceof AzError && error.isForbidden) return 'you may not read the resource group'
  return error instanceof Error ? error.message : 'unknown'
}

async function checkTelemetry(az: Az, id: string, since: Date): Promise<Diagnosed> {
  const { properties } = component.parse(
    await az('rest', '--method', 'get', '--url', `${arm}${id}?api-version=2020-02-02`),
  )
  const query = 'union traces, requests, customMetrics | where timestamp > ago(7d) | summarize max(timestamp)'
  const url = `${queryApi}/v1/apps/${properties.AppId}/query`
  const body = JSON.stringify({ query })
  const answer = await az('rest', '--method', 'post', '--url', url, '--resource', queryApi, '--body', body)
  const last = Date.parse(String(queried.parse(answer).tables[0]?.rows[0]?.[0] ?? ''))
  const resolution = `az role assignment list --scope ${id} --role 'Monitoring Metrics Publisher' --output table (docs/telemetry.md#does-it-arrive)`
  if (Number.isNaN(last))
    return { name: telemetry, ok: false, detail: 'none in the last seven days', resolution }
  const detail = `last seen ${Math.max(0, Math.round((Date.now() - last) / 1000))} s ago`
  if (last >= since.getTime()) return { name: telemetry, ok: true, detail }
  return {
    name: telemetry,
    ok: false,
    detail: `${detail}; expected since ${since.toISOString()}`,
    resolution,
  }
}

/** An action group has a list for each kind of receiver (templates/microsoft.insights/actiongroups). */
async function checkReceivers(az: Az, scope: string, group: string): Promise<Diagnosed> {
  const url = `${arm}${scope}/providers/Microsoft.Insights/actionGroups?api-version=2023-01-01`
  const { value } = groups.parse(await az('rest', '--method', 'get', '--url', url))
  const count = value
    .filter(({ properties }) => properties.enabled !== false)
    .flatMap(({ properties }) => Object.entries(properties))
    .filter(([kind]) => kind.endsWith('Receivers'))
    .flatMap(([, list]) => list).length
  if (count > 0) return { name: receivers, ok: true, detail: `reach ${count} receiver(s)` }
  const [first] = value
  const resolution = `az monitor action-group update --name ${first?.name ?? '<action group>'} --resource-group ${group} --add-action email oncall <address>; also set alertEmails for the next deployment`
  return { name: receivers, ok: false, detail: 'reach no one: no action group has a receiver', resolution }
}
