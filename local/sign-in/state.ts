import { type Person, people } from '../people.ts'
import type { Client, ClientRegistry } from './clients.ts'
import { createClientRegistry } from './clients.ts'
import { createFaultPlan, type FaultPlan } from './faults.ts'
import { loadKeys, type SignInKeys } from './keys.ts'
import { createRequestLog, type RequestLog } from './request-log.ts'
import { createStore, type Store } from './store.ts'

/** Options of a local sign-in. */
export interface SignInOptions {
  /** TCP port; 0 means any free port. */
  readonly port: number
  readonly clients: readonly Client[]
  /** The people who can sign in. Default is everyone in the local world. */
  readonly people?: readonly Person[]
  /** Whether used refresh tokens are revoked, and using one again revokes its family. Default is false. */
  readonly strict?: boolean
  /** A file that keeps refresh tokens, consents, and keys across restarts. Default is memory only. */
  readonly dataFile?: string
  /** Receives a line for each finished call. Default is to ignore it. */
  readonly log?: (line: string) => void
}

/** The settings that `POST /_control/settings` changes. */
export interface SignInSettings {
  strict: boolean
  /** Lifetime of access tokens. Default is 3,600 seconds, as at Microsoft. */
  accessTokenSeconds: number
  /** The least duration of each token call. Default is 0. */
  latencyMilliseconds: number
  /**
   * Whether a personal account's refresh token works only at the authority that issued it. Microsoft's did in 2026
   * (Softeria/ms-365-mcp-server#528). Default is false.
   */
  authorityOfIssue: boolean
}

/** The shared state of a sign-in's parts. */
export interface SignInState {
  readonly store: Store
  readonly clients: ClientRegistry
  readonly people: readonly Person[]
  readonly keys: SignInKeys
  readonly faults: FaultPlan
  readonly requests: RequestLog
  readonly settings: SignInSettings
  findByUsername(username: string): Person | undefined
  /** Finds a person by the account id in the provider library, which is the object id. */
  findByAccountId(accountId: string | undefined): Person | undefined
}

/** Creates the shared state of a sign-in's parts; people who aren't of `kinds` are left out. */
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
    settings: {
      strict: options.strict ?? false,
      accessTokenSeconds: 3600,
      latencyMilliseconds: 0,
      authorityOfIssue: false,
    },
    findByUsername: (username) => known.find((person) => person.username === username.trim().toLowerCase()),
    findByAccountId: (accountId) => known.find(({ objectId }) => objectId === accountId),
  }
}
