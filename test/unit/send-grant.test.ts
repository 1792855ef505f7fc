import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { sendGrant } from '../../shared/identity/sendGrant.ts'
import type { SignInRow } from '../../shared/identity/signInTable.ts'
import { createVirtualClock } from './virtualClock.ts'

const row = {
  clientId: 'client',
  issuer: () => 'https://issuer.example',
  tokenUrl: () => 'https://issuer.example/token',
} as unknown as SignInRow

/** Posts a code to an endpoint that answers with 503, and ends the attempts after some seconds. */
async function postUntil(seconds: number) {
  const clock = createVirtualClock()
  const end = new AbortController()
  let posts = 0
  const dependencies = {
    ...{ clock, allowInsecure: false },
    fetch: async () => {
      posts++
      return new Response('', { status: 503 })
    },
  }
  const grant = { row, authorityTenant: 'common', grantType: 'authorization_code', parameters: {} } as const
  const ended = clock.sleep(seconds * 1000).then(() => end.abort())
  const sending = { authenticate: oauth.None(), signal: end.signal }
  const { ok } = await clock.run(sendGrant(dependencies, grant, sending))
  const passed = clock.passed()
  await clock.run(ended)
  return { ok, passed, posts }
}

test('a failed post of a code is repeated after its pause of a second', async () => {
  expect(await postUntil(5)).toEqual({ ok: false, passed: 1, posts: 2 })
})

test('attempts that end during the pause end at once, without a second post', async () => {
  expect(await postUntil(0.5)).toEqual({ ok: false, passed: 0.5, posts: 1 })
})
