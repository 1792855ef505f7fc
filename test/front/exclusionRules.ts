import type { WafExclusion } from '../../scripts/wafExclusions.ts'

/** Ids of our own rules; the core rules leave those below 100,000 to their users. */
const firstId = 1000

/** The exclusions as directives for ModSecurity 3, to be included before the core rules. */
export function exclusionRules(exclusions: readonly WafExclusion[]): string {
  return exclusions.map((exclusion, index) => toDirective(exclusion, firstId + index)).join('\n')
}

function toDirective(exclusion: WafExclusion, id: number): string {
  const { method, route } = exclusion
  const onRoute = `SecRule REQUEST_FILENAME "@rx ^${toPattern(route)}$"`
  const actions = toActions(exclusion).map((action) => `ctl:${action}`)
  if (!method) return `${onRoute} "${[`id:${id},phase:1,pass,nolog,t:none`, ...actions].join(',')}"`
  return `SecRule REQUEST_METHOD "@streq ${method}" "id:${id},phase:1,pass,nolog,t:none,chain"
  ${onRoute} "${['t:none', ...actions].join(',')}"`
}

/** `{path}` and `{any}` are the rest of a path, every other parameter is one segment. */
function toPattern(route: string): string {
  return route.replace(/\{(\w+)\}/g, (_, name) => (name === 'path' || name === 'any' ? '.*' : '[^/]+'))
}

/** The tags that the core rules put on their rules. */
const tags = {
  all: 'OWASP_CRS',
  'remote file inclusion': 'attack-rfi',
} as const

function toActions(exclusion: WafExclusion): string[] {
  const { part, rules } = exclusion
  if (part === 'everything') return ['ruleEngine=Off']
  return targetsOf(exclusion).flatMap((target) =>
    typeof rules === 'string'
      ? [`ruleRemoveTargetByTag=${tags[rules]};${target}`]
      : rules.map((rule) => `ruleRemoveTargetById=${rule};${target}`),
  )
}

/** The names of the fields in ModSecurity 3. */
function targetsOf({ part, field }: WafExclusion): string[] {
  if (part === 'body') return ['REQUEST_BODY']
  if (part === 'method') return ['REQUEST_METHOD']
  if (part === 'answer') return [`RESPONSE_${field.toUpperCase()}`]
  if (field === '*') return ['ARGS', 'ARGS_NAMES']
  return [part === 'json' ? `ARGS:json.${field}` : `ARGS:${field}`]
}
