import { AzError } from '../../azure/az.ts'
import { readGraph, writeGraph } from '../../azure/graph.ts'
import { entraFiles } from '../entraFiles.ts'
import { type Setup, SetupError, type Step } from '../setup.ts'

/** One role that one principal needs. */
interface Assignment {
  readonly principalId: string
  readonly appRoleId: string
  /** For example `Tokens.Vend for 00000000-…`. */
  readonly text: string
}

/** Each calling app can vend and manage tenants; the person who runs the setup can operate the broker. */
export const roles: Step = {
  title: 'roles of your apps, and your own',
  async look(setup) {
    if (!setup.facts.apiPrincipalId) return `for ${setup.answers.apps.length} app(s), and for you`
    const missing = await missingAssignments(setup)
    return missing.length > 0 ? missing.map(({ text }) => text).join(', ') : undefined
  },
  async act(setup) {
    const { apiPrincipalId: resourceId } = setup.facts
    const path = `/servicePrincipals/${resourceId}/appRoleAssignedTo`
    for (const { principalId, appRoleId, text } of await missingAssignments(setup)) {
      await writeGraph(setup.az, {
        method: 'POST',
        path,
        body: { principalId, resourceId, appRoleId },
      }).catch((error) => {
        if (!(error instanceof AzError && error.isForbidden)) throw error
        throw new SetupError(
          `You can’t assign the role ${text}: it takes an Application Administrator of the directory.`,
          'Ask one to run the same command. It continues here, and changes nothing that’s right.',
        )
      })
    }
  },
}

async function missingAssignments(setup: Setup): Promise<Assignment[]> {
  const { az, answers, facts } = setup
  const path = `/servicePrincipals/${facts.apiPrincipalId}/appRoleAssignedTo?$top=999`
  const there = await readGraph<{ value: { principalId: string; appRoleId: string }[] }>(az, path)
  const me = (await az('ad', 'signed-in-user', 'show')) as { id: string; userPrincipalName: string }
  const apps = await Promise.all(
    answers.apps.map(async (appId) => ({ appId, id: await principalOf(setup, appId) })),
  )
  const wanted = [
    ...apps.flatMap(({ appId, id }) =>
      ['Tokens.Vend', 'Tenants.Manage'].map((role) => assignment(role, id, appId)),
    ),
    assignment('Broker.Operate', me.id, me.userPrincipalName),
  ]
  const isThere = ({ principalId, appRoleId }: Assignment) =>
    there?.value.some((each) => each.principalId === principalId && each.appRoleId === appRoleId)
  return wanted.filter((each) => !isThere(each))
}

function assignment(role: string, principalId: string, name: string): Assignment {
  const appRoleId = entraFiles().appRoles.find(({ value }) => value === role)?.id
  if (!appRoleId) throw new Error(`infra/entra/appRoles.json has no role ${role}.`)
  return { principalId, appRoleId, text: `${role} for ${name}` }
}

async function principalOf({ az }: Setup, appId: string): Promise<string> {
  const found = await readGraph<{ id: string }>(az, `/servicePrincipals(appId='${appId}')?$select=id`)
  if (found) return found.id
  throw new SetupError(
    `The directory has no service principal of the app ${appId}.`,
    `az ad sp create --id ${appId}   (--app takes the application (client) ID, not an object ID)`,
  )
}
