import type { Verb } from './verb.ts'
import { writeAppRule } from './writeAppRule.ts'

/** `refuse-app <client id>`: every process of the broker refuses each call of the app from within a minute on. */
export const refuseApp: Verb = async (given) => {
  const { app, workspace } = await writeAppRule(given, true)
  console.log(`${app} (workspace: ${workspace ?? 'none'}) is refused. Every instance knows within a minute.`)
  return 0
}
