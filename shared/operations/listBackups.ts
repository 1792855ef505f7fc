import { type ContainerDependencies, callContainer } from '../storage/blobContainer.ts'
import { manifestName } from './manifest.ts'

/**
 * The names of the complete backups, oldest first.
 * @param prefix how the names begin, such as a day (`20261130T`). Default is all.
 */
export async function listBackups(container: ContainerDependencies, prefix = ''): Promise<string[]> {
  const names: string[] = []
  let marker = ''
  do {
    const page = `${prefix && `&prefix=${prefix}`}${marker && `&marker=${encodeURIComponent(marker)}`}`
    const query = `?restype=container&comp=list${page}`
    const text = await (await callContainer(container, { method: 'GET', query })).text()
    for (const [, blob = ''] of text.matchAll(/<Name>([^<]+)<\/Name>/g))
      if (blob.endsWith(`/${manifestName}`)) names.push(blob.slice(0, -manifestName.length - 1))
    marker = /<NextMarker>([^<]+)<\/NextMarker>/.exec(text)?.[1] ?? ''
  } while (marker)
  return names.toSorted()
}
