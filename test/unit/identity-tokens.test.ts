import { setImmediate as rest } from 'node:timers/promises'
import type { AccessToken } from '@azure/identity'
import { describe, expect, test } from 'vitest'
import { type IdentityFault, IdentityUnavailableError } from '../../shared/domain/identityUnavailable.ts'
import { createIdentityTokens } from '../../shared/storage/identityTokens.ts'
import { createVirtualClock } from './virtualClock.ts'

const scope = 'https://vault.azure.net/.default'
const lifetimeSeconds = 86_400

/** A failure of the SDK's managed identity. */
const failure = (cause: object) => Object.assign(new Error('its text'), { cause })
const [serverError, unknownIdentity] = [failure({ status: 500 }), failure({ status: 400 })]

type Answer = Error | null | { readonly afterSeconds: number; readonly isSilentOnRenewal?: true }

/** Tokens from an endpoint that gives these answers in order, and then tokens at once. */
function openTokens(...answers: Answer[]) {
  const clock = createVirtualClock()
  const faults: (IdentityFault & { readonly failures: number })[] = []
  const asked: unknown[] = []
  const token = (isSilentOnRenewal = false): AccessToken => {
    const [issued, lifetime] = [clock.now().getTime(), lifetimeSeconds * 1000]
    const given = { token: `token ${asked.length}`, expiresOnTimestamp: issued + lifetime }
    return isSilentOnRenewal ? given : { ...given, refreshAfterTimestamp: issued + lifetime / 2 }
  }
  const credential = {
    async getToken(...request: unknown[]) {
      const answer = answers[asked.length]
      asked.push(request)
      if (answer instanceof Error) throw answer
      if (answer === null) return null
      if (answer) await clock.sleep(answer.afterSeconds * 1000)
      return token(answer?.isSilentOnRenewal)
    },
  }
  const judge = (fault: IdentityFault, failures: number) => {
    faults.push({ ...fault, failures })
    return new IdentityUnavailableError(fault, 'nobody')
  }
  const tokens = createIdentityTokens(credential, clock, judge)
  const get = async (of = scope) => (await tokens.getToken(of))?.token
  return { clock, faults, asked, tokens, get }
}

describe('a request for a token', () => {
  test('is shared by all callers of its scope', async () => {
    const { asked, clock, get } = openTokens({ afterSeconds: 6 }, { afterSeconds: 6 })
    const callers = Promise.all([get(), get(), get('another')])
    expect(await clock.run(callers)).toEqual(['token 2', 'token 2', 'token 2'])
    expect(asked.map((each) => (each as unknown[])[0])).toEqual([scope, 'another'])
  })

  test('goes on when its callers give up, and serves the next one', async () => {
    const { asked, clock, faults, get } = openTokens({ afterSeconds: 9 })
    await expect(clock.run(get())).rejects.toMatchObject({ reason: 'identity_silent' })
    expect(clock.passed()).toBe(7)
    // The same request is still under way: another caller doesn't wait for it again.
    await expect(get()).rejects.toMatchObject({ reason: 'identity_silent' })
    await clock.run(clock.sleep(2001))
    expect(await get()).toBe('token 1')
    expect(asked).toHaveLength(1)
    expect(faults).toHaveLength(1)
  })

  test('that is never answered is started again after 30 seconds', async () => {
    const { asked, clock, get } = openTokens({ afterSeconds: 86_400 })
    await expect(clock.run(get())).rejects.toThrow(IdentityUnavailableError)
    clock.advance(22)
    await expect(get()).rejects.toThrow(IdentityUnavailableError)
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await get()).toBe('token 2')
  })

  test('that failed is not repeated within a second', async () => {
    const { asked, clock, get } = openTokens(serverError)
    await expect(get()).rejects.toMatchObject({ reason: 'identity_failing', status: 500 })
    clock.advance(0.9)
    await expect(get()).rejects.toMatchObject({ reason: 'identity_failing' })
    expect(asked).toHaveLength(1)
    clock.advance(0.1)
    expect(await get()).toBe('token 2')
  })

  test('does not carry the signal of the caller that happened to start it', async () => {
    const { asked, tokens } = openTokens()
    await tokens.getToken(scope, { tenantId: 't', abortSignal: AbortSignal.abort() })
    expect(asked).toEqual([[scope, { tenantId: 't' }]])
  })
})

describe('a valid token', () => {
  test('is given out until it is to be renewed', async () => {
    const { asked, clock, get } = openTokens()
    await get()
    clock.advance(lifetimeSeconds / 2 - 1)
    expect(await get()).toBe('token 1')
    expect(asked).toHaveLength(1)
  })

  test('that says nothing about its renewal is renewed five minutes before it expires', async () => {
    const { asked, clock, get } = openTokens({ afterSeconds: 0, isSilentOnRenewal: true })
    await clock.run(get())
    clock.advance(lifetimeSeconds - 301)
    await get()
    expect(asked).toHaveLength(1)
    clock.advance(1)
    expect(await get()).toBe('token 1')
    expect(asked).toHaveLength(2)
  })

  test.each<[string, Answer]>([
    ['failing', serverError],
    ['silent', { afterSeconds: 86_400 }],
  ])('is not delayed or withheld by a %s endpoint', async (_title, answer) => {
    const { asked, clock, get } = openTokens({ afterSeconds: 0 }, answer)
    await clock.run(get())
    clock.advance(lifetimeSeconds / 2)
    expect(await get()).toBe('token 1')
    expect(asked).toHaveLength(2)
  })

  test('is replaced by the one that comes behind its caller', async () => {
    const { clock, get } = openTokens()
    await get()
    clock.advance(lifetimeSeconds / 2)
    await get()
    await rest()
    expect(await get()).toBe('token 2')
  })

  test('is no longer given out shortly before it expires', async () => {
    const { clock, get } = openTokens({ afterSeconds: 0 }, serverError)
    await clock.run(get())
    clock.advance(lifetimeSeconds - 120)
    await expect(get()).rejects.toMatchObject({ reason: 'identity_failing' })
  })
})

describe('a failure', () => {
  test.each<[string, Answer, IdentityFault]>([
    ['an unknown identity', unknownIdentity, { reason: 'identity_refused', status: 400 }],
    ['its own error', serverError, { reason: 'identity_failing', status: 500 }],
    ['throttling', failure({ status: 429 }), { reason: 'identity_failing', status: 429 }],
    ['no token', null, { reason: 'identity_failing', status: 0 }],
    ['no endpoint', failure({ errorCode: 'network_error' }), { reason: 'identity_unreachable', status: 0 }],
  ])('by %s has a reason of its own', async (_title, answer, fault) => {
    const { faults, get } = openTokens(answer)
    await expect(get()).rejects.toMatchObject({ ...fault, service: 'identity' })
    expect(faults).toEqual([{ ...fault, failures: 1 }])
  })

  test('counts in a row: a token ends the count', async () => {
    const { clock, faults, get } = openTokens(serverError, serverError, { afterSeconds: 0 }, serverError)
    const next = async (seconds: number) => {
      clock.advance(seconds)
      await clock.run(get().catch(() => undefined))
    }
    for (const seconds of [0, 1, 1, lifetimeSeconds]) await next(seconds)
    expect(faults.map(({ failures }) => failures)).toEqual([1, 2, 1])
  })
})
