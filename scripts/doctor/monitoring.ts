import * as z from 'zod'
import { systemClock, withTimeLimit } from '../../shared/clock.ts'
import { type Az, AzError } from '../azure/az.ts'
import { alertsName, checkAlerts } from './alerts.ts'
import type { AzureNames } from './broker.ts'
import type { Diagnosed } from './finding.ts'
import { checkTelemetry, telemetryNames } from './telemetry.ts'

/** The Azure CLI takes some seconds for each command. */
const limitSeconds = 60

const listComponents = ['resource', 'list', '--resource-type', 'Microsoft.Insights/components']

/**
 * Whether telemetry arrives in Application Insights, and whether each alert reaches a person: asked with the Azure CLI,
 * as the logged-in user, because a broker can't know either. What can't be asked is unknown, and hides nothing else.
 * @param since when something must have arrived; every sweep writes a line.
 */
export async function checkMonitoring(az: Az, { group }: AzureNames, since: Date): Promise<Diagnosed[]> {
  const all = [...telemetryNames, alertsName]
  if (group.startsWith('<')) return unknown(all, 'not checked: set RESOURCE_GROUP, and run az login')
  return orUnknown(all, async () => {
    const [id] = z
      .array(z.string())
      .parse(await az(...listComponents, '--resource-group', group, '--query', '[].id'))
    if (!id) return unknown(all, `not checked: ${group} has no Application Insights`)
    const [scope = ''] = id.split('/providers/')
    const found = await Promise.all([
      orUnknown(telemetryNames, () => checkTelemetry(az, id, since)),
      orUnknown([alertsName], () => checkAlerts(az, scope)),
    ])
    return found.flat()
  })
}

function unknown(names: readonly string[], detail: string): Diagnosed[] {
  return names.map((name) => ({ name, ok: null, detail }))
}

function orUnknown(names: readonly string[], look: () => Promise<Diagnosed[]>): Promise<Diagnosed[]> {
  return withTimeLimit(systemClock, limitSeconds, 'asking the Azure CLI', look).catch((error: unknown) =>
    unknown(names, `not checked: ${whyUnknown(error)}`),
  )
}

function whyUnknown(error: unknown): string {
  if (error instanceof AzError && error.isLoggedOut) return 'you aren’t logged in: run az login'
  if (error instanceof AzError && error.isForbidden) return 'you may not read the resource group'
  if (error instanceof z.ZodError) return 'Azure’s answer isn’t what was expected'
  return error instanceof Error ? error.message : 'unknown'
}
