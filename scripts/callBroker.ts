import { isLoopbackUrl } from '../shared/settings/urls.ts'
import { UsageError } from './commandLine.ts'
import { readAuthority } from './login/authority.ts'
import { findLogin, type Login } from './login/findLogin.ts'
import { addressOptions } from './options.ts'
import { parseAddress } from './parseAddress.ts'

/** The broker's answer. */
export interface BrokerAnswer {
  readonly status: number
  /** The parsed body; undefined if it isn't JSON. */
  readonly body: unknown
  readonly retryAfterSeconds?: number
}

/** A request to the broker. */
export interface BrokerRequest {
  readonly method: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as is, as JSON of the caller. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends a request to a path of the broker. @throws UsageError if it can't be reached, or there is no login. */
export type SendToBroker = (path: string, request: BrokerRequest) => Promise<Response>

/** Posts JSON to a path of the broker. @throws UsageError if the broker can't be reached or there is no token. */
export type CallBroker = (path: string, body: unknown) => Promise<BrokerAnswer>

/** The address of `func start` and the local stack. */
const usualUrl = 'http://127.0.0.1:7071'

/** A token is used until this long before its end. */
const spareMilliseconds = 60_000

/** Nothing answered. This may be temporary. */
export class BrokerUnreachableError extends UsageError {}

/** Where the broker is, and whose token to use. */
export interface CallOptions {
  readonly url?: string | undefined
  readonly 'token-file'?: string | undefined
}

/**
 * The broker's address: `--url`, otherwise `BROKER_URL`, otherwise this machine's. @throws UsageError if it isn't an
 * address.
 */
export function brokerUrlOf(options: CallOptions): string {
  if (options.url !== undefined) return options.url
  const { BROKER_URL } = process.env
  return BROKER_URL === undefined ? usualUrl : parseAddress('BROKER_URL', BROKER_URL, addressOptions.url!)
}

/**
 * Creates the sender: to {@link brokerUrlOf}, with the login that is there ({@link findLogin}). A given token is read for
 * every call, so a long run can get a new one; a token that the command got itself is used until it ends.
 */
export function createBrokerSender(options: CallOptions): SendToBroker {
  const url = brokerUrlOf(options)
  const login = keepLogin(options, url)
  return async (path, { body, headers = {}, method, text }) => {
    const content = text ?? (body === undefined ? undefined : JSON.stringify(body))
    const all = {
      authorization: `Bearer ${(await login()).token}`,
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    }
    const init = {
      method,
      headers: all,
      redirect: 'manual',
      ...(content !== undefined && { body: content }),
    } as const
    return fetch(new URL(path, url), init).catch(() => {
      throw new BrokerUnreachableError(`Can’t reach the broker at ${url}.`)
    })
  }
}

/** Creates the caller of {@link createBrokerSender} for commands that only post JSON. */
export function createCallBroker(options: CallOptions): CallBroker {
  const send = createBrokerSender(options)
  return async (path, body) => toAnswer(await send(path, { method: 'POST', body }))
}

function keepLogin(options: CallOptions, url: string): () => Promise<Login> {
  let kept: Login | undefined
  const authority = () => {
    if (new URL(url).protocol !== 'https:' && !isLoopbackUrl(url))
      throw new UsageError(`${url} has no TLS, so a login isn’t sent there. Use its https: address.`)
    return readAuthority(url, process.env.AZURE_TENANT_ID)
  }
  return async () => {
    if (kept?.expiresAt && kept.expiresAt.getTime() - Date.now() > spareMilliseconds) return kept
    kept = await findLogin({ tokenFile: options['token-file'], environment: process.env, authority })
    return kept
  }
}

/** Reads an answer whole. */
export async function toAnswer(response: Response): Promise<BrokerAnswer> {
  const text = await response.text()
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    status: response.status,
    body: parse(text),
    ...(Number.isFinite(wait) && { retryAfterSeconds: wait }),
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The part of a problem document that commands show. */
export interface ShownProblem {
  readonly code: string
  readonly detail: string
  readonly reason: string
  readonly actor: string
}

/** Reads a failed answer; one without a problem document is shown by its status. */
export function problemOf({ status, body }: BrokerAnswer): ShownProblem {
  const members = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : '')
  return {
    code: text('code') || `http_${status}`,
    detail:
      text('detail') || text('title') || 'The answer isn’t a problem document. Is this the broker’s URL?',
    reason: text('reason'),
    actor: text('actor'),
  }
}
