import { expect, test } from 'vitest'
import { addSeconds, systemClock } from '../../shared/clock.ts'
import { Problem } from '../../shared/problems.ts'
import { Secret } from '../../shared/secret.ts'
import type { UsableToken } from '../../shared/vend/usableToken.ts'
import { createVend, type VendDependencies } from '../../shared/vend/vend.ts'
import { writeVend } from '../../shared/vend/writeVend.ts'

const start = new Date('2026-11-23T16:00:00Z')
const name = { workspace: 'w', tenant: 't' }

/** A vend of tokens with the given lifetimes in seconds; reading the developer token takes `secondsEach`. */
function slowVend(lives: readonly number[], secondsEach: number) {
  let now = start
  let asked = 0
  const tenant = {
    ...name,
    environment: 'production',
    status: 'connected',
    createdAt: start,
    defaultAccount: { accountId: '1', customerId: '10' },
  }
  const obtain = async (): Promise<UsableToken> => ({
    ok: true,
    tenant: tenant as UsableToken['tenant'],
    seal: 'seal',
    accessToken: new Secret(`token ${++asked}`),
    expiresAt: addSeconds(now, lives[asked - 1] ?? 0),
  })
  const dependencies = {
    config: { environments: new Map(), vendLimitSeconds: 20 },
    accessTokens: { get: obtain },
    accounts: {},
    developerTokens: {
      current: async () => {
        now = addSeconds(now, secondsEach)
        return { value: new Secret('developer token'), version: '1' }
      },
    },
    clock: { ...systemClock, now: () => now },
  }
  return createVend(dependencies as unknown as VendDependencies)
}

test('the promised validity holds at the answer, including the time after the token was obtained', async () => {
  const vended = await slowVend([2402, 3600], 4).vend(name, { minValiditySeconds: 2400 })
  expect(vended).toMatchObject({ expiresIn: 3596, accessToken: 'token 2' })
})

test('a token with less than a minute is never vended', async () => {
  expect((await slowVend([64], 4).vend(name, {})).expiresIn).toBe(60)
  const error = await slowVend([63, 63], 4)
    .vend(name, {})
    .catch((problem: unknown) => problem)
  expect(error).toBeInstanceOf(Problem)
  expect(error).toMatchObject({ extras: { members: { reason: 'validity_not_reached' } } })
})

test('a vend of the same token is written as it is now, whatever was written before', async () => {
  let now = start
  let developerToken = new Secret('one')
  const tenant = {
    ...name,
    environment: 'production',
    status: 'connected',
    createdAt: start,
    accountsGeneration: 'g',
  }
  const usable = (value: string) => ({
    ok: true,
    tenant,
    accessToken: new Secret(value),
    expiresAt: addSeconds(start, 3600),
  })
  let obtained = usable('first')
  const accounts = ['1', '2'].map((accountId) => ({
    accountId,
    customerId: '10',
    ownerCustomerId: '10',
    ways: [{ customerId: '10' }, { customerId: '9' }],
  }))
  const { vend } = createVend({
    config: { environments: new Map(), vendLimitSeconds: 20 },
    accessTokens: { get: async () => obtained },
    accounts: {
      findById: async (_tenant: unknown, _generation: string, id: string) =>
        accounts.filter(({ accountId }) => accountId === id),
    },
    developerTokens: { current: async () => ({ value: developerToken, version: '1' }) },
    clock: { ...systemClock, now: () => now },
  } as unknown as VendDependencies)
  const written = async (accountId: string, customerId?: string) => {
    const vended = await vend(name, { accountId, customerId })
    const text = writeVend(vended)
    expect(JSON.parse(text)).toEqual(vended)
    return [vended.accessToken, vended.developerToken, vended.accountId, vended.customerId, vended.expiresIn]
  }
  expect(await written('1')).toEqual(['first', 'one', '1', '10', 3600])
  now = addSeconds(now, 60)
  expect(await written('1')).toEqual(['first', 'one', '1', '10', 3540])
  expect(await written('2')).toEqual(['first', 'one', '2', '10', 3540])
  expect(await written('2', '9')).toEqual(['first', 'one', '2', '9', 3540])
  developerToken = new Secret('two')
  expect(await written('2')).toEqual(['first', 'two', '2', '10', 3540])
  obtained = usable('second')
  expect(await written('2')).toEqual(['second', 'two', '2', '10', 3540])
})
