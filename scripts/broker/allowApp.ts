import type { Verb } from './verb.ts'
import { writeAppRule } from './writeAppRule.ts'

/** `allow-app <client id>`: ends a refusal. */
export const allowApp: Verb = async (given) => {
  const { app, workspace } = await writeAppRule(given, false)
  console.log(`${app} (workspace: ${workspace ?? 'none'}) is allowed. Every instance knows within a minute.`)
  return 0
}
