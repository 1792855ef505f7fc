import { isDeepStrictEqual } from 'node:util'
import { allSettings } from '../../shared/settings.ts'
import type { Parameters } from '../setup/parameterFile.ts'
import type { Change, Loss, Rule } from './loss.ts'
import { free, rules, settingRules } from './rules.ts'

const settingDefaults = Object.fromEntries(allSettings().map((each) => [each.name, each.default]))

/**
 * Everything that a deployment would lose.
 * @param before the parameters of a deployment that was made.
 * @param after the parameters of the one that is wanted.
 * @param defaults the template's own values, for parameters that one of them leaves out. An expression (`[…]`) is known
 * only to Azure, and compares as equal.
 */
export function losses(before: Parameters, after: Parameters, defaults: Parameters): Loss[] {
  const all = { before: { ...defaults, ...before }, after: { ...defaults, ...after } }
  const found = Object.keys(all.before).flatMap((name) =>
    lossOf(name, rules[name], { before: all.before[name], after: all.after[name], all }),
  )
  const settings = [all.before, all.after].map(settingsIn) as [Parameters, Parameters]
  const ofSettings = Object.keys(settingRules).flatMap((name) =>
    lossOf(`settings.${name}`, settingRules[name], {
      before: settings[0][name],
      after: settings[1][name],
      all,
    }),
  )
  return [...found, ...ofSettings]
}

/** The settings with their defaults. Their names are in capitals, which Azure doesn't always keep in an answer. */
function settingsIn({ settings }: Parameters): Parameters {
  const given = Object.entries((settings ?? {}) as Parameters)
  return {
    ...settingDefaults,
    ...Object.fromEntries(given.map(([name, value]) => [name.toUpperCase(), value])),
  }
}

function lossOf(name: string, rule: Rule | typeof free | undefined, change: Change): Loss[] {
  if (!rule || rule === free || isDeepStrictEqual(change.before, change.after)) return []
  if ([change.before, change.after].some((value) => typeof value === 'string' && value.startsWith('[')))
    return []
  const text = rule(change)
  return text === undefined ? [] : [{ name, text }]
}
