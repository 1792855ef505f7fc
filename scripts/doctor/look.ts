import type { Diagnosed } from './finding.ts'

/** The result of a GET or POST; status 0 without a body if there was no answer. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The middle between sending and receiving, for comparing clocks. */
  readonly at: Date
}

/** The longest wait for an answer. */
const usualSeconds = 20

/**
 * The longest wait for `/ready`, which itself waits for other services: with tables that hang, a process that has just
 * started took 18 s on the local stack.
 */
export const readySeconds = 40

/**
 * Sends a request once; redirects are reported, not followed, and a missing answer is a result.
 * @param patienceSeconds default is 20.
 */
export async function look(
  url: string,
  init: RequestInit = {},
  patienceSeconds = usualSeconds,
): Promise<Seen> {
  const sentAt = Date.now()
  try {
    const signal = AbortSignal.timeout(patienceSeconds * 1000)
    const response = await fetch(url, { redirect: 'manual', signal, ...init })
    const text = await response.text()
    const at = new Date((sentAt + Date.now()) / 2)
    return { status: response.status, headers: response.headers, text, at }
  } catch {
    return { status: 0, headers: new Headers(), text: '', at: new Date() }
  }
}

/** A body as an object; empty if it isn't one. */
export function toObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** A short description of an unwanted answer: its status, and the problem's code, if any. */
export function told({ status, text }: Seen): string {
  const { code } = toObject(text)
  return `status ${status || 'none'}${typeof code === 'string' ? ` ${code}` : ''}`
}

/**
 * Tokens are refused if clocks differ by five minutes (Entra's and our own tolerance is less); one minute is a warning.
 */
const maxSkewSeconds = 60

/** Compares this machine's clock with a `Date` header. */
export function checkClock(name: string, { at, headers, status }: Seen): Diagnosed {
  const date = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(date)) return { name, ok: null, detail: status === 0 ? 'no answer' : 'no Date header' }
  // The header counts whole seconds, cut off.
  const skewSeconds = Math.round((at.getTime() - date) / 1000 - 0.5)
  const detail = `${Math.abs(skewSeconds)} s apart`
  if (Math.abs(skewSeconds) <= maxSkewSeconds) return { name, ok: true, detail }
  return { name, ok: false, detail, resolution: 'timedatectl set-ntp true' }
}
