import { hash } from 'node:crypto'
import { getHeapStatistics } from 'node:v8'
import { LRUCache } from 'lru-cache'
import type { Tenant, TenantName } from '../domain/tenant.ts'
import { Secret } from '../secret.ts'
import type { UsableToken } from './usableToken.ts'

/** A token as it was read. */
export interface RememberedToken {
  readonly value: UsableToken
  /** When reading its row began, because a later disconnect must be seen in time; milliseconds since the epoch. */
  readonly readAt: number
}

/** The tokens that this process has opened, with what vends need of their rows. The row overrules: see `opened`. */
export interface TokenMemory {
  recall(name: TenantName): RememberedToken | undefined
  /** Like `recall`, but it doesn't count as a use. */
  peek(name: TenantName): RememberedToken | undefined
  remember(name: TenantName, token: RememberedToken): void
  forget(name: TenantName): void
  /**
   * The text that a tenant's row holds sealed now, if it was opened before: reading a row again costs no decryption.
   * @param seal the {@link sealOfToken} of the row as it is now. A change of token, consent, or environment is another one.
   */
  opened(name: TenantName, seal: string): Secret | undefined
  /** About how many bytes of the heap it takes. */
  bytes(): number
}

/**
 * A quarter of the heap that Node.js allows itself, which follows from the instance's memory: about half of it, so some
 * 260 MB where the instance has 2,048. A heap that is full ends the process.
 */
const shareOfHeap = 4

/** Creates an empty memory. @param mostBytes beyond that, the least recently used tokens are dropped. Default is a quarter of the heap's limit. */
export function createTokenMemory(
  mostBytes = Math.floor(getHeapStatistics().heap_size_limit / shareOfHeap),
): TokenMemory {
  const tokens = new LRUCache<string, RememberedToken>({
    maxSize: mostBytes,
    sizeCalculation: (remembered, key) => listBytes + bytesOf(key) + bytesOf(remembered),
  })
  return {
    recall: (name) => tokens.get(keyOf(name)),
    peek: (name) => tokens.peek(keyOf(name)),
    remember: (name, token) => void tokens.set(keyOf(name), token),
    forget: (name) => void tokens.delete(keyOf(name)),
    opened(name, seal) {
      const known = tokens.peek(keyOf(name))?.value
      return known?.seal === seal ? known.accessToken : undefined
    },
    bytes: () => tokens.calculatedSize,
  }
}

/**
 * Identifies a row's sealed access token and what it is bound to, in 43 characters: another text, consent, or environment
 * has another one. Undefined without a token.
 */
export function sealOfToken({ accessToken, environment, grant }: Tenant): string | undefined {
  return accessToken && hash('sha256', `${environment} ${grant?.id ?? ''} ${accessToken.sealed}`, 'base64url')
}

/** Tenant ids contain no slash, so no two names have the same key. */
export function keyOf({ workspace, tenant }: TenantName): string {
  return `${workspace}/${tenant}`
}

/** An entry's share of the list and of the map that finds it. */
const listBytes = 160
/** A Date holds its time and the parts of it that it has shown. */
const dateBytes = 112
/** The header of a text, an object, or a list. */
const headerBytes = 24

/**
 * The bytes of the heap that a value takes, rather too many than too few: a text may take two for each character, and
 * texts that rows share are counted in each. `test/unit/token-memory.test.ts` compares it with the heap.
 */
function bytesOf(value: unknown): number {
  if (typeof value === 'string') return headerBytes + 2 * value.length
  if (value instanceof Secret) return 2 * headerBytes + value.length
  if (value instanceof Date) return dateBytes
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce<number>((sum, part) => sum + 16 + bytesOf(part), headerBytes)
}
