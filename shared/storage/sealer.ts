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
 * separate parameter that older versions of the broker ignore. Text that an older version sealed has none.
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
  const keyNamed = async (kid: unknown): Promise<SealingKey | undefined> =>
    (await keys('any')).find((key) => key.kid === kid) ?? (await keys('now')).find((key) => key.kid === kid)
  return {
    async seal(plaintext, context) {
      const [key] = await keys('recent')
      if (!key) throw new SealingKeysError('holds no key')
      return new CompactEncrypt(new TextEncoder().encode(plaintext.expose()))
        .setProtectedHeader({
          alg: 'dir',
          enc: 'A256GCM',
          kid: key.kid,
          sub: bindingOf(context),
          ...(context.grantId && { grant: context.grantId }),
        })
        .encrypt(key.bytes)
    },
    async open(sealed, context) {
      try {
        const { plaintext, protectedHeader } = await compactDecrypt(
          sealed,
          async ({ kid }) => {
            const key = await keyNamed(kid)
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
