import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Az } from '../azure/az.ts'

/** Where a function app loads its package from. */
export interface Container {
  readonly account: string
  readonly container: string
}

interface Blob {
  readonly name: string
  readonly properties: { readonly lastModified: string }
}

/** The container that an app of Flex Consumption loads its package from (`functionAppConfig`). */
export async function containerOf(az: Az, group: string, app: string): Promise<Container> {
  const where = ['--resource-group', group, '--resource-type', 'Microsoft.Web/sites', '--name', app]
  const site = (await az('resource', 'show', ...where)) as {
    properties: { functionAppConfig: { deployment: { storage: { value: string } } } }
  }
  const url = new URL(site.properties.functionAppConfig.deployment.storage.value)
  return { account: url.hostname.split('.')[0] ?? '', container: url.pathname.slice(1) }
}

/**
 * Downloads the newest package of a container.
 * @returns undefined if there is none yet.
 */
export async function downloadPackage(
  az: Az,
  { account, container }: Container,
  folder: string,
): Promise<Buffer | undefined> {
  const where = ['--auth-mode', 'login', '--account-name', account, '--container-name', container]
  const blobs = (await az('storage', 'blob', 'list', ...where)) as Blob[]
  const newest = blobs
    .filter(({ name }) => name.endsWith('.zip'))
    .toSorted(
      (one, two) => Date.parse(two.properties.lastModified) - Date.parse(one.properties.lastModified),
    )[0]
  if (!newest) return undefined
  const file = join(folder, 'running.zip')
  await az('storage', 'blob', 'download', ...where, '--name', newest.name, '--file', file)
  return readFile(file)
}
