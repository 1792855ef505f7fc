import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SealContext } from '../../shared/domain/sealer.ts'
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
