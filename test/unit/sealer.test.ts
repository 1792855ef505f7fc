import { randomBytes } from 'node:crypto'
import { CompactEncrypt, type CompactJWEHeaderParameters, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import type { SealContext } from '../../shared/domain/sealer.ts'
import { tenantKey } from '../../shared/domain/tenantKey.ts'
import type { SecretAge } from '../../shared/domain/vault.ts'
import { Secret } from '../../shared/secret.ts'
import { createSealer } from '../../shared/storage/sealer.ts'

const context: SealContext = {
  workspace: 'w',
  tenant: 't',
  environment: 'production',
  use: 'access_token',
  grantId: 'g',
}
const newKey = (kid: string) => ({ kty: 'oct', kid, k: randomBytes(32).toString('base64url') })
const setOf = (...keys: object[]) => new Secret(JSON.stringify({ keys }))

test('a text is sealed with recent keys only, because older ones are dropped after a rotation', async () => {
  const [older, newer] = [newKey('older'), newKey('newer')]
  const sealer = createSealer(async (age) => (age === 'any' ? setOf(older) : setOf(newer, older)))
  const sealed = await sealer.seal(new Secret('text'), context)
  expect((await createSealer(async () => setOf(newer)).open(sealed, context))?.expose()).toBe('text')
})

test('a text sealed with an unknown key makes the sealer read the keys again, a known one doesn’t', async () => {
  const [older, newer] = [newKey('older'), newKey('newer')]
  const ages: SecretAge[] = []
  const sealer = createSealer(async (age) => {
    ages.push(age)
    return age === 'now' ? setOf(newer, older) : setOf(older)
  })
  const seal = (key: object) => createSealer(async () => setOf(key)).seal(new Secret('text'), context)
  expect((await sealer.open(await seal(older), context))?.expose()).toBe('text')
  expect(ages).toEqual(['any'])
  expect((await sealer.open(await seal(newer), context))?.expose()).toBe('text')
  expect(ages).toEqual(['any', 'any', 'now'])
})

test('a sealed text is encrypted with 256 bits and not compressed, and says which key, tenant, use, and consent', async () => {
  const sealer = createSealer(async () => setOf(newKey('one')))
  const header = decodeProtectedHeader(await sealer.seal(new Secret('text'), context))
  const sub = `${tenantKey(context)}/production/access_token`
  expect(header).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'one', sub, grant: 'g' })
})

test.each<[string, Partial<SealContext>]>([
  ['workspace', { workspace: 'other' }],
  ['tenant', { tenant: 'other' }],
  ['environment', { environment: 'sandbox' }],
  ['use', { use: 'sign_in_name' }],
  ['consent', { grantId: 'other' }],
])('a sealed text is opened only for its own %s', async (_what, change) => {
  const key = newKey('one')
  const sealer = createSealer(async () => setOf(key))
  const sealed = await sealer.seal(new Secret('text'), context)
  expect(await sealer.open(sealed, { ...context, ...change })).toBeUndefined()
})

test('a text that was changed in any part, or sealed in another way with the same key, is not opened', async () => {
  const key = newKey('one')
  const sealer = createSealer(async () => setOf(key))
  const sealed = await sealer.seal(new Secret('text'), context)
  const header = decodeProtectedHeader(sealed)
  const parts = sealed.split('.')
  for (const part of [0, 2, 3, 4]) {
    const bytes = Buffer.from(parts[part] ?? '', 'base64url')
    bytes[bytes.length - 3]! ^= 1
    const changed = parts.with(part, bytes.toString('base64url')).join('.')
    expect(await sealer.open(changed, context), `part ${part}`).toBeUndefined()
  }
  const bytes = Buffer.from(key.k, 'base64url')
  const inAnotherWay = await new CompactEncrypt(new TextEncoder().encode('text'))
    .setProtectedHeader({ ...header, enc: 'A128CBC-HS256' } as CompactJWEHeaderParameters)
    .encrypt(bytes)
  expect(await sealer.open(inAnotherWay, context)).toBeUndefined()
  expect((await sealer.open(sealed, context))?.expose()).toBe('text')
})

test('a key of fewer than 256 bits seals nothing', async () => {
  const short = { ...newKey('short'), k: randomBytes(16).toString('base64url') }
  const sealing = createSealer(async () => setOf(short)).seal(new Secret('text'), context)
  await expect(sealing).rejects.toThrow('isn’t a JWK set')
})
