import { createHash } from 'node:crypto'

/** Access tokens that a control has expired early. */
export interface TokenExpiry {
  /** Records that a person's token was used. */
  note(objectId: string, token: string): void
  /** Expires every token of the person that has been issued so far. */
  expire(objectId: string): void
  /** Whether the token has been expired this way; `issuedAt` in seconds since 1970, null if the token has none. */
  isExpired(objectId: string, token: string, issuedAt: number | null): boolean
}

/** The most tokens to remember for a person; the oldest are dropped first. */
const maxTokensPerPerson = 1000

/**
 * Records expired tokens. `iat` counts whole seconds, so for a token issued in the same second as the expiry,
 * earlier use decides; the same applies to tokens without `iat`.
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

/** The first 12 hexadecimal digits of a secret's SHA-256: distinguishes secrets without revealing them. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12)
}
