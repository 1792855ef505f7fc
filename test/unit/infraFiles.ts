import { readFileSync } from 'node:fs'

/** A resource in a template, or in a snapshot, with its id, if it has one. */
export interface Resource {
  readonly id?: string
  readonly name: string
  readonly type: string
  readonly apiVersion: string
  // biome-ignore lint/suspicious/noExplicitAny: templates are read as they are
  readonly properties: any
}

/** The repository. */
export const root = new URL('../../', import.meta.url)

/** The compiled template. */
export const template = readJson('infra/main.json')

/** The resources from `private.bicepparam`, which enables everything. */
export const everything = predicted('private')

/** Every log alert: as it's deployed by default, or, if it needs a parameter, from `private.bicepparam`. */
export const logAlerts: readonly Resource[] = [...predicted('main'), ...everything].filter(
  ({ name, type }, index, all) =>
    type === 'Microsoft.Insights/scheduledQueryRules' &&
    all.findIndex((each) => each.name === name) === index,
)

const resources = resourcesOf(template)

/** The template's resources of one type, in any module. */
export function ofType(type: string): Resource[] {
  return resources.filter((resource) => resource.type === type)
}

/** The resources from a parameter file. */
export function predicted(parameters: string): Resource[] {
  return readJson(`infra/snapshots/${parameters}.snapshot.json`).predictedResources
}

/** A file of the repository. */
export function readText(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

/** A JSON file of the repository. */
// biome-ignore lint/suspicious/noExplicitAny: templates are read as they are
export function readJson(path: string): any {
  return JSON.parse(readText(path))
}

function resourcesOf(from: { resources: Record<string, Resource> }): Resource[] {
  return Object.values(from.resources).flatMap((resource) =>
    resource.properties?.template ? [resource, ...resourcesOf(resource.properties.template)] : [resource],
  )
}
