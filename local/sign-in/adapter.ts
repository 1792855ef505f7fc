import type { Adapter, AdapterFactory } from 'oidc-provider'
import type { ClientRegistry } from './clients.ts'
import type { Store, StoredRecord } from './store.ts'

/** Options of a provider's adapter. */
export interface AdapterOptions {
  readonly store: Store
  readonly clients: ClientRegistry
  /** Whether a used refresh token is revoked. */
  readonly isStrict: () => boolean
  /** Additional members for each authorization code. */
  readonly annotateCode: () => Partial<StoredRecord>
}

/**
 * Creates the provider library's view of the store. Several providers, one per directory, share one store.
 * Unless strict, using a refresh token and revoking its family have no effect: Microsoft does not revoke
 * old refresh tokens (identity-platform/refresh-tokens).
 */
export function createAdapterFactory(options: AdapterOptions): AdapterFactory {
  return (model) => createAdapter(model, options)
}

function createAdapter(model: string, { store, clients, isStrict, annotateCode }: AdapterOptions): Adapter {
  const isLasting = () => model === 'RefreshToken' && !isStrict()
  const find = (id: string) => (model === 'Client' ? clients.toMetadata(id) : copyOf(store.get(model, id)))
  return {
    async upsert(id, payload) {
      const record = payload as StoredRecord
      store.put(model, id, model === 'AuthorizationCode' ? { ...record, ...annotateCode() } : { ...record })
      if (model === 'Session' && payload.uid) store.put('SessionByUid', payload.uid, { id })
    },
    find: async (id) => find(id),
    async findByUid(uid) {
      const { id } = store.get('SessionByUid', uid) ?? {}
      return typeof id === 'string' ? find(id) : undefined
    },
    findByUserCode: async () => undefined,
    async consume(id) {
      const record = store.get(model, id)
      if (record && !isLasting()) store.put(model, id, { ...record, consumed: epochSeconds() })
    },
    destroy: async (id) => store.delete(model, id),
    async revokeByGrantId(grantId) {
      if (isLasting()) return
      for (const [id, record] of store.entries(model)) if (record.grantId === grantId) store.delete(model, id)
    },
  }
}

const copyOf = (record: StoredRecord | undefined) => record && { ...record }

const epochSeconds = () => Math.floor(Date.now() / 1000)
