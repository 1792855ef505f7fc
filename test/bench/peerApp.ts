import { TableClient } from '@azure/data-tables'
import { app } from '@azure/functions'
import { ManagedIdentityCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'
import { getTokenWithMsal } from './msalPeer.ts'
import { peerTable, readPeerSettings } from './peerSettings.ts'

const { storage, vaultUrl, ...registration } = readPeerSettings(process.env)
const table = TableClient.fromConnectionString(storage, peerTable, { allowInsecureConnection: true })
const vault = new SecretClient(vaultUrl, new ManagedIdentityCredential(), {
  disableChallengeResourceVerification: true,
})

app.setup({ enableHttpStream: true })

app.http('msal', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'msal/{user}',
  handler: async ({ params: { user = '' } }) => ({
    jsonBody: { accessToken: await getTokenWithMsal(table, user, registration) },
  }),
})

app.http('vault', {
  methods: ['GET'],
  authLevel: 'anonymous',
  route: 'vault/{user}',
  handler: async ({ params: { user = '' } }) => ({ jsonBody: { accessToken: await refresh(user) } }),
})

/** A vault read and a token call. The new refresh token isn't kept: Microsoft lets the used one be used again. */
async function refresh(user: string): Promise<string> {
  const { value: refreshToken = '' } = await vault.getSecret(user)
  const { clientId, clientSecret, signInOrigin } = registration
  const answer = await fetch(`${signInOrigin}/consumers/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      client_secret: clientSecret,
      refresh_token: refreshToken,
      scope: 'https://ads.microsoft.com/msads.manage offline_access',
    }),
  })
  const { access_token: accessToken } = (await answer.json()) as { access_token?: string }
  if (!accessToken) throw new Error(`The sign-in answered ${answer.status}.`)
  return accessToken
}
