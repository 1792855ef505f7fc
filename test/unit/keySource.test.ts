import { jwtVerify } from 'jose'
import { describe, expect, test, vi } from 'vitest'
import { createKeySource, KeysUnreachableError } from '../../shared/identity/keySource.ts'
import { createHandClock, createKeyAddress, createSigner, settleBackground } from './signedTokens.ts'

const signer = await createSigner('one')
const next = await createSigner('two')
const faults = ['status', 'text', 'list', 'none', 'cut', 'large'] as const

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

  test.each(faults)('are fetched again at once after up to two incorrect answers: %s', async (fault) => {
    const { address, verify } = open()
    Object.assign(address, { fault, times: 2 })
    await verify()
    expect(address.calls).toBe(3)
  })

  test.each(faults)(
    'count as unavailable, not as the token’s fault, if the address answers incorrectly: %s',
    async (fault) => {
      const { address, clock, verify } = open()
      address.fault = fault
      await expect(verify()).rejects.toMatchObject({ reason: 'keys_unreachable', retryAfterSeconds: 5 })
      expect(address.calls).toBe(3)
      // For two seconds, nobody asks again.
      await expect(verify()).rejects.toBeInstanceOf(KeysUnreachableError)
      expect(address.calls).toBe(3)
      address.fault = undefined
      clock.advance(2)
      await verify()
    },
  )

  test('are not fetched again later than three seconds after the first attempt', async () => {
    const { address, clock, verify } = open()
    address.fault = 'cut'
    clock.sleep = async () => clock.advance(4)
    await expect(verify()).rejects.toBeInstanceOf(KeysUnreachableError)
    expect(address.calls).toBe(1)
  })

  test('are renewed behind the callers, who wait neither for a slow address nor for a failing one', async () => {
    const { address, clock, verify } = open()
    await verify()
    clock.advance(601)
    let answer = () => {}
    address.gate = new Promise((resolve) => {
      answer = resolve
    })
    await Promise.all([verify(), verify(), verify()])
    expect(address.calls).toBe(2)
    address.fault = 'status'
    answer()
    await settleBackground()
    await verify()
    expect(address.calls).toBe(4)
  })

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
    const attempts = async () => {
      for (let token = 0; token < 5; token++) {
        await verify()
        await settleBackground()
      }
      return address.calls
    }
    expect(await attempts()).toBe(4)
    clock.advance(30)
    expect(await attempts()).toBe(7)
  })

  test('that are new are found by the first token signed with one', async () => {
    const { address, verify } = open()
    await verify()
    address.keys.push(next.jwk)
    let answer = () => {}
    address.gate = new Promise((resolve) => {
      answer = resolve
    })
    const both = [verify(next), verify(next)]
    await vi.waitUntil(() => address.calls === 2)
    await settleBackground()
    answer()
    await Promise.all(both)
    expect(address.calls).toBe(2)
  })

  test('that may be new are unavailable, with the time left, until the address is asked again after 30 seconds', async () => {
    const { address, clock, verify } = open()
    await verify()
    await expect(verify(next)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    address.keys.push(next.jwk)
    clock.advance(12)
    await expect(verify(next)).rejects.toMatchObject({ reason: 'key_not_known_yet', retryAfterSeconds: 18 })
    expect(address.calls).toBe(2)
    clock.advance(18)
    await verify(next)
    expect(address.calls).toBe(3)
  })

  test('that were withdrawn are the token’s fault, once the issuer has listed its keys again without them', async () => {
    const { address, clock, verify } = open()
    await verify(next).catch(() => undefined)
    const reasons = new Set<unknown>()
    const useFor = async (seconds: number) => {
      reasons.clear()
      for (let second = 0; second < seconds; second++) {
        clock.advance(1)
        await verify(next).catch(({ code, reason }) => reasons.add(reason ?? code))
      }
      return [...reasons]
    }
    expect(await useFor(30)).toContain('key_not_known_yet')
    expect(await useFor(120)).toEqual(['ERR_JWKS_NO_MATCHING_KEY'])
    address.keys.push(next.jwk)
    clock.advance(30)
    await verify(next)
  })

  test('that are new are looked for again at once after a look that failed', async () => {
    const { address, clock, verify } = open()
    await verify()
    address.keys.push(next.jwk)
    address.fault = 'status'
    await expect(verify(next)).rejects.toMatchObject({ reason: 'keys_unreachable' })
    address.fault = undefined
    clock.advance(2)
    await verify(next)
  })

  test('that may be new are unavailable while the address fails', async () => {
    const { address, verify } = open()
    await verify()
    address.fault = 'status'
    await expect(verify(next)).rejects.toMatchObject({ reason: 'keys_unreachable' })
    await verify()
  })

  test('that were withdrawn verify nothing once the address no longer lists them', async () => {
    const { address, clock, verify } = open()
    await verify()
    address.keys.splice(0, 1, next.jwk)
    clock.advance(601)
    await verify()
    await settleBackground()
    await expect(verify()).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
  })
})
