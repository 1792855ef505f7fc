import { notAuthenticated } from '../access/callerProblems.ts'
import type { Caller, Callers } from '../access/callers.ts'
import type { ClientPair, SecretCallers } from '../access/secretCallers.ts'
import { Problem } from '../problems.ts'
import { Secret } from '../secret.ts'
import { exchangeGrant, type TokenForm } from './tokenForm.ts'

/** Dependencies of finding the caller of a token request. */
export interface CallerChecks {
  readonly callers: Callers
  readonly secretCallers: SecretCallers
}

/** Where a token request has its caller's credential. */
export interface TokenRequest {
  readonly authorization: string | null
  readonly body: TokenForm
}

/** Verifies the caller of a token request. @throws Problem */
export async function findCaller(
  { callers, secretCallers }: CallerChecks,
  request: TokenRequest,
): Promise<Caller> {
  const credential = readCredential(request)
  return typeof credential === 'string'
    ? callers.authenticate(credential)
    : secretCallers.authenticate(credential)
}

/**
 * The caller's credential: `Authorization` as it would be with a bearer token, or a client's ID and secret. In a token
 * exchange, the subject is the caller, and a client that sends it doesn't matter.
 * @throws Problem unless there is exactly one (RFC 6749, section 2.3).
 */
export function readCredential({ authorization, body }: TokenRequest): string | ClientPair {
  if (body.grant_type === exchangeGrant) return `Bearer ${body.subject_token}`
  const { client_assertion: assertion, client_id: clientId, client_secret: clientSecret } = body
  const found = [
    ...(authorization === null ? [] : [readBasic(authorization) ?? authorization]),
    ...(assertion === undefined ? [] : [`Bearer ${assertion}`]),
    ...(clientId && clientSecret ? [{ clientId, clientSecret, isBasic: false }] : []),
  ]
  const [credential, ...more] = found
  if (credential === undefined) throw notAuthenticated('The request has no credential of a caller.')
  if (more.length > 0)
    throw new Problem('invalid_request', { detail: 'The request has more than one credential. Send one.' })
  return credential
}

/** HTTP Basic with a form-encoded ID and secret (RFC 6749, section 2.3.1); undefined if it's another scheme. */
function readBasic(authorization: string): ClientPair | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1]
  if (!encoded) return undefined
  const [, id = '', secret = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  if (id === '' || secret === '') return undefined
  return { clientId: decode(id), clientSecret: new Secret(decode(secret)), isBasic: true }
}

/** Clients that don't encode work too, unless their secret has a `+` or a `%`, which Entra's don't. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
