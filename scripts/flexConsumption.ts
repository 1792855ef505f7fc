import { readFileSync } from 'node:fs'

type List = 'site' | 'siteConfig' | 'appSettings'
type Json = Record<string, unknown>

/** Azure ignores the case of these names, and so does this check. */
const refused = lists()

/**
 * Finds what Flex Consumption refuses (Resource Manager's error 51021) or ignores in a compiled template or a snapshot.
 * The names, with the source of each list, are in `infra/flexConsumption.json`. Every object is checked, so
 * names in modules, variables, and types of parameters are found too.
 * @returns for example `siteConfig.ftpsState`, each name once.
 */
export function refusedByFlexConsumption(template: unknown): string[] {
  return [...new Set(objectsIn(template).flatMap(refusedIn))].toSorted()
}

function refusedIn(object: Json): string[] {
  const { type, name, properties, siteConfig, appSettings } = object
  const listed = Array.isArray(appSettings) ? appSettings : []
  return [
    ...(isA('Microsoft.Web/sites', type) ? found('site', properties) : []),
    ...(isA('Microsoft.Web/sites/config', type) && /\bweb\b/.test(`${name}`)
      ? found('siteConfig', properties)
      : []),
    ...found('siteConfig', siteConfig),
    // No other key in a template has the name of such a setting, so they're refused everywhere.
    ...found('appSettings', object),
    ...listed.flatMap((setting: Json) => found('appSettings', { [`${setting.name}`]: true })),
  ]
}

function found(list: List, object: unknown): string[] {
  const keys = object !== null && typeof object === 'object' ? Object.keys(object) : []
  return keys.filter((key) => refused[list].has(key.toLowerCase())).map((key) => `${list}.${key}`)
}

function isA(wanted: string, type: unknown): boolean {
  return `${type}`.toLowerCase() === wanted.toLowerCase()
}

function objectsIn(value: unknown): Json[] {
  if (value === null || typeof value !== 'object') return []
  const inner = Object.values(value).flatMap(objectsIn)
  return Array.isArray(value) ? inner : [value as Json, ...inner]
}

function lists(): Record<List, Set<string>> {
  const file = readFileSync(new URL('../infra/flexConsumption.json', import.meta.url), 'utf8')
  const { site, siteConfig, appSettings } = JSON.parse(file) as Record<List, string[]>
  const lower = (names: string[]) => new Set(names.map((name) => name.toLowerCase()))
  return { site: lower(site), siteConfig: lower(siteConfig), appSettings: lower(appSettings) }
}
