import { jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { createKeySource, KeysUnreachableError } from '../../shared/identity/keySource.ts'
import { createHandClock, createKeyAddress, createSigner } from './signedTokens.ts'

const signer = await createSigner('one')
const next = await createSigner('two')
const faults = ['status', 'text', 'list', 'cut'] as const

function open() {
  const clock = createHandClock()
  const address = createKeyAddress(signer)
  const keys = createKeySource('https://issuer.example/keys', { clock, fetch: address.fetch })
  const verify = async (by = signer) => jwtVerify(await by.sign({ sub: 'x' }), keys)
  return { clock, address, verify }
}

describe('an issuer’s keys', () => {
  test('are fetched once in ten minutes', async () => {
    const { address, clock, verify } = open()
    await verify()
    await verify()
    expect(address.calls).toBe(1)
    clock.advance(601)
    await verify()
    expect(address.calls).toBe(2)
  })

  test.each(faults)(
    'count as unavailable, not as the token’s fault, if the address answers incorrectly: %s',
    async (fault) => {
      const { address, clock, verify } = open()
      address.fault = fault
      await expect(verify()).rejects.toBeInstanceOf(KeysUnreachableError)
      address.fault = undefined
      clock.advance(2)
      await verify()
    },
  )

  test.each(faults)('stay in use for a day while the address fails (%s), and no longer', async (fault) => {
    const { address, clock, verify } = open()
    await verify()
    address.fault = fault
    clock.advance(3600)
    await verify()
    clock.advance(82_000)
    await verify()
    clock.advance(1000)
    await expect(verify()).rejects.toBeInstanceOf(KeysUnreachableError)
  })

  test('are not fetched for every token while the address fails', async () => {
    const { address, clock, verify } = open()
    await verify()
    address.fault = 'cut'
    clock.advance(601)
    for (let token = 0; token < 5; token++) await verify()
    expect(address.calls).toBe(2)
    clock.advance(30)
    await verify()
    expect(address.calls).toBe(3)
  })

  test('that are new are found by the first token signed with one, at most every 30 seconds', async () => {
    const { address, clock, verify } = open()
    await verify()
    await expect(verify(next)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    clock.advance(30)
    address.keys.push(next.jwk)
    await verify(next)
    expect(address.calls).toBe(2)
  })

  test('that may be new are unavailable while the address fails', async () => {
    const { address, clock, verify } = open()
    await verify()
    address.fault = 'status'
    clock.advance(31)
    await expect(verify(next)).rejects.toBeInstanceOf(KeysUnreachableError)
    await verify()
  })

  test('that were withdrawn verify nothing once the address no longer lists them', async () => {
    const { address, clock, verify } = open()
    await verify()
    address.keys.splice(0, 1, next.jwk)
    clock.advance(601)
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })
})
