import { randomBytes, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Store } from './store.ts'

/** The keys of one sign-in: they're in its store, so signed values stay valid after a restart. */
export interface SignInKeys {
  /** The RS256 key that signs ID and access tokens, private. */
  readonly signing: JWK
  /** The same key without its private part, for the keys endpoint. */
  readonly published: JWK
  /** The key that signs the provider's cookies. */
  readonly cookie: string
}

/** Reads the keys from the store, or creates them. */
export async function loadKeys(store: Store): Promise<SignInKeys> {
  const kept = store.get('Keys', 'current') as unknown as Omit<SignInKeys, 'published'> | undefined
  const { signing, cookie } = kept ?? (await createKeys())
  if (!kept) store.put('Keys', 'current', { signing, cookie })
  const { kty, n, e, kid, use, alg } = signing
  return { signing, cookie, published: { kty, n, e, kid, use, alg } as JWK }
}

async function createKeys() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const signing: JWK = { ...(await exportJWK(privateKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' }
  return { signing, cookie: randomBytes(32).toString('base64url') }
}
