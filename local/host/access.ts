import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Access keys of the host. */
export interface HostKeys {
  /** Opens everything, also functions of level `admin`. */
  readonly master?: string
  /** Open functions of level `function`. */
  readonly functions?: readonly string[]
}

/** Who may call a function, as its `authLevel` says. */
export type AuthLevel = 'anonymous' | 'function' | 'admin'

/**
 * Whether a request may call a function of that level: its key comes in `x-functions-key` or in `?code=`.
 * Where there is no key, none fits.
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
