import { createHash, randomUUID } from 'node:crypto'
import { importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { SignInKeys } from './keys.ts'

/** The Azure CLI's client id, the same in every directory. */
export const azureCliClientId = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

/** The body of `POST /_control/azure-cli-token`. */
export const azureCliTokenSchema = z.strictObject({
  directoryId: z.string(),
  /** The person's object id in the directory. */
  objectId: z.string(),
  username: z.string(),
  /** The API's client id. */
  audience: z.string(),
  /** The app roles that the person has at the API. */
  roles: z.array(z.string()),
})

/** What `az account get-access-token` returns, and for whom. */
export type AzureCliTokenRequest = z.infer<typeof azureCliTokenSchema>

/** Seconds. Entra's are valid for 60 to 90 minutes (configurable-token-lifetimes). */
const lifetimeSeconds = 3600

/**
 * Signs the token that a person gets for an API with the Azure CLI: a version 2 delegated one (access-token-claims-
 * reference). It names the CLI as the app and has `scp`; `sub` is pairwise, and `oid` is the person's.
 * @param issuer of the directory.
 */
export async function signAzureCliToken(
  { signing }: SignInKeys,
  issuer: string,
  { audience, directoryId, objectId, roles, username }: AzureCliTokenRequest,
): Promise<string> {
  const claims = {
    azp: azureCliClientId,
    azpacr: '0',
    idtyp: 'user',
    name: username,
    oid: objectId,
    preferred_username: username,
    roles,
    scp: 'Broker.Use',
    tid: directoryId,
    uti: randomUUID(),
    ver: '2.0',
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: signing.kid ?? '', typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(createHash('sha256').update(`${audience} ${objectId}`).digest('base64url'))
    .setIssuedAt()
    .setNotBefore('0s')
    .setExpirationTime(`${lifetimeSeconds}s`)
    .sign(await importJWK(signing, 'RS256'))
}
