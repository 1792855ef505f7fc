import { readGraph, writeGraph } from '../../azure/graph.ts'
import type { Setup, Step } from '../setup.ts'

interface ServicePrincipal {
  readonly id: string
  readonly appRoleAssignmentRequired: boolean
}

/** The API in the directory. Only principals with an assigned role get a token for it. */
export const apiPrincipal: Step = {
  title: 'service principal of the API, which requires an assigned role',
  async look(setup) {
    const found = await find(setup)
    if (!found) return 'none'
    setup.facts.apiPrincipalId = found.id
    return found.appRoleAssignmentRequired ? undefined : 'requires no role'
  },
  async act(setup) {
    const found = await find(setup)
    const body = { appRoleAssignmentRequired: true }
    if (found) await writeGraph(setup.az, { method: 'PATCH', path: `/servicePrincipals/${found.id}`, body })
    else {
      const { apiClientId: appId } = setup.facts
      await writeGraph(setup.az, { method: 'POST', path: '/servicePrincipals', body: { appId, ...body } })
    }
  },
}

async function find({ az, facts }: Setup): Promise<ServicePrincipal | undefined> {
  if (!facts.apiClientId) return undefined
  return readGraph(
    az,
    `/servicePrincipals(appId='${facts.apiClientId}')?$select=id,appRoleAssignmentRequired`,
  )
}
