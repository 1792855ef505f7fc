import { AzureCliCredential } from '@azure/identity'

/** A bearer token, or why there is none. `expiresAt` is unknown for a token that was given. */
export type FoundToken = { readonly token: string; readonly expiresAt?: Date } | { readonly noToken: string }

/**
 * The Azure CLI's token for a scope; without one, its message for the person who ran it.
 * @param directory default is the one that the person logged in to.
 */
export async function requestFromAzureCli(scope: string, directory?: string): Promise<FoundToken> {
  try {
    const credential = new AzureCliCredential(directory ? { tenantId: directory } : {})
    const { expiresOnTimestamp, token } = await credential.getToken(scope)
    return { token, expiresAt: new Date(expiresOnTimestamp) }
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    return { noToken: `the Azure CLI returned no token for ${scope}: ${said}` }
  }
}
