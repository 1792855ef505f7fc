import {
  type Deployment,
  deploymentArguments,
  fingerprintOf,
  listDeployments,
  outputsOf,
  valuesOf,
} from '../../azure/deployments.ts'
import { readParameters } from '../parameterFile.ts'
import type { Setup, Step } from '../setup.ts'

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
    const fingerprint = fingerprintOf((await readParameters(az, parameterFile)) ?? {})
    await az(
      'deployment',
      'group',
      'create',
      ...deploymentArguments({ ...answers, parameterFile }, fingerprint),
    )
  },
}

async function find({ az, answers }: Setup): Promise<Deployment | undefined> {
  const all = await listDeployments(az, answers.resourceGroup)
  return all?.find((each) => valuesOf(each).name === answers.name)
}
