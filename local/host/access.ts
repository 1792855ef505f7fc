import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Access keys of the host. */
export interface HostKeys {
  /** Gives access to everything, including functions of level `admin`. */
  readonly master?: string
  /** Give access to functions of level `function`. */
  readonly functions?: readonly string[]
}

/** The permitted callers of a function, from its `authLevel`. */
export type AuthLevel = 'anonymous' | 'function' | 'admin'

/**
 * Whether a request may call a function of this level: its key is in `x-functions-key` or in `?code=`.
 * If no key is configured, none matches.
 */
export function isAllowed(request: IncomingMessage, level: AuthLevel, keys: HostKeys): boolean {
  if (level === 'anonymous') return true
  const given = keyOf(request)
  if (given === undefined) return false
  const open = level === 'function' ? [...(keys.functions ?? []), keys.master] : [keys.master]
  return open.some((key) => key !== undefined && isSame(key, given))
}

function keyOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-functions-key']
  if (typeof header === 'string') return header
  const query = request.url?.split('?')[1]
  return query ? (new URLSearchParams(query).get('code') ?? undefined) : undefined
}

const digest = (text: string) => createHash('sha256').update(text).digest()
const isSame = (a: string, b: string) => timingSafeEqual(digest(a), digest(b))
