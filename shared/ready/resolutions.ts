import type { Config } from '../config.ts'
import { isLoopbackUrl } from '../settings/urls.ts'

/** The commands that fix the broker's way to one service. */
export interface Resolutions {
  /** When the service refuses the broker's identity. */
  readonly refused: string
  /** When it does not answer. */
  readonly unreachable: string
}

/** What this machine stands in for is started, whatever is wrong with it. */
const local: Resolutions = { refused: 'npm run stack', unreachable: 'npm run stack' }

/**
 * The fixes for a storage account or vault.
 * @param url of the service; without one it is reached by connection string, and so with the account's own key.
 * @param role that the broker's identity needs there.
 */
export function resolutionsOf(
  config: Pick<Config, 'managedIdentityClientId'>,
  url: string | undefined,
  role: string,
): Resolutions {
  if (url === undefined || isLoopbackUrl(url)) return local
  const show = showCommand(url)
  const identity = config.managedIdentityClientId ?? '<client id of the app’s identity>'
  return {
    refused: `az role assignment create --role '${role}' --assignee ${identity} --scope "$(${show} --query id --output tsv)" (takes effect after some minutes)`,
    unreachable: `${show} --query "${isVault(url) ? 'properties.' : ''}{open:publicNetworkAccess, rules:${isVault(url) ? 'networkAcls' : 'networkRuleSet'}}"`,
  }
}

/** The name of the account or vault that a URL leads to. */
export function resourceName(url: string): string {
  return new URL(url).hostname.split('.')[0] ?? ''
}

function showCommand(url: string): string {
  return `az ${isVault(url) ? 'keyvault' : 'storage account'} show --name ${resourceName(url)}`
}

function isVault(url: string): boolean {
  return /\.vault\./.test(new URL(url).hostname)
}
