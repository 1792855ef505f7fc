import { type Person, people } from '../people.ts'
import type { Client, ClientRegistry } from './clients.ts'
import { createClientRegistry } from './clients.ts'
import { createFaultPlan, type FaultPlan } from './faults.ts'
import { loadKeys, type SignInKeys } from './keys.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createStore, type Store } from './store.ts'

/** How a local sign-in is to be started. */
export interface SignInOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number
  readonly clients: readonly Client[]
  /** Who can sign in. Default is everyone of the local world. */
  readonly people?: readonly Person[]
  /** Refresh tokens that were used are dead, and using one again ends its family. Default is false. */
  readonly strict?: boolean
  /** A file from which refresh tokens, consents and keys come back after a restart. Default is memory only. */
  readonly dataFile?: string
  /** Gets one line for each call that ended. Default is nothing. */
  readonly log?: (line: string) => void
}

/** What `POST /_control/settings` changes. */
export interface SignInSettings {
  strict: boolean
  /** How long access tokens live. Default is 3,600 seconds, as at Microsoft. */
  accessTokenSeconds: number
  /** How long each token call takes at least. Default is 0. */
  latencyMilliseconds: number
}

/** Everything that the parts of one sign-in share. */
export interface SignInState {
  readonly store: Store
  readonly clients: ClientRegistry
  readonly people: readonly Person[]
  readonly keys: SignInKeys
  readonly faults: FaultPlan
  readonly requests: RequestLog
  readonly settings: SignInSettings
  findByUsername(username: string): Person | undefined
  /** Finds a person by the account id that the provider library knows, which is the object id. */
  findByAccountId(accountId: string | undefined): Person | undefined
}

/** Creates what the parts of one sign-in share; people that are not of `kinds` are left out. */
export async function createSignInState(
  options: SignInOptions,
  kinds: readonly Person['kind'][],
): Promise<SignInState> {
  const store = createStore(options.dataFile)
  const known = (options.people ?? people).filter(({ kind }) => kinds.includes(kind))
  return {
    store,
    clients: createClientRegistry(options.clients),
    people: known,
    keys: await loadKeys(store),
    faults: createFaultPlan(),
    requests: createRequestLog(options.log),
    settings: { strict: options.strict ?? false, accessTokenSeconds: 3600, latencyMilliseconds: 0 },
    findByUsername: (username) => known.find((person) => person.username === username.trim().toLowerCase()),
    findByAccountId: (accountId) => known.find(({ objectId }) => objectId === accountId),
  }
}
