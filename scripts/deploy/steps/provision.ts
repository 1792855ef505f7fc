import { deploymentArguments, findDeployment, outputsOf } from '../../azure/deployments.ts'
import type { Step } from '../../setup/setup.ts'
import type { Deploy } from '../deploy.ts'

/**
 * The resources are as the template and its values say. Provisioning may restart every instance, so it's left out if
 * neither changed since the last deployment that succeeded.
 */
export const provision: Step<Deploy> = {
  title: 'resources of the template',
  async look(deploy) {
    await readLast(deploy)
    return isProvisionedAs(deploy) ? undefined : 'takes about five minutes'
  },
  async act({ az, facts, wish }) {
    facts.isProvisioned = true
    await az('deployment', 'group', 'create', ...deploymentArguments(wish, facts.fingerprint ?? ''))
  },
}

async function readLast({ az, facts, wish }: Deploy): Promise<void> {
  facts.last = await findDeployment(az, wish)
  if (facts.last?.properties.outputs) facts.outputs = outputsOf(facts.last)
}

/** Whether the last deployment succeeded with the same template and values. */
export function isProvisionedAs({ facts }: Deploy): boolean {
  return (
    facts.last?.properties.provisioningState === 'Succeeded' &&
    facts.fingerprint !== undefined &&
    outputsOf(facts.last).PROVISIONED_AS === facts.fingerprint
  )
}
