import type { TableClient } from '@azure/data-tables'
import { type AccountInfo, ConfidentialClientApplication, type INetworkModule } from '@azure/msal-node'

/** A web app's registration, and where Microsoft's sign-in is instead of `https://login.microsoftonline.com`. */
export interface MsalPeerOptions {
  readonly clientId: string
  readonly clientSecret: string
  readonly signInOrigin: string
}

/** A user's row: MSAL's serialized cache, and the account in it. */
interface UserRow {
  readonly cache: string
  readonly account: string
}

const microsoft = 'https://login.microsoftonline.com'
const authority = `${microsoft}/common`
const scopes = ['https://ads.microsoft.com/msads.manage']

/** MSAL for one user. Instances are per user, because requests of several users would share the cache of a common one. */
function createApplication({ clientId, clientSecret, signInOrigin }: MsalPeerOptions) {
  return new ConfidentialClientApplication({
    auth: { clientId, clientSecret, authority },
    system: { networkClient: createNetwork(signInOrigin) },
  })
}

/** Sends what MSAL would send to Microsoft's sign-in to another one; MSAL itself accepts only `https:`. */
function createNetwork(signInOrigin: string): INetworkModule {
  const send = async <T>(url: string, init: RequestInit) => {
    const answer = await fetch(url.replace(microsoft, signInOrigin), init)
    const body = (await answer.json()) as T
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
  }
  return {
    sendGetRequestAsync: (url, { headers = {} } = {}) => send(url, { headers }),
    sendPostRequestAsync: (url, { headers = {}, body = '' } = {}) =>
      send(url, { method: 'POST', headers, body }),
  }
}

/** Writes a user's row after a sign-in whose refresh token is at hand. */
export async function signInWithMsal(
  table: TableClient,
  user: string,
  options: MsalPeerOptions & { readonly refreshToken: string },
): Promise<void> {
  const application = createApplication(options)
  const { refreshToken } = options
  const result = await application.acquireTokenByRefreshToken({ refreshToken, scopes, forceCache: true })
  if (!result?.account) throw new Error('MSAL has no account after the sign-in.')
  await writeUser(table, user, application, result.account)
}

/**
 * A user's access token, as MSAL's documentation has it for a web app with a distributed cache: one read of the row, and
 * a write if MSAL changed the cache because it has refreshed.
 */
export async function getTokenWithMsal(
  table: TableClient,
  user: string,
  options: MsalPeerOptions,
): Promise<string> {
  const row = await table.getEntity<UserRow>('user', user)
  const application = createApplication(options)
  const cache = application.getTokenCache()
  cache.deserialize(row.cache)
  const account: AccountInfo = JSON.parse(row.account)
  const { accessToken } = await application.acquireTokenSilent({ account, scopes })
  if (cache.hasChanged()) await writeUser(table, user, application, account)
  return accessToken
}

async function writeUser(
  table: TableClient,
  user: string,
  application: ConfidentialClientApplication,
  account: AccountInfo,
): Promise<void> {
  const row: UserRow = { cache: application.getTokenCache().serialize(), account: JSON.stringify(account) }
  await table.upsertEntity({ partitionKey: 'user', rowKey: user, ...row }, 'Replace')
}
