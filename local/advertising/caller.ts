import { randomUUID } from 'node:crypto'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose'
import { type Person, people } from '../people.ts'
import type { Service } from './operation.ts'
import { audiences, createJwtVerifier, requiredScope, type VerifyToken } from './verifiers.ts'
import type { Environment } from './world.ts'

/** Developer tokens of the local world; the sandbox's is Microsoft's published one (guides/sandbox). */
export const localDeveloperTokens = { production: ['local-developer-token'], sandbox: ['BBD37VB98'] } as const

/** Contents of a signed access token. The defaults are those of a valid production token. */
interface TokenOptions {
  readonly audience?: string
  readonly scope?: string
  /** Default is 3600 seconds; negative for an expired one. */
  readonly expiresInSeconds?: number
}

/** Signs access tokens for local people without a sign-in, and verifies them. */
export interface TokenSigner {
  /** The answer of a `/discovery/v2.0/keys`. */
  readonly keySet: JSONWebKeySet
  readonly verify: VerifyToken
  /** Accepts `google-{nickname}` as a Google access token of that person. */
  readonly verifyGoogle: VerifyToken
  /** Each token has its own `jti`, because tokens from the same second must differ. */
  sign(nickname: string, options?: TokenOptions): Promise<string>
}

/** A call. Default is Ada's, to Customer Management in production. */
interface CallOptions {
  readonly host?: Service
  readonly environment?: Environment
  /** The part of the username before the `@`. */
  readonly person?: string
  /** More headers; an empty text removes one. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** The result of JSON.parse. */
export type Json = ReturnType<typeof JSON.parse>

/** An answer, read completely. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined unless the content type is `application/json`. */
  readonly json: Json
}

/** A search's options besides its predicate. */
interface SearchOptions {
  /** Default is `Equals`. */
  readonly operator?: string
  /** A second predicate, of AccountLifeCycleStatus. */
  readonly status?: string | undefined
  /** Default is the first page of 1000. */
  readonly PageInfo?: object
  readonly Ordering?: readonly object[]
}

/** Calls the stand-in as an app would, and its controls. */
export interface AdvertisingCaller {
  /** POSTs to a full path below the host, for example `/CustomerManagement/v13/User/Query`. */
  call(path: string, body: object | string, options?: CallOptions): Promise<Answer>
  /** POSTs to `/CustomerManagement/v13{path}`. */
  manage(path: string, body: object | string, options?: CallOptions): Promise<Answer>
  /** The body of a Customer Management operation's answer. @throws Error if it isn't 200. */
  query(person: string, path: string, body: object): Promise<Json>
  /** The `Accounts` that SearchAccounts finds by one predicate. @throws Error if the answer isn't 200. */
  search(person: string, field: string, value: string, options?: SearchOptions): Promise<Json[]>
  /** POSTs to `/_control/{path}`. @throws Error with the control's message if it refuses. */
  control(path: string, body: object): Promise<Json>
}

/** Creates a signer with its own RS256 key. */
export async function createTokenSigner(): Promise<TokenSigner> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid: 'local', alg: 'RS256' }] }
  return {
    keySet,
    verify: createJwtVerifier(createLocalJWKSet(keySet)),
    verifyGoogle: async (token) => {
      const person = people.find(({ username }) => token === `google-${username.split('@')[0]}`)
      if (person?.kind !== 'google') return { ok: false, reason: 'invalid' }
      return { ok: true, objectId: person.objectId, issuedAt: null }
    },
    sign: (nickname, options = {}) => {
      const { audience = audiences.production, scope = requiredScope, expiresInSeconds = 3600 } = options
      return new SignJWT({ oid: findPerson(nickname).objectId, scp: scope })
        .setProtectedHeader({ alg: 'RS256', kid: 'local' })
        .setJti(randomUUID())
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(privateKey)
    },
  }
}

/** Creates a caller of the stand-in at `origin`, with tokens from the signer. */
export function createAdvertisingCaller(origin: string, { sign }: TokenSigner): AdvertisingCaller {
  const call: AdvertisingCaller['call'] = async (path, body, options = {}) => {
    const { environment = 'production', host = 'clientcenter', person = 'ada', signal } = options
    const headers = {
      Authorization: `Bearer ${await sign(person, { audience: audiences[environment] })}`,
      DeveloperToken: localDeveloperTokens[environment][0],
      'Content-Type': 'application/json',
      ...options.headers,
    }
    const response = await fetch(`${origin}/${environment}/${host}${path}`, {
      method: 'POST',
      headers: Object.entries(headers).filter(([, value]) => value !== ''),
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal && { signal }),
    })
    return readAnswer(response)
  }
  const manage: AdvertisingCaller['manage'] = (path, body, options) =>
    call(`/CustomerManagement/v13${path}`, body, options)
  const query: AdvertisingCaller['query'] = async (person, path, body) =>
    assertOk(await manage(path, body, { person })).json
  return {
    call,
    manage,
    query,
    search: async (person, field, value, options = {}) =>
      (await query(person, '/Accounts/Search', toSearch(field, value, options))).Accounts,
    control: async (path, body) => {
      const init = { method: 'POST', body: JSON.stringify(body) }
      return assertOk(await readAnswer(await fetch(`${origin}/_control/${path}`, init))).json
    },
  }
}

/** One of the local people, by the part of the username before the `@`. @throws Error for an unknown name. */
export function findPerson(nickname: string): Person {
  const person = people.find(({ username }) => username.startsWith(`${nickname}@`))
  if (!person) throw new Error(`Nobody of the local world is called ${nickname}.`)
  return person
}

function toSearch(field: string, value: string, options: SearchOptions): object {
  const { operator = 'Equals', status, PageInfo = { Index: 0, Size: 1000 }, Ordering } = options
  const byStatus = { Field: 'AccountLifeCycleStatus', Operator: 'Equals', Value: status }
  const Predicates = [{ Field: field, Operator: operator, Value: value }, ...(status ? [byStatus] : [])]
  return { Predicates, PageInfo, Ordering }
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = headers.get('content-type')?.startsWith('application/json')
  return { status, headers, text, json: isJson ? JSON.parse(text) : undefined }
}

function assertOk(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(`Answered ${answer.status}: ${answer.text}`)
  return answer
}
