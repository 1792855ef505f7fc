/** Updates each alert's page in docs/runbooks with its rule from the compiled template. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes the sentence and the query of every log alert into its page; the rest of a page is written by hand.
 * @param {{ type: string, properties: any }[]} resources of a deployment snapshot.
 * @param {string} folder of the pages.
 */
export function writeAlertPages(resources, folder) {
  for (const { type, properties } of resources) {
    if (type !== 'Microsoft.Insights/scheduledQueryRules') continue
    const page = join(folder, properties.actions.customProperties.runbook.split('/').at(-1))
    const before = readFileSync(page, 'utf8')
    const after = before
      .replace(/^Alert `.*$/m, () => sentenceOf(properties))
      .replace(/```kusto\n[\s\S]*?```/, () => `\`\`\`kusto\n${queryOf(properties)}\`\`\``)
    if (after !== before) writeFileSync(page, after)
  }
}

function sentenceOf({ actions, criteria, evaluationFrequency, severity, windowSize }) {
  const name = actions.customProperties.runbook.split('/').at(-1).replace('.md', '')
  const [{ threshold }] = criteria.allOf
  return `Alert \`${name}\`, severity ${severity}: more than ${threshold} rows in ${windowSize}, evaluated every ${evaluationFrequency}.`
}

function queryOf({ criteria }) {
  return criteria.allOf[0].query
}
