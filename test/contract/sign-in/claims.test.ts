import { expect, test } from 'vitest'
import { policyClaims } from '../../../local/sign-in/claims-challenge.ts'
import { startTestSignIn } from './microsoft.ts'

const hedy = 'hedy@contoso.example'
const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

test('a policy refuses codes until a sign-in brings its claims; its tokens can be refreshed', async () => {
  const signIn = await startTestSignIn()
  const client = await signIn.client('common', contoso)
  for (const claims of [undefined, '{"access_token":{}}']) {
    const refused = await client.redeem(await client.consent(hedy, { ...(claims && { claims }) }))
    const body = await refused.json()
    expect(body).toMatchObject({ error: 'invalid_grant', error_codes: [50076], claims: policyClaims })
  }
  // The browser is still signed in, without the policy's claims.
  const { refreshToken } = await client.connect(hedy, { claims: policyClaims })
  expect((await client.refresh(refreshToken)).status).toBe(200)
})
