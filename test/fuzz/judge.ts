import { problems } from '../../shared/problems.ts'
import type { ContractCheck } from '../end-to-end/contractCheck.ts'
import { accessTokenOf, type Ground, type Side } from './ground.ts'
import type { FuzzRequest } from './request.ts'
import type { FilledRequest, FuzzAnswer } from './send.ts'

/** A request as it was generated and as it was sent, and its answer. */
export interface Exchange {
  readonly asked: FuzzRequest
  readonly sent: FilledRequest
  readonly answer: FuzzAnswer
}

/** What is wrong with an answer; empty if nothing is. */
export function faultsOf(exchange: Exchange, ground: Ground, checkContract: ContractCheck): string[] {
  const { answer, asked } = exchange
  if (answer.fault) return [`no answer: ${answer.fault}`]
  return [
    ...(answer.status >= 500 ? ['a 5xx from bad input'] : []),
    ...(isTakenWrongly(exchange) ? [`${asked.caller} is not a caller, and was answered`] : []),
    ...strangersData(exchange, ground).map((mark) => `data of another workspace: ${mark}`),
    ...secretsIn(exchange, ground).map((name) => `in the answer: ${name}`),
    ...documentFaults(exchange),
    ...contractFaults(exchange, checkContract),
  ]
}

const strangers: ReadonlySet<string> = new Set(['none', 'garbage', 'tampered', 'accessToken', 'basic'])

/** Below `/v1` nothing is done for a stranger, except that a tool may bring the app's own credentials in its form. */
function isTakenWrongly({ answer, asked, sent }: Exchange): boolean {
  const bringsItsOwn = /\/oauth\/token/i.test(pathOf(sent)) && sent.body !== undefined
  return strangers.has(asked.caller) && answer.status < 400 && isApi(sent) && !bringsItsOwn
}

/** The path as the host reads it. */
function pathOf({ target }: FilledRequest): string {
  return (
    URL.parse(target.replace(/^\/+/, '/').replaceAll('#', '%23'), 'http://broker.example')?.pathname ?? target
  )
}

const isApi = (sent: FilledRequest) => /^\/v1(?:\/|$)/i.test(pathOf(sent))
const isPage = (sent: FilledRequest) => /^\/oauth(?:\/|$)/i.test(pathOf(sent))

/** A page shows a person what its own one-time token is for. */
function strangersData({ answer, asked, sent }: Exchange, { marks }: Ground): string[] {
  if (isPage(sent)) return []
  const hidden = sidesHiddenFrom(asked.caller).flatMap((side) => marks[side])
  const text = textOf(answer)
  return hidden.filter((mark) => text.includes(mark))
}

function sidesHiddenFrom(caller: FuzzRequest['caller']): Side[] {
  if (caller === 'own') return ['other']
  // With a tool's form the own app's credentials come from anyone.
  return caller === 'other' ? ['own'] : ['other']
}

function textOf({ body, headers }: FuzzAnswer): string {
  return `${JSON.stringify(headers)}\n${body}`
}

/** What a vend is for may be in its answer, and only the caller's own. */
function secretsIn({ answer, asked, sent }: Exchange, { search }: Ground): string[] {
  const isVend = answer.status === 200 && /\/token\/?$/i.test(pathOf(sent))
  if (!isVend) return search.find(textOf(answer))
  const side = asked.caller === 'other' ? 'other' : 'own'
  const token = /"access_?token":"([^"]+)"/i.exec(answer.body)?.[1]
  if (token) search.add(accessTokenOf(side), token)
  return search.find(textOf(answer), new Set([accessTokenOf(side), ...developerTokens]))
}

const developerTokens = ['production-developer-token', 'sandbox-developer-token']

/** The host's own answers to what never reaches the broker: Kestrel's, and the router's. */
const hostStatuses = [400, 404, 405, 411, 414, 417, 431]

function documentFaults({ answer, asked, sent }: Exchange): string[] {
  const { body, headers, status } = answer
  if (status < 400 || asked.method === 'HEAD') return []
  if (body === '' && headers['x-content-type-options'] === undefined && hostStatuses.includes(status)) {
    return isApi(sent) && !isUnroutable(sent) ? ['the host’s answer instead of the broker’s'] : []
  }
  const type = headers['content-type']?.split(';')[0] ?? ''
  if (type === 'application/problem+json') return problemFaults(body, status)
  if (isPage(sent) && type === 'text/html') return []
  if (/\/oauth\/token/i.test(pathOf(sent)) && type === 'application/json' && 'error' in JSON.parse(body))
    return []
  // Microsoft's own answer.
  if (/\/ads\//i.test(pathOf(sent)) && headers.trackingid !== undefined) return []
  return [`no problem document, but ${type || 'nothing'}`]
}

function problemFaults(body: string, status: number): string[] {
  const { code, status: told } = JSON.parse(body) as { code: string; status: number }
  return [
    ...(code in problems ? [] : [`a code that is in no catalog: ${code}`]),
    ...(told === status ? [] : [`a problem of ${told}`]),
  ]
}

/** Kestrel refuses a NUL, and resolves dots; an empty segment matches no route. */
const isUnroutable = ({ target }: FilledRequest) => /%00|\/\/|(?:\/|%2f)(?:\.|%2e)/i.test(target)

function contractFaults({ answer, asked, sent }: Exchange, check: ContractCheck): string[] {
  const isJson = /json/.test(answer.headers['content-type'] ?? '')
  if (answer.body === '' || isUnroutable(sent) || !/^\/[\w./-]+(?:\?|$)/.test(sent.target)) return []
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value))
  try {
    check(asked.method, sent.target, {
      status: answer.status,
      headers,
      body: isJson ? JSON.parse(answer.body) : answer.body,
    })
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}
