import type { Provider } from 'oidc-provider'
import { toResource } from './scopes.ts'
import type { Store } from './store.ts'

/** The person and the application of a consent. */
export interface ConsentKey {
  readonly accountId: string
  readonly clientId: string
}

/** Adds scopes to a person's consent for an application; kept until the store is cleared. */
export function rememberConsent(store: Store, key: ConsentKey, scopes: readonly string[]): void {
  store.put('Consent', toId(key), { scopes: [...new Set([...consentedScopes(store, key), ...scopes])] })
}

/** A person's consent for an application: OpenID Connect and resource scopes. */
export function consentedScopes(store: Store, key: ConsentKey): readonly string[] {
  return (store.get('Consent', toId(key))?.scopes as string[] | undefined) ?? []
}

/** The directory and the application of an administrator's consent. */
export interface DirectoryConsentKey {
  readonly directoryId: string
  readonly clientId: string
}

/** Adds scopes to an administrator's consent, which counts for everyone in the directory. */
export function rememberDirectoryConsent(
  store: Store,
  key: DirectoryConsentKey,
  scopes: readonly string[],
): void {
  const all = [...new Set([...directoryScopes(store, key), ...scopes])]
  store.put('DirectoryConsent', toDirectoryKey(key), { scopes: all })
}

/** The scopes that a directory's administrator has consented to for an application. */
function directoryScopes(store: Store, key: DirectoryConsentKey): readonly string[] {
  return (store.get('DirectoryConsent', toDirectoryKey(key))?.scopes as string[] | undefined) ?? []
}

/** Whether a directory's administrator has approved all of these scopes for an application. */
export function isApproved(store: Store, key: DirectoryConsentKey, scopes: readonly string[]): boolean {
  const approved = directoryScopes(store, key)
  return scopes.every((scope) => approved.includes(scope))
}

/**
 * Creates a sign-in's grant from the consent of the person and, if there is one, of their directory.
 * Each sign-in has its own, so strict mode ends only one family of refresh tokens.
 * @returns the grant's id, or `undefined` without consent.
 */
export async function createGrant(
  provider: Provider,
  store: Store,
  key: ConsentKey,
  directoryId = '',
): Promise<string | undefined> {
  const { clientId } = key
  const scopes = [...consentedScopes(store, key), ...directoryScopes(store, { directoryId, clientId })]
  if (scopes.length === 0) return undefined
  const grant = new provider.Grant(key)
  for (const scope of scopes) {
    if (scope.includes('/')) grant.addResourceScope(toResource(scope), scope)
    else grant.addOIDCScope(scope)
  }
  return grant.save()
}

const toId = ({ accountId, clientId }: ConsentKey) => `${accountId} ${clientId}`

const toDirectoryKey = ({ directoryId, clientId }: DirectoryConsentKey) => `${directoryId} ${clientId}`
