import { deploymentArguments } from '../../azure/deployments.ts'
import type { Step } from '../../setup/setup.ts'
import { assertAccepted } from '../assertAccepted.ts'
import type { Deploy } from '../deploy.ts'
import { isProvisionedAs } from './provision.ts'

/** One resource in the answer of `az deployment group what-if --no-pretty-print`. */
interface ResourceChange {
  readonly resourceId: string
  readonly changeType: string
  readonly delta?: readonly { readonly path: string }[] | null
}

const signs: Readonly<Record<string, string>> = { Create: '+', Modify: '~', Delete: '-', Deploy: '~' }

/** What Azure says it would change. A deletion is a loss by the resource's name. */
export const changes: Step<Deploy> = {
  title: 'changes in Azure',
  async look(deploy) {
    const { az, facts, wish } = deploy
    if (isProvisionedAs(deploy)) {
      facts.changes = ['none: neither the template nor its values changed']
      return undefined
    }
    const all = deploymentArguments(wish, facts.fingerprint ?? '')
    const answer = (await az('deployment', 'group', 'what-if', ...all, '--no-pretty-print')) as {
      changes?: ResourceChange[]
    }
    const found = (answer.changes ?? []).filter(({ changeType }) => changeType in signs)
    const deleted = found.filter(({ changeType }) => changeType === 'Delete')
    assertAccepted(
      deploy,
      deleted.map(({ resourceId }) => ({
        name: resourceId.split('/').at(-1) ?? resourceId,
        text: `${toPath(resourceId)} would be deleted, with everything in it.`,
      })),
      'Correct the template or its values.',
    )
    facts.changes = found.map(toLine)
    return undefined
  },
  show: ({ facts }) => facts.changes ?? [],
}

function toLine({ changeType, delta, resourceId }: ResourceChange): string {
  const paths = (delta ?? []).map(({ path }) => path)
  const more = paths.length > 3 ? `${paths.slice(0, 3).join(', ')}, …` : paths.join(', ')
  return `${signs[changeType]} ${toPath(resourceId)}${more && ` (${more})`}`
}

/** What follows the provider: the type and the name. */
function toPath(resourceId: string): string {
  return resourceId.split('/providers/').at(-1) ?? resourceId
}
