import { expect, test } from 'vitest'
import type { SignIn } from '../../shared/connect/authorize.ts'
import { reportFailure, updateEnvironmentHold } from '../../shared/connect/reportSignIn.ts'
import { toRefusal } from '../../shared/domain/refusal.ts'
import type { RedeemResult } from '../../shared/identity/tokenEndpoint.ts'

const at = new Date(0)

/** A redemption's effect on an environment's hold, and its log. */
async function noted(answer: object, reason?: string) {
  const done: unknown[] = []
  const hold = reason && {
    environment: 'production',
    identityProvider: 'microsoft',
    reason,
    since: at,
    until: at,
    toldAt: at,
  }
  const dependencies = {
    clock: { now: () => new Date(0) },
    log: (event: string) => void done.push(event),
    environments: {
      read: async () => hold,
      placeHold: async () => void done.push('hold'),
      release: async () => done.push('release') > 0,
    },
  }
  const row = { environment: 'production', identityProvider: 'microsoft' }
  await updateEnvironmentHold(dependencies as never, row as never, answer as RedeemResult)
  return done
}

const refused = (
  error: string,
  reason: Parameters<typeof toRefusal>[0] = 'client_secret_invalid',
  more = {},
) => ({
  ...{ ok: false, refusal: { ...toRefusal(reason, { traceId: '' }), error }, ...more },
})

test.each([
  [
    'a refused credential holds the environment',
    refused('invalid_client'),
    undefined,
    ['hold', 'environment.held'],
  ],
  ['so does one that was never sent', refused(''), undefined, ['hold', 'environment.held']],
  ['a hold that stands is logged once', refused('invalid_client'), 'client_secret_invalid', ['hold']],
  [
    'and again when its reason changes',
    refused('invalid_client'),
    'client_secret_expired',
    ['hold', 'environment.held'],
  ],
  ['another error holds nothing', refused('invalid_grant'), undefined, []],
  ['nor does an error that only contains the word', refused('x_invalid_client'), undefined, []],
  ['another reason holds nothing', refused('invalid_client', 'mfa_required'), undefined, []],
  [
    'nor does a credential while another one is left',
    refused('invalid_client', 'client_secret_invalid', { otherCredentialLeft: true }),
    undefined,
    [],
  ],
  [
    'an accepted credential ends its hold',
    { ok: true },
    'client_secret_invalid',
    ['release', 'environment.released'],
  ],
  ['and no hold of another kind', { ok: true }, 'registration_refused', []],
  ['and none where there is none', { ok: true }, undefined, []],
] as const)('%s', async (_title, answer, reason, done) => {
  expect(await noted(answer, reason)).toEqual(done)
})

test('a release that another process has made is not logged', async () => {
  const done: unknown[] = []
  const environments = {
    ...{ read: async () => ({ reason: 'client_secret_invalid' }), release: async () => false },
  }
  const log = (event: string) => void done.push(event)
  await updateEnvironmentHold({ environments, log } as never, {} as never, { ok: true } as RedeemResult)
  expect(done).toEqual([])
})

test('a failed sign-in is logged with the actor, and without the tenant’s name', () => {
  const logged: unknown[] = []
  const log = (event: string, fields: object) => void logged.push([event, fields])
  const signIn = { workspace: 'w', tenant: 'acme', environment: 'production', identityProvider: 'google' }
  reportFailure(log as never, signIn as SignIn, { failed: 'consent_declined', reason: 'r', traceId: 'trace' })
  reportFailure(log as never, signIn as SignIn, { failed: 'consent_declined' })
  const common = { environment: 'production', identityProvider: 'google', code: 'consent_declined' }
  expect(logged).toMatchObject([
    ['connect.failed', { ...common, actor: 'advertiser', reason: 'r', traceId: 'trace' }],
    ['connect.failed', { ...common, reason: '', traceId: '' }],
  ])
  expect(JSON.stringify(logged)).not.toContain('acme')
})
