import { type AzureCliTokenRequest, azureCliClientId } from './sign-in/azure-cli.ts'
import type { CallingApp } from './sign-in/clients.ts'

/** The operator's own directory, which issues the calling apps' tokens. */
export const homeDirectoryId = '44444444-4444-4444-8444-00000000b20e'

/** The broker's API registration: its client id, which is the `aud` of version 2 tokens. */
export const apiClientId = '66666666-6666-4666-8666-00000000b20e'

/** The audiences of both versions: a version 1 token has the one that its app named. */
export const brokerAudiences = [apiClientId, `api://${apiClientId}`] as const

/** A caller of the broker, with its workspace. */
export interface LocalCaller {
  readonly clientId: string
  /** The id of the app's service principal, or of the person. */
  readonly objectId: string
  readonly workspace: string
  readonly roles: readonly string[]
  /** Default is 2; 1 is what an API gets whose registration was made in the portal. */
  readonly accessTokenVersion?: 1 | 2
  /** The person who calls with the Azure CLI. Default is that the app calls for itself. */
  readonly username?: string
}

/** The callers of the local broker. `other-app` has its own workspace. */
export const callingApps = {
  'demo-app': {
    clientId: '77777777-7777-4777-8777-00000000b201',
    objectId: '88888888-8888-4888-8888-00000000b201',
    workspace: 'demo',
    roles: ['Tokens.Vend', 'Tenants.Manage'],
  },
  'demo-operator': {
    clientId: azureCliClientId,
    objectId: '88888888-8888-4888-8888-00000000b202',
    workspace: 'demo',
    roles: ['Broker.Operate'],
    username: 'operator@home.example',
  },
  'other-app': {
    clientId: '77777777-7777-4777-8777-00000000b203',
    objectId: '88888888-8888-4888-8888-00000000b203',
    workspace: 'other',
    roles: ['Tokens.Vend', 'Tenants.Manage'],
    accessTokenVersion: 1,
  },
} as const satisfies Record<string, LocalCaller>

/** A key of {@link callingApps}. */
export type CallingAppName = keyof typeof callingApps

const callers = Object.entries<LocalCaller>(callingApps)

/** The apps' registrations at the sign-in. */
export function callingAppClients(): CallingApp[] {
  return callers
    .filter(([, { username }]) => username === undefined)
    .map(([name, { roles, ...app }]) => ({
      ...app,
      clientSecrets: [callerSecret(name)],
      appRoles: roles,
      audience: apiClientId,
    }))
}

/**
 * Requests a caller's bearer token from the sign-in; it's valid for an hour. An app requests it for itself
 * (`client_credentials`, RFC 6749 section 4.4), and a person with the Azure CLI.
 * @throws Error with the sign-in's answer if it refuses.
 */
export async function requestCallerToken(signInOrigin: string, name: CallingAppName): Promise<string> {
  const caller: LocalCaller = callingApps[name]
  const answer = await (caller.username === undefined
    ? requestAppToken(signInOrigin, name)
    : requestAzureCliToken(signInOrigin, { ...caller, username: caller.username }))
  const body = (await answer.json()) as { access_token?: string }
  if (!body.access_token) throw new Error(`The sign-in refused ${name} a token: ${JSON.stringify(body)}`)
  return body.access_token
}

/** An app's token request (`client_credentials`, RFC 6749 section 4.4): the endpoint, and the form. */
export function appTokenRequest(signInOrigin: string, name: CallingAppName) {
  return {
    url: `${signInOrigin}/${homeDirectoryId}/oauth2/v2.0/token`,
    form: {
      grant_type: 'client_credentials',
      client_id: callingApps[name].clientId,
      client_secret: callerSecret(name),
      scope: `api://${apiClientId}/.default`,
    },
  }
}

function requestAppToken(signInOrigin: string, name: CallingAppName): Promise<Response> {
  const { url, form } = appTokenRequest(signInOrigin, name)
  return fetch(url, { method: 'POST', body: new URLSearchParams(form) })
}

function requestAzureCliToken(
  signInOrigin: string,
  { objectId, roles, username }: LocalCaller & { readonly username: string },
): Promise<Response> {
  const request: AzureCliTokenRequest = {
    directoryId: homeDirectoryId,
    objectId,
    username,
    audience: apiClientId,
    roles: [...roles],
  }
  return fetch(`${signInOrigin}/_control/azure-cli-token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
}

/** The secret of an app at the local sign-in. */
export const callerSecret = (name: string) => `local-secret-of-${name}`
