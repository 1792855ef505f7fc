import { readFile } from 'node:fs/promises'
import { AzureCliCredential } from '@azure/identity'
import { UsageError } from '../commandLine.ts'
import { type FoundToken, requestFromAzureCli } from '../login/azureCli.ts'

/**
 * The given token, otherwise the Azure CLI's token for the broker's API, if that is named (`API_CLIENT_ID`).
 * @throws UsageError if the named file can't be read.
 */
export async function findToken(
  tokenFile: string | undefined,
  raw: Readonly<Record<string, string | undefined>>,
): Promise<FoundToken | undefined> {
  if (tokenFile !== undefined) {
    const text = await readFile(tokenFile, 'utf8').catch(() => {
      throw new UsageError(`Can’t read the token file ${tokenFile}.`)
    })
    return { token: text.trim() }
  }
  if (raw.BROKER_TOKEN?.trim()) return { token: raw.BROKER_TOKEN.trim() }
  if (!raw.API_CLIENT_ID) return undefined
  return requestFromAzureCli(`${raw.API_CLIENT_ID}/.default`)
}

/** The Azure CLI's token for Microsoft Graph. @throws if no user is logged in. */
export async function graphToken(): Promise<string> {
  return (await new AzureCliCredential().getToken('https://graph.microsoft.com/.default')).token
}
