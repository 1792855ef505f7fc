import { createHash } from 'node:crypto'
import { base64url, CompactEncrypt, compactDecrypt, errors, type JWEHeaderParameters } from 'jose'
import * as z from 'zod'
import type { SealContext, Sealer } from '../domain/sealer.ts'
import { SealingKeysError } from '../domain/sealer.ts'
import { tenantKey } from '../domain/tenantKey.ts'
import type { SecretAge } from '../domain/vault.ts'
import { Secret } from '../secret.ts'

/** The secret `sealing-keys`: a JWK set of 256-bit keys; the first key seals, all keys open. */
export const sealingKeySet = z.object({
  keys: z.array(z.object({ kty: z.literal('oct'), kid: z.string().min(1), k: z.string().min(43) })).min(1),
})

interface SealingKey {
  readonly kid: string
  readonly bytes: Uint8Array
}

/**
 * Seals texts as JWE compact (RFC 7516, `dir` with A256GCM). Tenant, environment, and use are in the protected
 * header, which is authenticated: a text sealed for one can't be opened for another. The consent is there too, in a
 * separate parameter that older versions of the broker ignore. Text that an older version sealed has none. A brief text
 * is a JWE without its header, which is made again from the context when it's opened.
 * @param readKeys returns the JWK set's JSON, which it may cache; called with `now` for a `kid` that isn't in the set.
 *   Sealing takes `recent` keys, because older keys are dropped ten minutes after a new one is added.
 */
export function createSealer(readKeys: (age: SecretAge) => Promise<Secret | undefined>): Sealer {
  let parsed: { json: Secret; keys: SealingKey[] } | undefined
  const keys = async (age: SecretAge): Promise<SealingKey[]> => {
    const json = await readKeys(age)
    if (json === undefined) throw new SealingKeysError('is missing')
    if (!parsed?.json.equals(json)) parsed = { json, keys: parseKeys(json) }
    return parsed.keys
  }
  const keyWhere = async (isIt: (key: SealingKey) => boolean): Promise<SealingKey | undefined> =>
    (await keys('any')).find(isIt) ?? (await keys('now')).find(isIt)
  const spellOut = async (sealed: string, context: SealContext): Promise<string> => {
    const [, mark, iv, tag, ciphertext] = brief.exec(sealed) ?? []
    if (!mark) return sealed
    const key = await keyWhere(({ kid }) => markOf(kid) === mark)
    return key ? `${encodedHeader(key, context)}..${iv}.${ciphertext}.${tag}` : sealed
  }
  return {
    async seal(plaintext, context, form = 'whole') {
      const [key] = await keys('recent')
      if (!key) throw new SealingKeysError('holds no key')
      const sealed = await new CompactEncrypt(new TextEncoder().encode(plaintext.expose()))
        .setProtectedHeader(headerOf(key, context))
        .encrypt(key.bytes)
      if (form === 'whole') return sealed
      const [, , iv, ciphertext, tag] = sealed.split('.')
      return `${markOf(key.kid)}${iv}${tag}${ciphertext}`
    },
    async open(sealed, context) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          await spellOut(sealed, context),
          async ({ kid }) => {
            const key = await keyWhere((each) => each.kid === kid)
            if (!key) throw new errors.JWEDecryptionFailed('unknown kid')
            return key.bytes
          },
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        )
        return isFor(protectedHeader, context) ? new Secret(new TextDecoder().decode(plaintext)) : undefined
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }
}

/** A brief text: which key, initialization vector (96 bits), tag (128 bits), and ciphertext. */
const brief = /^([\w-]{8})([\w-]{16})([\w-]{22})([\w-]+)$/

/** Says which of a few keys it is: 48 bits of SHA-256 over its id, which can have any length. */
function markOf(kid: string): string {
  return createHash('sha256').update(kid).digest('base64url').slice(0, 8)
}

function headerOf({ kid }: SealingKey, context: SealContext) {
  const grant = context.grantId && { grant: context.grantId }
  return { alg: 'dir', enc: 'A256GCM', kid, sub: bindingOf(context), ...grant }
}

/** The header's text is authenticated, so it's made as jose makes it: the parameters as JSON, in their order. */
function encodedHeader(key: SealingKey, context: SealContext): string {
  return base64url.encode(JSON.stringify(headerOf(key, context)))
}

function isFor({ sub, grant }: JWEHeaderParameters, context: SealContext): boolean {
  return sub === bindingOf(context) && (grant === undefined || grant === context.grantId)
}

function bindingOf(context: SealContext): string {
  return `${tenantKey(context)}/${context.environment}/${context.use}`
}

function parseKeys(json: Secret): SealingKey[] {
  const set = sealingKeySet.safeParse(parseJson(json.expose()))
  if (!set.success) throw new SealingKeysError('isn’t a JWK set of symmetric keys')
  return set.data.keys.map(({ kid, k }) => ({ kid, bytes: base64url.decode(k) }))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
