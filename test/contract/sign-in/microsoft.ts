import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { type RunningMicrosoftSignIn, startMicrosoftSignIn } from '../../../local/sign-in/microsoft.ts'
import type { LoggedRequest } from '../../../local/sign-in/request-log.ts'
import type { SignInOptions } from '../../../local/sign-in/state.ts'
import type { Visitor } from '../../../local/sign-in/visitor.ts'
import { clientId, createTestClient, productionScopes, redirectUri, type TestClient } from './client.ts'

/** A local sign-in for one test. */
export interface TestSignIn extends RunningMicrosoftSignIn {
  /** A client of one authority; `tid` fills `{tenantid}` in the required issuer of its ID tokens. */
  client(tenantPath: string, tid?: string, visitor?: Visitor): Promise<TestClient>
  control(path: string, body: object): Promise<void>
  requests(): Promise<LoggedRequest[]>
}

/** Starts a local sign-in that stops after the test. */
export async function startTestSignIn(options: Partial<SignInOptions> = {}): Promise<TestSignIn> {
  const signIn = await startMicrosoftSignIn({
    port: 0,
    clients: [
      { clientId, clientSecrets: ['secret-1', 'secret-2'], redirectUris: [redirectUri] },
      {
        ...{ clientId: 'caller', objectId: 'caller-object', clientSecrets: ['caller-secret'] },
        ...{ appRoles: ['Tokens.Vend'], audience: 'broker' },
      },
      {
        ...{ clientId: 'old-caller', objectId: 'old-object', clientSecrets: ['caller-secret'] },
        ...{ appRoles: ['Tokens.Vend'], audience: 'broker', accessTokenVersion: 1, isManagedIdentity: true },
      },
    ],
    ...options,
  })
  onTestFinished(() => signIn.stop())
  return {
    ...signIn,
    async client(tenantPath, tid = randomUUID(), visitor) {
      const answer = await fetch(`${signIn.origin}/${tenantPath}/v2.0/.well-known/openid-configuration`)
      const metadata = JSON.parse((await answer.text()).replace('{tenantid}', tid))
      return createTestClient(metadata, productionScopes, visitor)
    },
    async control(path, body) {
      const answer = await fetch(`${signIn.origin}/_control/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (answer.status !== 204) throw new Error(await answer.text())
    },
    requests: async () =>
      (await fetch(`${signIn.origin}/_control/requests`)).json() as Promise<LoggedRequest[]>,
  }
}

/** The error, first code and suberror of a refusal. */
export async function readRefusal(answer: Response) {
  const body = (await answer.json()) as Record<string, string & string[]>
  return { status: answer.status, error: body.error, code: body.error_codes?.[0], suberror: body.suberror }
}
