import { apiClientId, appTokenRequest } from '../callers.ts'
import { authorityFile } from '../settings.ts'
import type { Stack } from '../stack.ts'

/**
 * The environment in which Azure's and Microsoft's own libraries get the demo app's token from the local sign-in. With
 * `adfs` as the tenant, `@azure/identity` trusts the authority's host without asking Microsoft about it; it's the only
 * name for which it does (`msal/utils.ts`). `BROKER` and `API_CLIENT_ID` are as in `docs/calling.md`.
 */
export function libraryVariables(
  { folder, parts }: Pick<Stack, 'folder' | 'parts'>,
  broker: string,
): Readonly<Record<string, string>> {
  const { client_id, client_secret } = appTokenRequest(parts.signIn.origin, 'demo-app').form
  return {
    NODE_EXTRA_CA_CERTS: `${folder}/${authorityFile}`,
    AZURE_AUTHORITY_HOST: parts.signIn.service.secureOrigin ?? '',
    AZURE_TENANT_ID: 'adfs',
    AZURE_CLIENT_ID: client_id,
    AZURE_CLIENT_SECRET: client_secret,
    API_CLIENT_ID: apiClientId,
    BROKER: broker,
  }
}

/** The variables as lines to paste into a shell. */
export function exportLines(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}`)
    .join('\n')
}

const quote = (value: string) => (/^[\w./:-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`)
