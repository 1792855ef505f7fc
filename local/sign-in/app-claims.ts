import { randomUUID } from 'node:crypto'
import type { CallingApp } from './clients.ts'

/** The issuer of a directory's version 1 tokens, at any authority (access-tokens). */
export const versionOneIssuer = (directoryId: string) => `https://sts.windows.net/${directoryId}/`

/**
 * The claims of an app's own token besides those that every token has (access-token-claims-reference). `oid` and `sub`
 * are the service principal's; only `azp` or `appid` is the client id. `idtyp` is there because the API's registration
 * asks for it (optional-claims-reference).
 */
export function toAppClaims(app: CallingApp, directoryId: string): Readonly<Record<string, unknown>> {
  const { accessTokenVersion = 2, appRoles, clientId, isManagedIdentity, objectId } = app
  // The method of client authentication: a secret, or a certificate, which managed identities have.
  const acr = isManagedIdentity ? '2' : '1'
  const common = {
    idtyp: 'app',
    oid: objectId,
    sub: objectId,
    roles: [...appRoles],
    tid: directoryId,
    uti: randomUUID(),
  }
  if (accessTokenVersion === 2) return { ...common, azp: clientId, azpacr: acr, ver: '2.0' }
  const iss = versionOneIssuer(directoryId)
  return { ...common, appid: clientId, appidacr: acr, idp: iss, iss, ver: '1.0' }
}
