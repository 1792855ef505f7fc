import type { FaultName } from './faults.ts'
import { parseId } from './json.ts'
import type { Service } from './operation.ts'
import type { TokenExpiry } from './token-expiry.ts'
import type { VerifyToken } from './verifiers.ts'
import { type Directory, type Environment, type Identity, reaches } from './world.ts'

/** Dependencies of checking credentials. */
export interface Credentials {
  readonly developerTokens: Readonly<Record<Environment, readonly string[]>>
  readonly verifyMicrosoftToken: VerifyToken
  readonly verifyGoogleToken: VerifyToken
  readonly expiry: TokenExpiry
}

/** The result of a step: a value, or the fault that ends the call. */
export type Passage<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: FaultName }

/**
 * Checks the credentials that every service requires; the value is the person's object id.
 * Order (an assumption): missing headers 116; developer token, then access token 105; age of the token 109.
 */
export async function authenticate(
  credentials: Credentials,
  environment: Environment,
  headers: Headers,
): Promise<Passage<string>> {
  const token = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]
  const developerToken = headers.get('developertoken')
  if (!token || !developerToken) return stop('requestMissingHeaders')
  if (!credentials.developerTokens[environment].includes(developerToken)) return stop('invalidCredentials')
  const isGoogle = headers.get('identityprovider')?.toLowerCase() === 'google'
  const verify = isGoogle ? credentials.verifyGoogleToken : credentials.verifyMicrosoftToken
  const verdict = await verify(token, environment)
  if (!verdict.ok)
    return stop(verdict.reason === 'expired' ? 'authenticationTokenExpired' : 'invalidCredentials')
  const { objectId, issuedAt } = verdict
  if (credentials.expiry.isExpired(objectId, token, issuedAt)) return stop('authenticationTokenExpired')
  credentials.expiry.note(objectId, token)
  return pass(objectId)
}

/**
 * Finds the person's identity in Microsoft Advertising: 105 for an unknown one, or the refusal of their kind of
 * identity.
 */
export function identify(directory: Directory, objectId: string): Passage<Identity> {
  const identity = directory.identities.get(objectId)
  if (!identity) return stop('invalidCredentials')
  return identity.refusal ? stop(identity.refusal) : pass(identity)
}

/**
 * Checks `CustomerId` and `CustomerAccountId`, which every service except Customer Management requires
 * (each service's includes/request-header-rest); the value is the account, null if none is needed.
 */
export function chooseAccount(
  service: Service,
  directory: Directory,
  identity: Identity,
  headers: Headers,
): Passage<bigint | null> {
  if (service === 'clientcenter') return pass(null)
  const [customer, account] = [headers.get('customerid'), headers.get('customeraccountid')]
  if (!customer || !account) return stop('requestMissingHeaders')
  const [customerId, accountId] = [parseId(customer), parseId(account)]
  const isOpen =
    customerId !== null && accountId !== null && reaches(directory, identity, customerId, accountId)
  return isOpen ? pass(accountId) : stop('userIsNotAuthorized')
}

function pass<T>(value: T): Passage<T> {
  return { ok: true, value }
}

function stop(fault: FaultName): { readonly ok: false; readonly fault: FaultName } {
  return { ok: false, fault }
}
