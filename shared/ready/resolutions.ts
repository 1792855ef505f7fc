import type { Config } from '../config.ts'
import { isLoopbackUrl } from '../settings/urls.ts'

/** The commands that fix the broker's access to a service. */
export interface Resolutions {
  /** For a service that refuses the broker's identity. */
  readonly refused: string
  /** For an Azure Policy that refuses what the broker writes. */
  readonly disallowed: string
  /** For a service that doesn't answer. */
  readonly unreachable: string
}

/** A local stand-in is restarted, no matter what is wrong with it. */
const local: Resolutions = {
  refused: 'npm run stack',
  disallowed: 'npm run stack',
  unreachable: 'npm run stack',
}

/**
 * The fixes for a storage account or vault.
 * @param url of the service; without it, the broker uses a connection string, and so the account's own key.
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
    disallowed: `az policy assignment list --disable-scope-strict-match --scope "$(${show} --query id --output tsv)"; exempt the vault from the one that refuses secrets (docs/deploy.md#policies-of-your-company)`,
    unreachable: `${show} --query "${isVault(url) ? 'properties.' : ''}{open:publicNetworkAccess, rules:${isVault(url) ? 'networkAcls' : 'networkRuleSet'}}"`,
  }
}

/** The name of the account or vault in a URL. */
export function resourceName(url: string): string {
  return new URL(url).hostname.split('.')[0] ?? ''
}

function showCommand(url: string): string {
  return `az ${isVault(url) ? 'keyvault' : 'storage account'} show --name ${resourceName(url)}`
}

function isVault(url: string): boolean {
  return /\.vault\./.test(new URL(url).hostname)
}
