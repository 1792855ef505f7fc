import {
  fingerprintOf,
  listDeployments,
  outputsOf,
  templateDefaults,
  valuesOf,
} from '../../azure/deployments.ts'
import { SetupError, type Step } from '../../setup/setup.ts'
import { assertAccepted } from '../assertAccepted.ts'
import type { Deploy } from '../deploy.ts'
import type { Loss } from '../loss.ts'
import { losses } from '../losses.ts'

/**
 * Nothing is lost against the last deployment of this broker, which can have failed halfway, however it was made. A group
 * that has only other brokers is asked about, because another name is a second, empty broker.
 */
export const comparison: Step<Deploy> = {
  title: 'comparison with what is deployed',
  async look(deploy) {
    const { az, facts, wish } = deploy
    const all = await listDeployments(az, wish.resourceGroup)
    if (!all)
      throw new SetupError(
        `There is no resource group ${wish.resourceGroup}.`,
        `npm run setup, or pass --resource-group with the right one.`,
      )
    const own = all.find((each) => valuesOf(each).name === wish.name)
    facts.last = own
    facts.fingerprint = fingerprintOf(wish.parameters)
    facts.acceptedLosses = []
    if (own?.properties.outputs) facts.outputs = outputsOf(own)
    const compared = own ?? all[0]
    const found = compared ? losses(valuesOf(compared), wish.parameters, templateDefaults()) : []
    const unknown = own || !(await hasResources(deploy)) ? [] : [noRecord]
    assertAccepted(deploy, [...found, ...unknown], `Correct ${wish.parameterFile}.`)
    return undefined
  },
  show({ facts }) {
    if (!facts.last) return ['This is the first deployment.']
    return facts.acceptedLosses.map(({ name, text }) => `accepted: ${name}: ${text}`)
  },
}

const noRecord: Loss = {
  name: 'comparison',
  text: 'The group has resources of this broker, but no record of its deployment, so whatever the parameters leave out could be lost, such as grant vaults. Compare them by hand.',
}

/** Whether something in the group is this broker's, by the template's tag. */
async function hasResources({ az, wish }: Deploy): Promise<boolean> {
  const all = (await az('resource', 'list', '--resource-group', wish.resourceGroup)) as {
    tags?: Readonly<Record<string, string>> | null
  }[]
  return all.some(({ tags }) => tags?.application === 'msads-token-broker' && tags.broker === wish.name)
}
