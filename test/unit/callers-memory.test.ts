import { expect, test } from 'vitest'
import { createCallers } from '../../shared/access/callers.ts'
import { createHandClock, createKeyAddress, createSigner } from './signedTokens.ts'

const signer = await createSigner('one')
const issuer = 'https://issuer.example/v2.0'

/** Callers with a manual clock, and a token with a lifetime in seconds. */
async function remembering(lifetimeSeconds: number) {
  const clock = createHandClock()
  const now = Math.floor(clock.now().getTime() / 1000)
  const trusted = {
    issuer,
    jwksUrl: `${issuer}/keys`,
    audiences: ['api://broker'],
    algorithms: ['RS256' as const],
  }
  const { fetch } = createKeyAddress(signer)
  const callers = createCallers({ callerIssuers: [trusted], workspaces: [] }, { clock, fetch })
  const claims = { iss: issuer, aud: 'api://broker', azp: 'the-app', exp: now + lifetimeSeconds }
  const header = `Bearer ${await signer.sign(claims)}`
  let last = await callers.authenticate(header)
  /** A remembered caller is the same object. */
  const isRemembered = async () => {
    const before = last
    last = await callers.authenticate(header)
    return last === before
  }
  return { clock, isRemembered, callers, header }
}

test('a verified token is forgotten when it expires', async () => {
  const { callers, clock, header, isRemembered } = await remembering(100)
  clock.advance(99)
  expect(await isRemembered()).toBe(true)
  clock.advance(1)
  expect(await isRemembered()).toBe(false)
  // Clocks may differ by half a minute; after that, the token is refused.
  expect(await isRemembered()).toBe(false)
  clock.advance(30)
  await expect(callers.authenticate(header)).rejects.toMatchObject({ code: 'caller_not_authenticated' })
})

test('a verified token with a longer lifetime is checked again after five minutes', async () => {
  const { clock, isRemembered } = await remembering(3600)
  clock.advance(299)
  expect(await isRemembered()).toBe(true)
  clock.advance(1)
  expect(await isRemembered()).toBe(false)
  expect(await isRemembered()).toBe(true)
})
