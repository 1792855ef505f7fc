import { ClientSecretCredential, DefaultAzureCredential, EnvironmentCredential } from '@azure/identity'
import { ConfidentialClientApplication } from '@azure/msal-node'

/**
 * An app in a process of its own, as someone would write it for Azure: it knows the environment and nothing of the
 * local stack. Its argument is the way to get a token; it prints the status of a vend, or the library's error.
 */
const {
  AZURE_AUTHORITY_HOST: host = '',
  AZURE_TENANT_ID: tenant = '',
  AZURE_CLIENT_ID: clientId = '',
  AZURE_CLIENT_SECRET: clientSecret = '',
  API_CLIENT_ID: api = '',
  BROKER: broker = '',
} = process.env
const scope = `${api}/.default`
const [way = '', directory = ''] = process.argv.slice(2)

function getMsalToken(knownAuthorities: string[]): Promise<{ accessToken?: string } | null> {
  const auth = { clientId, clientSecret, authority: `${host}/${directory || tenant}`, knownAuthorities }
  return new ConfidentialClientApplication({ auth }).acquireTokenByClientCredential({ scopes: [scope] })
}

const ways: Readonly<Record<string, () => Promise<string | undefined>>> = {
  DefaultAzureCredential: async () => (await new DefaultAzureCredential().getToken(scope)).token,
  EnvironmentCredential: async () => (await new EnvironmentCredential().getToken(scope)).token,
  ClientSecretCredential: async () =>
    (await new ClientSecretCredential(directory || tenant, clientId, clientSecret).getToken(scope)).token,
  disableInstanceDiscovery: async () => {
    const options = { disableInstanceDiscovery: true }
    const credential = new ClientSecretCredential(directory, clientId, clientSecret, options)
    return (await credential.getToken(scope)).token
  },
  msal: async () => (await getMsalToken([]))?.accessToken,
  knownAuthorities: async () => (await getMsalToken([new URL(host).host]))?.accessToken,
}

try {
  const authorization = `Bearer ${await ways[way]?.()}`
  const answer = await fetch(`${broker}/v1/tenants/acme/token`, { headers: { authorization } })
  console.log(answer.status, ((await answer.json()) as { code?: string }).code ?? 'vended')
} catch (error) {
  console.log(error instanceof Error ? error.message : error)
}
