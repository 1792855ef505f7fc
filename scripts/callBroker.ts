import { readFile } from 'node:fs/promises'
import { UsageError } from './commandLine.ts'

/** The broker's answer. */
export interface BrokerAnswer {
  readonly status: number
  /** The parsed body; undefined if it isn't JSON. */
  readonly body: unknown
  readonly retryAfterSeconds?: number
}

/** Posts JSON to a path of the broker. @throws UsageError if the broker can't be reached or there is no token. */
export type CallBroker = (path: string, body: unknown) => Promise<BrokerAnswer>

/** The address of `func start` and the local stack. */
const usualUrl = 'http://127.0.0.1:7071'

/** Nothing answered. This may be temporary. */
export class BrokerUnreachableError extends UsageError {}

/**
 * The broker's address: `--url`, otherwise `BROKER_URL`, otherwise this machine's. @throws UsageError if it isn't an
 * address.
 */
export function brokerUrlOf(options: { readonly url?: string | undefined }): string {
  const url = options.url ?? process.env.BROKER_URL ?? usualUrl
  if (!URL.canParse(url)) throw new UsageError(`${url} isn’t a valid URL.`)
  return url
}

/**
 * Creates the caller: at `--url`, otherwise `BROKER_URL`, otherwise this machine's; with the bearer token in
 * `--token-file`, otherwise `BROKER_TOKEN`. The file is read for every call, so a long run can get a new token.
 */
export function createCallBroker(options: {
  readonly url?: string | undefined
  readonly 'token-file'?: string | undefined
}): CallBroker {
  const url = brokerUrlOf(options)
  return async (path, body) => {
    const headers = {
      authorization: `Bearer ${await readToken(options['token-file'])}`,
      'content-type': 'application/json',
    }
    const init = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'manual' } as const
    const response = await fetch(new URL(path, url), init).catch(() => {
      throw new BrokerUnreachableError(`Can’t reach the broker at ${url}.`)
    })
    return toAnswer(response)
  }
}

async function readToken(file: string | undefined): Promise<string> {
  const token = file === undefined ? process.env.BROKER_TOKEN : await readFile(file, 'utf8').catch(() => '')
  if (token?.trim()) return token.trim()
  throw new UsageError('Put a bearer token for the broker into BROKER_TOKEN, or name a file: --token-file.')
}

async function toAnswer(response: Response): Promise<BrokerAnswer> {
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
    detail: text('detail') || 'The answer isn’t a problem document. Is this the broker’s URL?',
    reason: text('reason'),
    actor: text('actor'),
  }
}
