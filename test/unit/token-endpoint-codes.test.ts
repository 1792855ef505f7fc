import { describe, expect, test } from 'vitest'
import {
  answer,
  code,
  credentials,
  openEndpoints,
  refused,
  row,
  unlisted,
  wrongSecret,
} from './tokenGround.ts'

describe('a code', () => {
  test('is redeemed where the sign-in started, with scopes only at Microsoft', async () => {
    const { redeem, seen } = openEndpoints([Response.json({ ...answer, id_token: 'it', scope: 'ads' })])
    expect(await redeem(code)).toMatchObject({ ok: true, idToken: 'it', scope: 'ads' })
    await redeem({ ...code, row: { ...row, identityProvider: 'google' } })
    const [microsoft, google] = seen.sent
    expect(microsoft).toMatchObject({ url: 'https://login.example/common/token', scope: 'ads openid' })
    expect(google).not.toHaveProperty('scope')
  })

  test.each<[string, readonly string[], boolean, readonly string[]]>([
    ['another credential is left', ['one', 'two'], true, ['one refused']],
    ['a new credential has replaced it', ['new'], true, []],
    ['there is no other', ['one'], false, []],
  ])('is sent once even if our credential is refused: %s', async (_what, later, isLeft, reported) => {
    const list = async (_registration: unknown, age: string) =>
      credentials(...(age === 'now' ? later : ['one']))
    const { redeem, seen } = openEndpoints([refused(wrongSecret)], { list })
    const read = await redeem(code)
    expect(read).toMatchObject({ ok: false, refusal: { reason: 'client_secret_invalid' } })
    expect('otherCredentialLeft' in read).toBe(isLeft)
    expect(seen.sent).toHaveLength(1)
    expect(seen.reported).toEqual(reported)
  })

  test('is sent with a credential that was read recently: a replaced one would cost the person the sign-in', async () => {
    const { redeem, seen } = openEndpoints([Response.json({ ...answer, id_token: 'it' })])
    await redeem(code)
    expect(seen.ages).toEqual(['recent'])
  })

  test('with an unlisted number, or unreadable other credentials, keeps its refusal', async () => {
    const { redeem, seen } = openEndpoints([refused(unlisted)])
    expect(await redeem(code)).toMatchObject({ ok: false, refusal: { reason: 'unlisted_client_error' } })
    expect(seen.ages).toEqual(['recent'])
    const list = async (_registration: unknown, age: string) => {
      if (age === 'now') throw new Error('out')
      return credentials('one')
    }
    expect(await openEndpoints([refused(wrongSecret)], { list }).redeem(code)).toMatchObject({
      refusal: { reason: 'client_secret_invalid' },
    })
  })
})
