import { containerOf } from '../../deploy/runningPackage.ts'
import type { Setup, Step } from '../setup.ts'

/** For a rollback, the package that runs is read. No right on the subscription includes reading blobs. */
const role = 'Storage Blob Data Reader'

/** The person can read the package that runs, by the time of the second `npm run deploy`. */
export const packageReader: Step = {
  title: 'your right to read the package, for a rollback',
  async look(setup) {
    if (!setup.facts.outputs) return `the role ${role} on its container`
    const scope = await scopeOf(setup)
    const found = (await setup.az('role', 'assignment', 'list', '--scope', scope, '--role', role)) as {
      principalId: string
    }[]
    const { id, userPrincipalName } = await whoami(setup)
    return found.some(({ principalId }) => principalId === id)
      ? undefined
      : `${role} for ${userPrincipalName}`
  },
  async act(setup) {
    const scope = await scopeOf(setup)
    const { id } = await whoami(setup)
    const who = ['--assignee-object-id', id, '--assignee-principal-type', 'User']
    await setup.az('role', 'assignment', 'create', ...who, '--role', role, '--scope', scope)
  },
}

async function whoami({ az }: Setup): Promise<{ id: string; userPrincipalName: string }> {
  return (await az('ad', 'signed-in-user', 'show')) as { id: string; userPrincipalName: string }
}

async function scopeOf({ az, answers, facts }: Setup): Promise<string> {
  const app = facts.outputs?.AZURE_FUNCTION_NAME ?? ''
  const { account, container } = await containerOf(az, answers.resourceGroup, app)
  const { id } = (await az('account', 'show')) as { id: string }
  const group = `/subscriptions/${id}/resourceGroups/${answers.resourceGroup}`
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/${account}`
  return `${storage}/blobServices/default/containers/${container}`
}
