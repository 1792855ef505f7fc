import { describe, expect, test } from 'vitest'
import type { CallResult, CustomerManagement } from '../../../shared/advertising/client.ts'
import type { UserAndRoles } from '../../../shared/advertising/customerManagementSchemas.ts'
import { readFault } from '../../../shared/advertising/faults.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { LogEvents } from '../../../shared/domain/logEvents.ts'
import { problems } from '../../../shared/problems.ts'
import { Secret } from '../../../shared/secret.ts'
import type { BrokerSecrets } from '../../../shared/secrets/brokerSecrets.ts'
import { createDeveloperTokens, withDeveloperTokenFailover } from '../../../shared/secrets/developerTokens.ts'
import { createSecretHealth } from '../../../shared/secrets/secretHealth.ts'
import { createNotesInMemory } from './notes.ts'

const name = 'production-developer-token'
const bodyText = JSON.stringify({ Errors: [{ Code: 105, ErrorCode: 'InvalidCredentials' }], TrackingId: 't' })
const refusal = {
  ok: false as const,
  fault: readFault({ service: 'customerManagement', status: 401, bodyText }),
}

/** Microsoft Advertising with some accepted developer tokens, and a broker with some in its vault. */
function createWorld(accepted: string[], vault: Record<string, string>) {
  const sent: string[] = []
  const logged: string[] = []
  const notes = createNotesInMemory()
  const secrets: BrokerSecrets = {
    read: async (secret) => {
      const value = vault[secret]
      return value === undefined ? undefined : { value: new Secret(value), version: `version of ${value}` }
    },
  }
  const log = (event: keyof LogEvents) => void logged.push(event)
  const answer = <T>(developerToken: Secret, value: T): CallResult<T> => {
    sent.push(developerToken.expose())
    return accepted.includes(developerToken.expose()) ? { ok: true, value } : refusal
  }
  const user = { userId: '1', userName: 'ada', roles: [] } as unknown as UserAndRoles
  const client = {
    getUser: async ({ developerToken }) => answer(developerToken, user),
    searchAccounts: async ({ developerToken }) => answer(developerToken, []),
  } as Pick<CustomerManagement, 'getUser' | 'searchAccounts'> as CustomerManagement
  const createProcess = () => {
    const secretHealth = createSecretHealth({ notes, clock: systemClock, log })
    const tokens = createDeveloperTokens({ secrets, secretHealth, clock: systemClock })
    return {
      tokens,
      vended: async () => (await tokens.current('production'))?.value.expose(),
      advertising: withDeveloperTokenFailover(client, 'production', tokens),
    }
  }
  return { sent, logged, vault, notes, createProcess }
}

const credentials = {
  accessToken: new Secret('a'),
  developerToken: new Secret('old'),
  identityProvider: 'microsoft',
} as const

describe('a developer token that Microsoft Advertising refuses', () => {
  test('falls over to the next one, within the call, for vends and for every other process', async () => {
    const world = createWorld(['new'], { [name]: 'old', [`${name}-next`]: 'new' })
    const here = world.createProcess()
    expect(await here.vended()).toBe('old')
    expect(await here.advertising.getUser(credentials)).toMatchObject({ ok: true })
    expect(await here.advertising.searchAccounts(credentials, '1')).toMatchObject({ ok: true })
    expect(world.sent).toEqual(['old', 'new', 'new'])
    expect(await here.vended()).toBe('new')
    expect(await world.createProcess().vended()).toBe('new')
    expect(world.logged).toEqual(['secret.fell_over'])
    expect(await world.notes.events(9)).toMatchObject([{ type: 'secret.fell_over', secret: name }])
  })

  test('is not blamed while the other one is refused too, because it may be the access token', async () => {
    const world = createWorld([], { [name]: 'old', [`${name}-next`]: 'new' })
    const here = world.createProcess()
    expect(await here.advertising.getUser(credentials)).toMatchObject({ ok: false })
    expect(await here.vended()).toBe('old')
    expect(world.logged).toEqual([])
  })

  test('is tried once if there is no next one', async () => {
    const world = createWorld([], { [name]: 'old' })
    expect(await world.createProcess().advertising.getUser(credentials)).toEqual(refusal)
    expect(world.sent).toEqual(['old'])
  })

  test('loses its mark with its version: a new current one is used first again', async () => {
    const world = createWorld(['new', 'newest'], { [name]: 'old', [`${name}-next`]: 'new' })
    const here = world.createProcess()
    await here.advertising.getUser(credentials)
    world.vault[name] = 'newest'
    expect(await here.vended()).toBe('newest')
  })
})

describe('the vault’s developer token', () => {
  const find = (vault: Record<string, string>) =>
    createWorld([], vault).createProcess().tokens.find('production')

  test('is named by its secret, without its value, if it is malformed', async () => {
    const found = await find({ [name]: 'OLD\u200bTOKEN' })
    expect(found).toEqual({
      ok: false,
      reason: 'developer_token_malformed',
      detail: `The vault secret ${name} contains an invisible character.`,
    })
  })

  test('is passed over for the next one where it cannot be one', async () => {
    expect(await find({ [name]: 'two words', [`${name}-next`]: 'new' })).toMatchObject({
      value: new Secret('new'),
    })
    expect(await find({ [name]: 'old', [`${name}-next`]: 'two words' })).toMatchObject({
      value: new Secret('old'),
    })
  })

  test('can be missing, which a vend reports', async () => {
    expect(await find({})).toMatchObject({ ok: false, reason: 'developer_token_missing' })
    await expect(createWorld([], {}).createProcess().vended()).rejects.toMatchObject({
      code: 'developer_token_unusable',
      extras: {
        detail: `The vault has no secret ${name}.`,
        members: { reason: 'developer_token_missing' },
      },
    })
  })

  test('is never vended if it is malformed, and the operator learns which secret', async () => {
    const world = createWorld([], { [name]: 'a"b c' })
    await expect(world.createProcess().vended()).rejects.toMatchObject({
      code: 'developer_token_unusable',
      extras: {
        detail: `The vault secret ${name} contains a space.`,
        members: { reason: 'developer_token_malformed' },
      },
    })
    expect(problems.developer_token_unusable.actor).toBe('operator')
  })
})
