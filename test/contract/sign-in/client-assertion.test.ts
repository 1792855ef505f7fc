import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { serve } from '../../../local/service.ts'
import { readRefusal, startTestSignIn } from './microsoft.ts'

const contoso = '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'

const createSigner = async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const kid = randomUUID()
  const sign = (claims: JWTPayload) =>
    new SignJWT({ jti: randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(privateKey)
  return { sign, jwks: { keys: [{ ...(await exportJWK(publicKey)), kid }] } }
}

const caller = {
  ...{ clientId: 'caller', objectId: 'object', clientSecrets: [] },
  ...{ appRoles: ['Tokens.Vend'], audience: 'api://broker' },
}

const requestWith = (tokenUrl: string, client_assertion: string) =>
  fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'caller',
      scope: 'api://broker/.default',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
    }),
  })

describe('a client without a secret', () => {
  test('is recognized by an assertion signed with its registered certificate, only for this endpoint', async () => {
    const { sign, jwks } = await createSigner()
    const signIn = await startTestSignIn({ clients: [{ ...caller, jwks }] })
    const tokenUrl = signIn.tokenUrl(contoso)
    const claims = { iss: 'caller', sub: 'caller', aud: tokenUrl }
    expect((await requestWith(tokenUrl, await sign(claims))).status).toBe(200)
    const elsewhere = await sign({ ...claims, aud: 'https://elsewhere.example/token' })
    expect(await readRefusal(await requestWith(tokenUrl, elsewhere))).toMatchObject({ code: 700027 })
    const stranger = await (await createSigner()).sign(claims)
    expect(await readRefusal(await requestWith(tokenUrl, stranger))).toMatchObject({
      error: 'invalid_client',
      code: 700027,
    })
  })

  test('is recognized by the assertion of an identity that a federated credential names', async () => {
    const { sign, jwks } = await createSigner()
    const identities = await serve(() => Response.json(jwks), { name: 'identities', port: 0 })
    onTestFinished(() => identities.stop())
    const federated = {
      issuer: 'https://identities.example',
      subject: 'identity-1',
      jwksUri: identities.origin,
    }
    const signIn = await startTestSignIn({ clients: [{ ...caller, federated }] })
    const tokenUrl = signIn.tokenUrl(contoso)
    const claims = { iss: federated.issuer, sub: 'identity-1', aud: 'api://AzureADTokenExchange' }
    expect((await requestWith(tokenUrl, await sign(claims))).status).toBe(200)
    for (const wrong of [{ sub: 'identity-2' }, { aud: tokenUrl }, { iss: 'https://other.example' }]) {
      const answer = await requestWith(tokenUrl, await sign({ ...claims, ...wrong }))
      expect(await readRefusal(answer)).toMatchObject({ error: 'invalid_client', code: 70021 })
    }
    expect(await readRefusal(await requestWith(tokenUrl, 'nonsense'))).toMatchObject({ code: 70021 })
  })
})
