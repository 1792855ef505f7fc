import { openBroker } from '../commandLine.ts'
import type { Verb } from './verb.ts'

/** `refused-apps`: the refused apps, one a line: name, since when, and why, separated by tabs. */
export const listRefusedApps: Verb = async ({ values }) => {
  const { settings } = values
  const { appRules } = await openBroker(typeof settings === 'string' ? settings : undefined)
  const refused = (await appRules.list()).filter((rule) => rule.refused)
  for (const { app, changedAt, reason } of refused)
    console.log([app, changedAt?.toISOString() ?? 'unknown', reason].join('\t'))
  if (refused.length === 0) console.error('No app is refused.')
  return 0
}
