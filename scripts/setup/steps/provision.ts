import { deploymentArguments, findDeployment, fingerprintOf, outputsOf } from '../../azure/deployments.ts'
import { readParameters } from '../parameterFile.ts'
import type { Step } from '../setup.ts'

/** The resources exist. Later changes are for `npm run deploy`, which compares before it changes something. */
export const provision: Step = {
  title: 'resources of the template',
  async look({ answers, az, facts }) {
    const found = await findDeployment(az, answers)
    if (found?.properties.provisioningState !== 'Succeeded')
      return found
        ? `the last deployment is ${found.properties.provisioningState}`
        : 'takes about five minutes'
    facts.outputs = outputsOf(found)
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
