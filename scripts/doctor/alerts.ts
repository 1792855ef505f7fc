import * as z from 'zod'
import { type Az, orMissing } from '../azure/az.ts'
import type { Diagnosed } from './finding.ts'

/** The name of the checks of {@link checkAlerts}. */
export const alertsName = 'alerts'

const arm = 'https://management.azure.com'

/** A rule's list of action groups: a log alert has names, a metric alert objects (`infra/modules/alerts.bicep`). */
const actions = z.union([
  z.object({ actionGroups: z.array(z.string()).default([]) }).transform(({ actionGroups }) => actionGroups),
  z
    .array(z.object({ actionGroupId: z.string() }))
    .transform((list) => list.map(({ actionGroupId }) => actionGroupId)),
])
const rules = z.object({
  value: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tags: z.record(z.string(), z.string()).nullish(),
      properties: z.object({ enabled: z.boolean().default(true), actions: actions.nullish() }),
    }),
  ),
})
type Rule = z.infer<typeof rules>['value'][number]

const actionGroup = z.object({ properties: z.record(z.string(), z.unknown()) })

/** A rule's fault, and the command that fixes it. */
interface Fault {
  readonly detail: string
  readonly resolution: string
}

/**
 * Checks each alert rule of the template, of logs and of metrics: whether it's on, and has an action group that is on
 * and has a receiver. Rules with the same fault share a line, which names them.
 * @param scope the resource group's ID.
 */
export async function checkAlerts(az: Az, scope: string): Promise<Diagnosed[]> {
  const list = async (type: string, version: string) => {
    const url = `${arm}${scope}/providers/Microsoft.Insights/${type}?api-version=${version}`
    return rules.parse(await az('rest', '--method', 'get', '--url', url)).value
  }
  const lists = [list('scheduledQueryRules', '2026-03-01'), list('metricAlerts', '2026-01-01')]
  const own = (await Promise.all(lists))
    .flat()
    .filter(({ tags }) => tags?.application === 'msads-token-broker')
  if (own.length === 0)
    return [{ name: alertsName, ok: false, detail: 'there are no alert rules', resolution: deployAgain }]
  const ids = own.flatMap(({ properties }) => properties.actions ?? []).map((id) => id.toLowerCase())
  const counts = new Map(
    await Promise.all([...new Set(ids)].map(async (id) => [id, await countReceivers(az, id)] as const)),
  )
  const faulty = own.flatMap((rule) => {
    const fault = faultOf(rule, counts)
    return fault ? [{ rule, fault }] : []
  })
  if (faulty.length === 0) {
    const reached = [...counts.values()].reduce((sum: number, count) => sum + (count ?? 0), 0)
    return [{ name: alertsName, ok: true, detail: `${own.length} rules reach ${reached} receiver(s)` }]
  }
  return [...Map.groupBy(faulty, ({ fault }) => fault.detail).values()].map((same) => {
    const names = same.map(({ rule }) => rule.name).join(', ')
    const { detail, resolution } = same[0]!.fault
    return { name: alertsName, ok: false, detail: `${detail}: ${names}`, resolution }
  })
}

const deployAgain =
  'npm run deploy (alertEmails, alertSms, alertWebhooks, alertActionGroupIds: docs/deploy.md#parameters-for-teams)'

function faultOf(
  { id, properties }: Rule,
  counts: ReadonlyMap<string, number | undefined>,
): Fault | undefined {
  if (!properties.enabled)
    return { detail: 'disabled', resolution: `az resource update --ids ${id} --set properties.enabled=true` }
  const groups = properties.actions ?? []
  if (groups.length === 0) return { detail: 'without an action group', resolution: deployAgain }
  if (groups.some((group) => counts.get(group.toLowerCase()))) return undefined
  const [, resourceGroup = '<group>', name = '<action group>'] =
    /\/resourceGroups\/([^/]+)\/.*\/([^/]+)$/i.exec(groups[0] ?? '') ?? []
  if (counts.get(groups[0]!.toLowerCase()) === undefined)
    return { detail: `reach no one, because the action group ${name} is gone`, resolution: deployAgain }
  return {
    detail: `reach no one, because the action group ${name} is off or has no receiver`,
    resolution: `az monitor action-group update --name ${name} --resource-group ${resourceGroup} --add-action email oncall <address>; also set alertEmails for the next deployment`,
  }
}

/**
 * The number of an action group's receivers; undefined if the group is gone. It has a list for each kind of receiver
 * (templates/microsoft.insights/actiongroups). A person who has unsubscribed is `Disabled` in it.
 */
async function countReceivers(az: Az, id: string): Promise<number | undefined> {
  const url = `${arm}${id}?api-version=2023-01-01`
  const found = await orMissing(az('rest', '--method', 'get', '--url', url))
  if (found === undefined) return undefined
  const { properties } = actionGroup.parse(found)
  if (properties.enabled === false) return 0
  return Object.entries(properties)
    .filter(([kind]) => kind.endsWith('Receivers'))
    .flatMap(([, list]) => (Array.isArray(list) ? list : []))
    .filter((receiver: { readonly status?: unknown }) => receiver.status !== 'Disabled').length
}
