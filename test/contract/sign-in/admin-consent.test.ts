import { describe, expect, test } from 'vitest'
import { createVisitor } from '../../../local/sign-in/visitor.ts'
import { clientId, password, productionScopes, redirectUri } from './client.ts'
import { startTestSignIn } from './microsoft.ts'

const donald = 'donald@fabrikam.example'
const katherine = { username: 'katherine@fabrikam.example', password, decision: 'accept' }
const fabrikam = '7a8f3b52-64d1-4c1e-8f0e-2d9f3c5b7e02'
const asked = productionScopes.replace('https://ads.microsoft.com', 'd42ffc93-c136-491d-b4fd-6f18168c68fd')

const start = async () => {
  const signIn = await startTestSignIn()
  const client = await signIn.client('common', fabrikam)
  const linkOf = (scope: string, tenant = 'organizations', change: object = {}) => {
    const parameters = { client_id: clientId, redirect_uri: redirectUri, state: 'admin', scope, ...change }
    return `${signIn.origin}/${tenant}/v2.0/adminconsent?${new URLSearchParams(parameters)}`
  }
  const decide = async (link: string, form: Record<string, string> = katherine) => {
    const visitor = createVisitor()
    return visitor.submit(await visitor.visit(link), form, { stopAt: redirectUri })
  }
  const signInAs = async (username: string) => {
    const authorizeUrl = await client.authorizeUrl()
    const { url } = await createVisitor().signIn({ authorizeUrl, username, password, stopAt: redirectUri })
    return new URL(url).searchParams
  }
  return { linkOf, decide, signInAs, client }
}

describe('a directory in which only an administrator consents', () => {
  test('shows a page that asks for approval, with a way back', async () => {
    const { client } = await start()
    const visitor = createVisitor()
    const form = { username: donald, password }
    const page = await visitor.submit(await visitor.visit(await client.authorizeUrl()), form)
    expect(page.body).toContain('Need admin approval')
    const accepted = await visitor.submit(page, { decision: 'accept' }, { stopAt: redirectUri })
    expect(new URL(accepted.url).searchParams.get('error_subcode')).toBe('cancel')
  })

  test('lets its people in after an approval of all that is asked for', async () => {
    const { decide, linkOf, signInAs } = await start()
    const back = new URL((await decide(linkOf(asked))).url).searchParams
    expect(Object.fromEntries(back)).toEqual({
      ...{ admin_consent: 'True', state: 'admin', tenant: fabrikam, scope: asked },
    })
    expect((await signInAs(donald)).has('code')).toBe(true)
    expect((await signInAs('margaret@fabrikam.example')).has('code')).toBe(true)
  })

  test('keeps them out after an approval of less', async () => {
    const { decide, linkOf, signInAs } = await start()
    await decide(linkOf('d42ffc93-c136-491d-b4fd-6f18168c68fd/msads.manage'))
    expect((await signInAs(donald)).get('error_subcode')).toBe('cancel')
  })
})

describe('an approval', () => {
  test('is returned as an error, with admin_consent, if the administrator declines', async () => {
    const { decide, linkOf } = await start()
    const { searchParams } = new URL((await decide(linkOf(asked), { decision: 'decline' })).url)
    expect(Object.fromEntries(searchParams)).toMatchObject({ admin_consent: 'True', error: 'access_denied' })
  })

  test.each([
    ['a wrong password', { ...katherine, password: 'wrong' }, 'organizations'],
    ['a person who isn’t an administrator', { ...katherine, username: donald }, 'organizations'],
    ['an administrator of another directory', katherine, '5d2f0c4e-0f5c-4a57-9b35-6b1f0f4c1a01'],
  ])('is refused to %s', async (_who, form, tenant) => {
    const { decide, linkOf, signInAs } = await start()
    const page = await decide(linkOf(asked, tenant), form)
    expect([page.status, page.body]).toEqual([401, expect.stringContaining('id="error"')])
    expect((await signInAs(donald)).has('code')).toBe(false)
  })

  test.each([{ client_id: 'nobody' }, { redirect_uri: `${redirectUri}/other` }])(
    'is not offered for %o',
    async (change) => {
      const { linkOf } = await start()
      expect((await createVisitor().visit(linkOf(asked, 'organizations', change))).status).toBe(400)
    },
  )
})
