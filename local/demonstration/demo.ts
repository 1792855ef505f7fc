import type { CallingAppName } from '../callers.ts'
import type { LoggedRequest } from '../sign-in/request-log.ts'
import { toFingerprint } from '../sign-in/request-log.ts'
import { createVisitor } from '../sign-in/visitor.ts'
import type { Stack } from '../stack.ts'

/** The contents of a JSON answer. */
// biome-ignore lint/suspicious/noExplicitAny: the demonstration looks into answers of every shape
export type Json = any

/** An app's call to the broker. */
export interface BrokerCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Default is `demo-app`. */
  readonly app?: CallingAppName
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** The expected status, if the step is about a failure. Default is any success. */
  readonly status?: number | 'any'
}

/** The tools of the steps, and the values that earlier steps leave for later ones. */
export interface Demo {
  readonly stack: Stack
  /** The broker's origin. */
  readonly origin: string
  readonly memory: Map<string, Json>
  /** Calls the broker. @throws Error with the problem's code and detail if the status isn't the expected one. */
  call(path: string, call?: BrokerCall): Promise<Json>
  /** Opens a connect link like a browser, and signs in. @throws Error with the page's text if it ends elsewhere. */
  signIn(connectUrl: string, username: string): Promise<URL>
  /** Calls Microsoft Advertising with a vend's own headers. */
  callAdvertising(vend: Json, url: string, body: object): Promise<Json>
  /** The refreshes that the Microsoft sign-in has answered for a user. */
  refreshes(username: string): Promise<LoggedRequest[]>
}

/** The shared password of all people in the demonstration. */
const password = 'open-sesame'

/** Creates the tools of the steps. */
export function createDemo(stack: Stack, origin: string): Demo {
  return {
    stack,
    origin,
    memory: new Map(),
    async call(path, { method = 'GET', app = 'demo-app', body, headers, status } = {}) {
      const answer = await fetch(`${origin}${path}`, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${await stack.callerToken(app)}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      })
      return readAnswer(`${method} ${path}`, answer, status)
    },
    async signIn(authorizeUrl, username) {
      const options = { authorizeUrl, username, password, stopAt: stack.returnUrl }
      const visit = await createVisitor().signIn(options)
      if (!visit.stopped)
        throw new Error(`The sign-in ended on a page (${visit.status}): ${textOf(visit.body)}`)
      return new URL(visit.url)
    },
    async callAdvertising(vend, url, body) {
      const headers = { ...vend.headers, 'content-type': 'application/json' }
      const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      return readAnswer(`POST ${url}`, answer)
    },
    async refreshes(username) {
      const answer = await fetch(`${stack.parts.signIn.origin}/_control/requests`)
      const requests = (await answer.json()) as LoggedRequest[]
      return requests.filter((one) => one.grantType === 'refresh_token' && one.username === username)
    },
  }
}

/** Checks a condition that a step must prove. @throws Error with `otherwise`. */
export function assert(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise)
}

/** Names a token without showing it: the first eight hexadecimal digits of its SHA-256. */
export function nameOf(token: string): string {
  return `#${toFingerprint(token).slice(0, 8)}`
}

async function readAnswer(what: string, answer: Response, expected?: number | 'any'): Promise<Json> {
  const text = await answer.text()
  const body: Json = text && /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text
  const isExpected = expected === undefined ? answer.ok : expected === 'any' || answer.status === expected
  if (isExpected) return body
  throw new Error(`${what} answered ${answer.status}: ${body.code ?? ''} ${body.detail ?? text}`)
}

function textOf(html: string): string {
  const plain = html.replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, ' ')
  return plain.replace(/\s+/g, ' ').trim().slice(0, 300)
}
