import { describe, expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { type Claims, createHandClock, createKeyAddress, createSigner } from './signedTokens.ts'

const signer = await createSigner('one')
const issuer = 'https://issuer.example/v2.0'
const started = new Date('2026-11-29T12:00:00Z')
const startedAt = started.getTime() / 1000

/** Callers whose tokens may be that old, and the header of a token that was issued when the clock started. */
async function withMaxAge(callerTokenMaxAgeSeconds: number, change: Claims = {}) {
  const clock = createHandClock(started)
  const trusted = {
    issuer,
    jwksUrl: `${issuer}/keys`,
    audiences: ['api://broker'],
    algorithms: ['RS256' as const],
  }
  const compared: number[] = []
  const compareClocks = async () => void compared.push(1)
  const config = { callerIssuers: [trusted], workspaces: [], callerTokenMaxAgeSeconds }
  const callers = createCallers(config, { clock, compareClocks, fetch: createKeyAddress(signer).fetch })
  const claims = { iss: issuer, aud: 'api://broker', azp: 'the-app', iat: startedAt, exp: startedAt + 86_400 }
  const header = `Bearer ${await signer.sign({ ...claims, ...change })}`
  const call = () => callers.authenticate(header)
  return { clock, call, compared }
}

describe('with a longest age of callers’ tokens', () => {
  test('a token works until then, and half a minute longer, and is then refused in words of its own', async () => {
    const { clock, call, compared } = await withMaxAge(3600)
    clock.advance(3629)
    expect(await call()).toMatchObject({ app: 'the-app' })
    clock.advance(2)
    const refusal = await call().catch((error) => error)
    expect(refusal).toMatchObject({ code: 'caller_not_authenticated' })
    expect(refusal.message).toMatch(/too old: it was issued at 2026-11-29T12:00:00.000Z .*3600 seconds/)
    expect(refusal.message).toMatch(/CALLER_TOKEN_MAX_AGE_SECONDS.*managed identity/)
    expect(compared).toEqual([1])
  })

  test('a remembered token is not remembered for longer', async () => {
    const { clock, call } = await withMaxAge(300)
    await call()
    clock.advance(331)
    await expect(call()).rejects.toMatchObject({ code: 'caller_not_authenticated' })
    const other = await withMaxAge(3600)
    other.clock.advance(3500)
    const remembered = await other.call()
    other.clock.advance(99)
    expect(await other.call()).toBe(remembered)
    other.clock.advance(32)
    await expect(other.call()).rejects.toMatchObject({ code: 'caller_not_authenticated' })
  })

  test.each([
    ['that does not say when it was issued', undefined, 0],
    ['that was issued in the future, also by storage’s clock,', startedAt + 600, 1],
  ])('a token %s is refused', async (_title, iat, comparisons) => {
    const { call, compared } = await withMaxAge(3600, { iat })
    await expect(call()).rejects.toMatchObject({ code: 'caller_not_authenticated' })
    expect(compared).toHaveLength(comparisons)
  })
})

test('without a longest age, a token works until it expires', async () => {
  const { clock, call } = await withMaxAge(0)
  clock.advance(86_399)
  expect(await call()).toMatchObject({ app: 'the-app' })
})
