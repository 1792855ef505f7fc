import { createHash } from 'node:crypto'

/** Access tokens that a control declared expired before their time. */
export interface TokenExpiry {
  /** Remembers that a person's token was shown. */
  note(objectId: string, token: string): void
  /** Expires every token of the person that was issued until now. */
  expire(objectId: string): void
  /** Whether the token is one of those; `issuedAt` in seconds since 1970, null if the token does not say. */
  isExpired(objectId: string, token: string, issuedAt: number | null): boolean
}

/** How many tokens of one person are remembered; the oldest are forgotten first. */
const maxTokensPerPerson = 1000

/**
 * Keeps what was expired. `iat` counts whole seconds, so a token issued in the very second of the expiry is
 * told apart by whether it had been shown before; so are tokens without `iat`.
 */
export function createTokenExpiry(now: () => Date = () => new Date()): TokenExpiry {
  const shown = new Map<string, Set<string>>()
  const expired = new Map<string, { before: number; tokens: ReadonlySet<string> }>()
  return {
    note: (objectId, token) => {
      const tokens = shown.get(objectId) ?? new Set()
      shown.set(objectId, tokens.add(fingerprint(token)))
      if (tokens.size > maxTokensPerPerson) tokens.delete(tokens.values().next().value!)
    },
    expire: (objectId) => {
      const before = Math.floor(now().getTime() / 1000)
      expired.set(objectId, { before, tokens: new Set(shown.get(objectId)) })
    },
    isExpired: (objectId, token, issuedAt) => {
      const verdict = expired.get(objectId)
      if (!verdict) return false
      return (issuedAt !== null && issuedAt < verdict.before) || verdict.tokens.has(fingerprint(token))
    },
  }
}

/** The first 12 hexadecimal digits of a secret's SHA-256: tells secrets apart and gives none away. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12)
}
