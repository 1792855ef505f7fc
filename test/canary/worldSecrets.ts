import { type CallingAppName, callerSecret, callingApps } from '../../local/callers.ts'
import { hostMasterKey, identityHeader, storageConnection } from '../../local/settings.ts'
import type { World } from '../end-to-end/world.ts'
import type { SecretSearch } from './secretSearch.ts'

/**
 * Adds every secret that a world's broker holds at the moment: what both vaults contain (client secrets, developer
 * tokens, sealing keys, refresh tokens), and the credentials of the process and of its callers. Refresh tokens change,
 * so call it again after a while.
 */
export async function addWorldSecrets(world: World, search: SecretSearch): Promise<void> {
  for (const [name, value] of await world.vaultSecrets())
    for (const [each, text] of namedParts(name, value)) search.add(each, text)
  search.add('the key of the storage account', accountKey(world))
  search.add('the header of the managed identity endpoint', identityHeader)
  search.add('the host’s master key', hostMasterKey)
  for (const app of Object.keys(callingApps) as CallingAppName[])
    search.add(`the secret of ${app}`, callerSecret(app))
}

/** The set of sealing keys is as secret as each of its keys. A mark of a disconnected tenant is no secret at all. */
function namedParts(name: string, value: string): [string, string][] {
  if (name.startsWith('disconnected-')) return []
  if (name !== 'sealing-keys') return [[name, value]]
  const { keys } = JSON.parse(value) as { keys: { kid: string; k: string }[] }
  return keys.map(({ kid, k }) => [`sealing key ${kid}`, k])
}

function accountKey({ stack }: World): string {
  // The short form of the connection string stands for Azurite's published key.
  return /AccountKey=([^;]+)/.exec(storageConnection({ ...stack.ports, blob: 1 }))?.[1] ?? ''
}
