import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/clock.ts'
import { connectSessionBody, createConnectSession } from '../../shared/connect/sessions.ts'
import type { EnvironmentHold, HoldScope } from '../../shared/domain/holds.ts'
import { name } from '../simulation/ground.ts'
import { connectGround, returnUrl } from './connectGround.ts'

/** Asks for a link 40 seconds before the end of a hold that has lasted for this many seconds. */
function ask(lastedSeconds: number, change: Partial<EnvironmentHold> = {}, body: object = {}) {
  const own = connectGround()
  const now = own.clock.now()
  const hold: EnvironmentHold = {
    ...{ environment: 'production', identityProvider: 'microsoft', reason: 'client_secret_expired' },
    ...{ traceId: 'trace', since: addSeconds(now, -lastedSeconds), until: addSeconds(now, 40), ...change },
  }
  const reads: HoldScope[] = []
  const environments = {
    read: async (scope: HoldScope) => {
      reads.push(scope)
      return hold
    },
  }
  const dependencies = { ...(own.dependencies as object), environments } as never
  const asked = { environment: 'production', returnUrl, ...body }
  const link = () => createConnectSession(dependencies, name, connectSessionBody.parse(asked))
  return { link, own, reads }
}

describe('while the broker’s own credential is refused, a connect link', () => {
  test('is refused from the second minute on, with the cause and the wait, and creates no tenant', async () => {
    const { link, own, reads } = ask(120)
    await expect(link()).rejects.toMatchObject({
      code: 'environment_on_hold',
      extras: {
        retryAfterSeconds: 41,
        members: { reason: 'client_secret_expired', traceId: 'trace' },
      },
    })
    expect(own.tenants.row(name)).toBeUndefined()
    expect(reads).toEqual([{ environment: 'production', identityProvider: 'microsoft' }])
    own.clock.advance(39)
    await expect(link()).rejects.toMatchObject({ extras: { retryAfterSeconds: 2 } })
    own.clock.advance(1)
    expect(await link()).toHaveProperty('connectUrl')
  })

  test('is refused with the name of a secret that can’t be one', async () => {
    await expect(ask(600, { reason: 'client_secret_malformed', traceId: '' }).link()).rejects.toMatchObject({
      extras: {
        detail: expect.stringContaining('production-microsoft-client-secret'),
        members: { reason: 'client_secret_malformed', traceId: undefined },
      },
    })
  })

  test.each([
    ['for less than two minutes', 119, {}, {}],
    ['at the last attempt, but the hold is over', 600, { until: new Date(0) }, {}],
    ['and the link is opened later', 600, {}, { expiresIn: 3601 }],
  ])('is given if it was refused %s', async (_title, lastedSeconds, change, body) => {
    expect(await ask(lastedSeconds, change, body).link()).toHaveProperty('connectUrl')
  })

  test('that is valid for an hour is refused', async () => {
    await expect(ask(600, {}, { expiresIn: 3600 }).link()).rejects.toMatchObject({
      code: 'environment_on_hold',
    })
  })
})

test.each([
  'identity_provider_unreachable',
  'registration_refused',
  'grant_refused',
  'unknown_reason',
] as const)(
  'a hold for another reason than our credential refuses no link, because a sign-in may work (%s)',
  async (reason) => {
    expect(await ask(600, { reason }).link()).toHaveProperty('connectUrl')
  },
)
