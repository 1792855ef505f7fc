import { orMissing } from '../../azure/az.ts'
import type { Step } from '../setup.ts'

/** The resource group that everything is in. */
export const resourceGroup: Step = {
  title: 'resource group',
  async look({ az, answers }) {
    const found = await orMissing(az('group', 'show', '--name', answers.resourceGroup))
    return found ? undefined : `${answers.resourceGroup} in ${answers.location}`
  },
  async act({ az, answers }) {
    await az('group', 'create', '--name', answers.resourceGroup, '--location', answers.location)
  },
}
