import type { CallingApp } from './sign-in/clients.ts'

/** The operator's own directory, which issues the calling apps' tokens. */
export const homeDirectoryId = '44444444-4444-4444-8444-00000000b20e'

/** The broker as an API: `aud` of the calling apps' tokens. */
export const brokerAudience = 'api://msads-token-broker'

/** An app that calls the broker, with its workspace. */
export interface LocalApp {
  readonly workspace: string
  readonly roles: readonly string[]
}

/** The callers of the local broker. `other-app` has its own workspace. */
export const callingApps = {
  'demo-app': { workspace: 'demo', roles: ['Tokens.Vend', 'Tenants.Manage'] },
  'demo-operator': { workspace: 'demo', roles: ['Broker.Operate'] },
  'other-app': { workspace: 'other', roles: ['Tokens.Vend', 'Tenants.Manage'] },
} as const satisfies Record<string, LocalApp>

/** A key of {@link callingApps}. */
export type CallingAppName = keyof typeof callingApps

/** The apps' registrations at the sign-in. */
export function callingAppClients(): CallingApp[] {
  return Object.entries(callingApps).map(([clientId, { roles }]) => ({
    clientId,
    clientSecrets: [secretOf(clientId)],
    appRoles: roles,
    audience: brokerAudience,
  }))
}

/**
 * Requests an app's bearer token from the sign-in (`client_credentials`, RFC 6749 section 4.4); it's valid for an hour.
 * @throws Error with the sign-in's answer if it refuses.
 */
export async function requestCallerToken(signInOrigin: string, app: CallingAppName): Promise<string> {
  const answer = await fetch(`${signInOrigin}/${homeDirectoryId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: app,
      client_secret: secretOf(app),
      scope: `${brokerAudience}/.default`,
    }),
  })
  const body = (await answer.json()) as { access_token?: string }
  if (!body.access_token) throw new Error(`The sign-in refused ${app} a token: ${JSON.stringify(body)}`)
  return body.access_token
}

const secretOf = (clientId: string) => `local-secret-of-${clientId}`
