import { orMissing } from '../../azure/az.ts'
import type { Outputs, Setup, Step } from '../setup.ts'

/** The name of the deployment, which the workflow and the pages use too. */
export const deploymentName = 'broker'

/** A deployment, as `az deployment group show` prints it. */
interface Deployment {
  readonly properties: {
    readonly provisioningState: string
    readonly outputs?: Readonly<Record<string, { readonly value: string }>> | null
  }
}

/** The resources exist. Later changes are for `npm run deploy`, which compares before it changes something. */
export const provision: Step = {
  title: 'resources of the template',
  async look(setup) {
    const found = await find(setup)
    if (found?.properties.provisioningState !== 'Succeeded')
      return found
        ? `the last deployment is ${found.properties.provisioningState}`
        : 'takes about five minutes'
    setup.facts.outputs = outputsOf(found)
    return undefined
  },
  async act({ az, answers, parameterFile }) {
    const where = ['--resource-group', answers.resourceGroup, '--name', deploymentName]
    await az('deployment', 'group', 'create', ...where, '--parameters', parameterFile)
  },
}

async function find({ az, answers }: Setup): Promise<Deployment | undefined> {
  const where = ['--resource-group', answers.resourceGroup, '--name', deploymentName]
  return (await orMissing(az('deployment', 'group', 'show', ...where))) as Deployment | undefined
}

/** The Azure CLI prints `AZURE_FUNCTION_NAME` as `azurE_FUNCTION_NAME`. */
function outputsOf({ properties }: Deployment): Outputs {
  const named = new Map(
    Object.entries(properties.outputs ?? {}).map(([name, { value }]) => [name.toUpperCase(), value]),
  )
  const read = (name: keyof Outputs) => named.get(name) ?? ''
  return {
    BROKER_URL: read('BROKER_URL'),
    REDIRECT_URI: read('REDIRECT_URI'),
    KEY_VAULT_URL: read('KEY_VAULT_URL'),
  }
}
