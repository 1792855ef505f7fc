import { offboardWorkspace } from '../../shared/operations/offboardWorkspace.ts'
import { openBroker, toText, UsageError } from '../commandLine.ts'
import type { Verb } from './verb.ts'

/**
 * `offboard-workspace <workspace>`: the workspace's tenants, one a line: id and status, separated by a tab. With
 * `--disconnect`, each is ended first.
 */
export const offboard: Verb = async ({ values, words }) => {
  const [workspace] = words
  if (!workspace) throw new UsageError('Pass the workspace.')
  const { disconnect, settings } = values
  const broker = await openBroker(typeof settings === 'string' ? settings : undefined)
  const counts = await offboardWorkspace(broker, workspace, {
    isDryRun: disconnect !== true,
    onTenant: (tenant, status) => console.log(`${tenant}\t${status}`),
  })
  console.error(toText(counts) || `The workspace ${workspace} has no tenants.`)
  return counts.conflict ? 1 : 0
}
